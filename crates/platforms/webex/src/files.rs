//! Files. "Get Attachment" (`GET /contents/{id}`), "Create a Message" with `multipart/form-data`. A message takes one file;
//! its bytes are only had by those who are in the room.

use entente_model::{CallError, FileRef, Operation};
use entente_platform::{Answer, Call, Effect, FileSource, Filled, Form, OpenFile, Streamed};
use http::Method;

use crate::client::WebexClient;
use crate::{id, refusal, render};

/// What Webex takes: "Attaching Files and Using Markdown" names 100 MB.
pub(crate) const MOST: u64 = 100_000_000;

/// The file that an address in a message leads to. Addresses have been seen at two hosts of the service; the id at their
/// end is what counts.
pub(crate) fn named(address: &str) -> Option<FileRef> {
    let (_, id) = address.rsplit_once("/contents/")?;
    let id = id.split(['?', '#']).next().filter(|id| !id.is_empty())?;
    Some(FileRef { id: id.into(), name: None, length: None, url: None })
}

impl WebexClient {
    /// A file, from its first byte. 423: it is being scanned, and there a little later. 410: it was infected. 428: it cannot be
    /// scanned, and is not asked for all the same.
    pub(crate) async fn content(&self, file: &FileRef) -> Result<OpenFile, CallError> {
        let url = self.url(&["/contents/", &id::segment(file.id.as_str())].concat())?;
        let call = Call { limits: self.limits.read(), ..Call::new(Method::GET, url) };
        let opened = self.http.download(call, Some(&*self.credentials.tokens)).await;
        opened.map_err(refusal::call)?.file(file.name.as_deref())
    }

    /// Posts a message with a file.
    pub(crate) async fn post_file(
        &self,
        operation: &Operation,
        file: &dyn FileSource,
    ) -> Result<(Answer, Vec<entente_model::Loss>), CallError> {
        let render::Fields { named, place, losses } = render::fields(operation)?;
        let url = self.url("/messages")?;
        let form = named.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, &value));
        let content = file.open().await?;
        let Filled { media_type, length, content } =
            form.file("files", file.name(), file.media_type(), file.length(), content);
        let call = Call { limits: self.limits.post(&place), ..Call::new(Method::POST, url) };
        let call = call.effect(Effect::Once).visible();
        let sent =
            self.http.upload(call, (&media_type, length, content), Some(&*self.credentials.tokens)).await;
        match sent.map_err(refusal::call)? {
            Streamed::Done(answer) => Ok((answer, losses)),
            Streamed::Elsewhere(_) => Err(CallError::Reject("Webex sent the file on elsewhere".to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_the_end_of_its_address() {
        let id = |address| named(address).map(|file| file.id.to_string());
        assert_eq!(id("https://api.ciscospark.com/v1/contents/Y2lzY28"), Some("Y2lzY28".to_owned()));
        assert_eq!(
            id("https://webexapis.com/v1/contents/Y2lzY28?allow=unscannable"),
            Some("Y2lzY28".to_owned())
        );
        assert_eq!(id("https://elsewhere.example/file.pdf"), None);
    }
}
