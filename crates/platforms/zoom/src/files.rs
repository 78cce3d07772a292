//! Files. "Send a chat file": one call uploads a file and posts it as a message. "Get a file's info": where it can be fetched.
//! Both may be sent on to another address, with the token ("Send a chat file": follow the redirect and keep the
//! `Authorization` header); it only goes to addresses that are configured.

use entente_model::{CallError, FileRef, Loss, Operation};
use entente_platform::{
    Answer, Call, Effect, FileSource, Filled, Form, OpenFile, Streamed, content::when_ready,
};
use http::Method;
use url::Url;

use crate::client::{ZoomClient, read};
use crate::wire::file::Info;
use crate::{id, refusal, render};

/// "Send a chat file": 20 MB, and 16 MB of an image.
pub(crate) const MOST: u64 = 20_000_000;

/// How often an upload is sent on.
const MOST_REDIRECTIONS: usize = 3;

impl ZoomClient {
    /// A file, from its first byte.
    pub(crate) async fn content(&self, file: &FileRef) -> Result<OpenFile, CallError> {
        when_ready(|| self.ready(file)).await
    }

    /// The file, if it is as long as the service says it is.
    async fn ready(&self, file: &FileRef) -> Result<Option<OpenFile>, CallError> {
        let path = ["/chat/files/", &id::segment(file.id.as_str())].concat();
        let answer = self.send(self.get(&path, self.limits.light())?).await.map_err(refusal::call)?;
        let info: Info = read(&answer)?;
        let url: Url = info.download_url.parse().map_err(|_| CallError::Reject("no address".to_owned()))?;
        let call = Call { limits: self.limits.light(), ..Call::new(Method::GET, url) };
        let opened =
            self.http.download(call, Some(&*self.credentials.tokens)).await.map_err(refusal::call)?;
        let open = opened.file(Some(&info.file_name))?;
        let whole = info.length.is_none_or(|length| length == open.length);
        Ok(whole.then_some(OpenFile { name: info.file_name, ..open }))
    }

    /// Posts a file. Zoom's file messages have no text beside them.
    pub(crate) async fn post_file(
        &self,
        own: &str,
        operation: &Operation,
        file: &dyn FileSource,
    ) -> Result<(Answer, Vec<Loss>), CallError> {
        let Operation::Send { to, thread, .. } = operation else {
            return Err(CallError::Reject("only something new can have a file".to_owned()));
        };
        let at = render::whereto(to, own)?;
        let (name, value) = at.parameter();
        let mut url = self.file_url("/chat/users/me/messages/files")?;
        for _ in 0..MOST_REDIRECTIONS {
            let mut form = Form::new().text(name, value);
            if let Some(thread) = thread {
                form = form.text("reply_main_message_id", thread.id.as_str());
            }
            let Filled { media_type, length, content } =
                form.file("files", file.name(), file.media_type(), file.length(), file.open().await?);
            let limits = self.limits.send(&render::place(own, at));
            let call = Call { limits, ..Call::new(Method::POST, url) }.effect(Effect::Once).visible();
            let body = (media_type.as_str(), length, content);
            match self.http.upload(call, body, Some(&*self.credentials.tokens)).await {
                Ok(Streamed::Done(answer)) => return Ok((answer, Vec::new())),
                Ok(Streamed::Elsewhere(elsewhere)) => url = elsewhere,
                Err(failure) => return Err(refusal::call(failure)),
            }
        }
        Err(CallError::Reject("Zoom sent the file on too often".to_owned()))
    }
}
