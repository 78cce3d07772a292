//! Files. "Working with files": an address to upload to is asked for, the bytes go there, and then the file is shared, which
//! is the visible call. Its answer comes before the message does and does not name it ("files.completeUploadExternal"), so the
//! file is asked where it was shared; what is not told in time is looked for like every unknown outcome.

use std::time::Duration;

use entente_model::{CallError, FileRef, Loss, MessageRef, Receipt};
use entente_platform::{Call, Effect, FileSource, OpenFile, Streamed, content::when_ready};
use http::Method;
use url::Url;

use crate::client::{SlackClient, read};
use crate::id;
use crate::render;
use crate::wire::file::{Info, Upload};

/// The longest file that is passed on. None is published; plans decide, and Slack's own help names 1 GB.
pub(crate) const MOST: u64 = 1_000_000_000;

/// How long is waited between two looks for the message that a file was shared in.
const LOOKS: [Duration; 6] = [
    Duration::ZERO,
    Duration::from_millis(200),
    Duration::from_millis(400),
    Duration::from_millis(800),
    Duration::from_millis(1_600),
    Duration::from_millis(3_200),
];

impl SlackClient {
    /// A file, from its first byte. What the service has not looked at yet has no length, or another one, or is a page of
    /// sign-in; that is so for moments, and after that it is the file.
    pub(crate) async fn content(&self, file: &FileRef) -> Result<OpenFile, CallError> {
        when_ready(|| self.ready(file)).await
    }

    /// The file, if it is as long as the service says it is.
    async fn ready(&self, file: &FileRef) -> Result<Option<OpenFile>, CallError> {
        let Info { file: info } = self.file(file.id.as_str()).await?;
        if info.mode.as_deref() == Some("tombstone") {
            return Err(CallError::Gone);
        }
        let (Some(length), Some(address)) = (info.size, info.url_private_download.or(info.url_private))
        else {
            return Ok(None);
        };
        let url: Url = address.parse().map_err(|_| CallError::Reject("no address".to_owned()))?;
        let call = Call { limits: self.limits.method("files"), ..Call::new(Method::GET, url) };
        let opened = self.http.download(call, Some(&*self.credentials.tokens)).await?;
        let mut open = opened.file(info.name.as_deref())?;
        if open.length != length {
            return Ok(None);
        }
        if let Some(name) = info.name {
            open.name = name;
        }
        if let Some(media_type) = info.mimetype.filter(|kind| !kind.is_empty()) {
            open.media_type = media_type;
        }
        Ok(Some(open))
    }

    async fn file(&self, file: &str) -> Result<Info, CallError> {
        read(&self.send(self.reading("files.info", &[("file", file)])).await?)
    }

    /// Shares a file in a conversation, with what is said beside it.
    pub(crate) async fn share(
        &self,
        channel: &str,
        root: Option<&str>,
        (file, printed): (&dyn FileSource, Option<&render::Message>),
    ) -> Result<Receipt, CallError> {
        let length = file.length().to_string();
        let arguments = [("filename", file.name()), ("length", length.as_str())];
        let upload: Upload = read(&self.send(self.reading("files.getUploadURLExternal", &arguments)).await?)?;
        let url: Url = upload.upload_url.parse().map_err(|_| CallError::Reject("no address".to_owned()))?;
        // What was uploaded and never shared is seen by nobody.
        let call = Call::new(Method::POST, url).effect(Effect::Repeatable);
        let body = ("application/octet-stream", file.length(), file.open().await?);
        match self.http.upload(call, body, None).await? {
            Streamed::Done(_) => {}
            Streamed::Elsewhere(_) => {
                return Err(CallError::Reject("Slack sent the file on elsewhere".to_owned()));
            }
        }
        let files = serde_json::json!([{ "id": upload.file_id, "title": file.name() }]).to_string();
        let mut arguments = vec![("files", files.as_str()), ("channel_id", channel)];
        arguments.extend(root.map(|root| ("thread_ts", root)));
        arguments.extend(printed.map(|printed| ("initial_comment", printed.text())));
        let call = self.call("files.completeUploadExternal", self.limits.post(channel)).form(&arguments);
        self.send(call.effect(Effect::Once).visible()).await?;
        let losses = printed.map(|printed| printed.losses.clone()).unwrap_or_default();
        self.shared(&upload.file_id, channel, losses).await
    }

    /// The message that a file was shared in.
    async fn shared(&self, file: &str, channel: &str, losses: Vec<Loss>) -> Result<Receipt, CallError> {
        for pause in LOOKS {
            tokio::time::sleep(pause).await;
            let Ok(Info { file }) = self.file(file).await else { continue };
            let Some(ts) = file.shares.and_then(|shares| shares.in_channel(channel)) else { continue };
            let at = id::written(&ts).ok_or(CallError::Unknown)?;
            let conversation = id::conversation(&self.workspace, channel);
            let message: MessageRef = id::message(&conversation, &ts);
            return Ok(Receipt { message: Some(message), at, losses });
        }
        Err(CallError::Unknown)
    }
}
