//! Files that messages carry. What people attach is in somebody's drive and the message holds its address; what they paste
//! into the text is kept with the message. Graph: `chatMessageAttachment` of content type `reference`, "Access shared items",
//! "Get chatMessageHostedContent". How a file gets into a message is in [`crate::drive`].
//!
//! An address is a text that anybody can write into a message, and it is followed with the rights of whoever reads it. So that
//! nobody has a colleague's account fetch what they may not see themselves, only files pass on that the message's author
//! put there or wrote last.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entente_model::{CallError, FileRef, MessageRef};
use entente_platform::{Call, Content, OpenFile, Opened};
use entente_text::clean_url;
use futures_util::StreamExt as _;
use http::{Method, header};
use url::Url;

use crate::client::GraphClient;
use crate::wire::drive::Item;
use crate::wire::message::Attachment;
use crate::{id, refusal};

/// What Teams takes. "Limits and specifications for Microsoft Teams", file upload size: 250 GB.
pub(crate) const MOST: u64 = 250_000_000_000;

/// What a share's id begins with. Graph: "Access shared items", encoding sharing URLs.
const SHARE: &str = "u!";

/// The longest picture in a text of which nobody tells how long it is.
const LONGEST_PICTURE: u64 = 100_000_000;

/// How often such a picture is measured whose connection breaks.
const MEASURED: usize = 3;

/// The file of an attachment, in a message by `author`. `None`: it is something else.
pub(crate) fn attached(attachment: &Attachment, author: &str) -> Option<FileRef> {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    let address = filled(&attachment.content_url)
        .filter(|_| attachment.content_type.as_deref() == Some("reference"))?;
    let share = URL_SAFE_NO_PAD.encode(&address);
    Some(FileRef {
        id: format!("{SHARE}{share}@{author}").into(),
        name: filled(&attachment.name),
        length: None,
        url: clean_url(&address),
    })
}

/// The picture at `src` in the text of `message`, if it is kept with that message: pictures of other places, or of another
/// message, are not fetched. Graph: `chatMessageHostedContent`, `…/messages/{message}/hostedContents/{id}/$value`.
pub(crate) fn pasted(src: &str, message: &MessageRef) -> Option<FileRef> {
    let url = Url::parse(src).ok()?;
    let segments: Vec<&str> = url.path_segments()?.collect();
    let [.., "messages", of, "hostedContents", content, "$value"] = segments.as_slice() else { return None };
    let content = id::decode(content);
    let here = id::decode(of) == message.id.as_str();
    (here && !content.is_empty() && !content.starts_with(SHARE)).then(|| FileRef {
        id: content.into_owned().into(),
        name: None,
        length: None,
        url: None,
    })
}

impl GraphClient {
    /// A file, from its first byte.
    pub(crate) async fn content(&self, message: &MessageRef, file: &FileRef) -> Result<OpenFile, CallError> {
        match file.id.as_str().strip_prefix(SHARE).and_then(|share| share.split_once('@')) {
            Some((share, author)) => self.shared(share, author).await,
            None => self.picture(message, file.id.as_str()).await,
        }
    }

    /// A file in somebody's drive.
    async fn shared(&self, share: &str, author: &str) -> Result<OpenFile, CallError> {
        let own = self.own_id().await?;
        let path = format!("/shares/{SHARE}{}/driveItem", id::segment(share));
        let call = self.call(Method::GET, &path, self.limits.drive(&own));
        let item = match self.send(call).await {
            Ok(answer) => answer.json::<Item>().map_err(|_| CallError::Retry { after: None })?,
            Err(failure) if failure.status.is_some_and(|status| status.as_u16() == 403) => {
                return Err(self.may_not_read(&own).await);
            }
            Err(failure) => return Err(refusal::graph(&failure)),
        };
        // What one's own account attaches may be anything that it can see.
        if !item.is_by(author) && author != own {
            return Err(CallError::Reject("a file that its sender neither made nor wrote last".to_owned()));
        }
        let address = item.download_url.filter(|_| item.file.is_some());
        let url = address.and_then(|address| Url::parse(&address).ok());
        let url = url.ok_or_else(|| CallError::Reject("nothing that can be fetched".to_owned()))?;
        // The address carries its own permission, and a token beside it is refused.
        let call = Call { limits: self.limits.drive(&own), ..Call::new(Method::GET, url) };
        let mut opened = self.http.download(call, None).await.map_err(|failure| match failure.error {
            // It was good for some minutes.
            CallError::Reauthorize => CallError::Retry { after: None },
            error => error,
        })?;
        if let Some(size) = item.size {
            opened.headers.entry(header::CONTENT_LENGTH).or_insert(size.into());
        }
        let mut open = opened.file(item.name.as_deref())?;
        if let Some(name) = item.name {
            open.name = name;
        }
        if let Some(media_type) = item.file.and_then(|file| file.mime_type) {
            open.media_type = media_type;
        }
        Ok(open)
    }

    /// What a refused look at somebody's file means. The answer is the same to whom it was not shared with and to who did not
    /// consent to files; the latter may not see their own either.
    async fn may_not_read(&self, own: &str) -> CallError {
        let call = self.call(Method::GET, "/me/drive/root?$select=id", self.limits.drive(own));
        match self.send(call).await.map_err(|failure| refusal::drive(&failure)) {
            Err(error @ (CallError::Lacks(_) | CallError::Retry { .. } | CallError::Reauthorize)) => error,
            _ => CallError::Reject("a file that was not shared with whoever reads it".to_owned()),
        }
    }

    /// A picture in a text. It has no name, its type need not be told, and where its length is not told it is measured first.
    async fn picture(&self, message: &MessageRef, content: &str) -> Result<OpenFile, CallError> {
        let mut opened = self.hosted(message, content).await?;
        for _ in 0..MEASURED {
            if opened.headers.contains_key(header::CONTENT_LENGTH) {
                break;
            }
            let measured = measure(opened.content).await;
            opened = self.hosted(message, content).await?;
            if let Some(length) = measured {
                opened.headers.insert(header::CONTENT_LENGTH, length.into());
            }
        }
        let mut open = opened.file(None)?;
        let (kind, content) = recognized(open.content).await;
        open.content = content;
        if let Some(kind) = kind {
            open.media_type = format!("image/{kind}");
        }
        let subtype = open.media_type.strip_prefix("image/").unwrap_or_default();
        let known = subtype.split(['+', ';', ' ']).next().filter(|subtype| !subtype.is_empty());
        open.name = known.map_or_else(|| "image".to_owned(), |ending| format!("image.{ending}"));
        Ok(open)
    }

    async fn hosted(&self, message: &MessageRef, content: &str) -> Result<Opened, CallError> {
        let chat = message.conversation.id.as_str();
        let behind =
            format!("/{}/hostedContents/{}/$value", id::segment(message.id.as_str()), id::segment(content));
        let call = self.messages(Method::GET, chat, &behind, self.limits.read(chat));
        let opened = self.http.download(call, Some(&*self.credentials.tokens)).await;
        opened.map_err(|failure| refusal::graph(&failure))
    }
}

/// How many bytes come; `None` when they break off.
async fn measure(content: Content) -> Option<u64> {
    let mut content = content.at_most(LONGEST_PICTURE);
    let mut length = 0;
    while let Some(piece) = content.next().await {
        length += piece.ok()?.len() as u64;
    }
    Some(length)
}

/// What kind of picture it is, by how it begins.
async fn recognized(mut content: Content) -> (Option<&'static str>, Content) {
    let Some(first) = content.next().await else { return (None, content) };
    let kind = first.as_deref().ok().and_then(kind);
    let first = futures_util::stream::once(std::future::ready(first));
    (kind, Content::new(first.chain(content)))
}

/// The signatures of the formats that clients paste. Portable Network Graphics, 5.2; ISO/IEC 10918-1, B.1.1.3; `GIF89a`, 17;
/// `WebP` container specification, file header; "Bitmap storage".
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("webp"),
        [b'B', b'M', ..] => Some("bmp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
