//! How a file gets into a message: into the speaker's own drive, where Teams keeps what is attached in chats; shared with
//! the others of the chat; and then named in a message, which is the visible call. Graph: "Upload or replace the contents of a
//! driveItem", "driveItem: createUploadSession", "driveItem: invite", "Send chatMessage in a channel or a chat" (file
//! attachments).
//!
//! The calls before the message can be made again: a name that is taken gets a number behind it, so nothing that
//! somebody has is ever written over, and people see the file under its own name all the same. What certainly nobody was
//! shown is taken away again; a process that dies between upload and message leaves a file behind that its owner alone
//! sees. Pictures go the same way as other files, because in a text they would lose their names.

use std::time::Duration;

use entente_model::{Body, CallError, Destination, Draft, Operation, Receipt};
use entente_platform::{Call, Effect, FileSource, Parts, Streamed};
use http::{HeaderValue, Method, header};
use url::Url;

use crate::client::GraphClient;
use crate::wire::chat::Chat;
use crate::wire::drive::{Empty, Invite, Item, NewFolder, NewItem, NewSession, Recipient, Session};
use crate::wire::message::Attachment;
use crate::{id, refusal};

/// Where Teams keeps what is attached in chats.
const FOLDER: &str = "Microsoft Teams Chat Files";

/// What happens when a name is taken. Graph: `@microsoft.graph.conflictBehavior`.
const BEHAVIOR: &str = "rename";

/// The longest file that is uploaded in one request. "Upload or replace the contents of a driveItem" takes more; what is
/// longer is safer in pieces.
const WHOLE: u64 = 4 * 1024 * 1024;

/// How much one request of an upload in pieces carries. "driveItem: createUploadSession": a multiple of 320 KiB, less than
/// 60 MiB, best between 5 and 10. It passes through like everything else, so its length costs no memory.
const PIECE: u64 = 32 * 320 * 1024;

/// The media type of bytes of which nothing is said (RFC 2046, 4.5.1). The service goes by the name.
const BYTES: &str = "application/octet-stream";

/// How often a message is tried whose file is there already.
const POSTS: usize = 3;

/// The longest pause that is waited out then.
const PAUSE: Duration = Duration::from_secs(30);

/// A file that is in the speaker's drive.
struct Kept {
    /// The item's address in Graph, below the version.
    path: String,
    /// What names it in a message.
    attachment: Attachment,
}

/// A folder, and the drive that it is in.
struct Folder {
    drive: String,
    id: String,
}

impl GraphClient {
    /// Says something with a file.
    pub(crate) async fn send_file(&self, draft: &Draft, file: &dyn FileSource) -> Result<Receipt, CallError> {
        let Operation::Send { to, thread, body } = &draft.operation else {
            return Err(CallError::Reject("only something new can have a file".to_owned()));
        };
        let own = self.own_id().await?;
        let (chat, quoted) = self.place(to, thread.as_ref()).await?;
        let kept = self.keep(&own, file).await?;
        let sent = match self.let_in(&own, (to, &chat), &kept).await {
            Ok(()) => self.post_patiently(&chat, quoted, body, &kept.attachment).await,
            Err(error) => Err(error),
        };
        if sent.as_ref().is_err_and(|error| *error != CallError::Unknown) {
            // As good as done if it fails: nobody else sees it.
            let call = self.call(Method::DELETE, &kept.path, self.limits.drive(&own));
            drop(self.send(call).await);
        }
        sent
    }

    /// Puts the file into the speaker's drive.
    async fn keep(&self, own: &str, file: &dyn FileSource) -> Result<Kept, CallError> {
        let folder = self.folder(own).await?;
        let name = allowed_name(file.name());
        let at = format!("/drives/{}/items/{}:/{}:", folder.drive, folder.id, id::segment(&name));
        let item = if file.length() <= WHOLE {
            self.upload_whole(own, &at, file).await?
        } else {
            self.upload_in_pieces(own, &at, &name, file).await?
        };
        let path = format!("/drives/{}/items/{}", folder.drive, id::segment(&item.id));
        // The one address that ends as the name does, and it is not told unasked.
        let select = format!("{path}?$select=id,eTag,webDavUrl");
        let item: Item = self.drive(self.call(Method::GET, &select, self.limits.drive(own))).await?;
        let (Some(guid), Some(address)) = (item.guid(), item.web_dav_url) else {
            return Err(CallError::Reject("Microsoft does not tell how a file is named".to_owned()));
        };
        let attachment = Attachment {
            id: Some(guid),
            content_type: Some("reference".to_owned()),
            content_url: Some(address),
            content: None,
            name: Some(name),
        };
        Ok(Kept { path, attachment })
    }

    /// The folder for files in chats, made if there is none.
    async fn folder(&self, own: &str) -> Result<Folder, CallError> {
        let path = format!("/me/drive/root:/{}", id::segment(FOLDER));
        let look = || self.send(self.call(Method::GET, &path, self.limits.drive(own)));
        let found = match look().await {
            Err(failure) if failure.status.is_some_and(|status| status.as_u16() == 404) => {
                let folder = NewFolder { name: FOLDER, folder: Empty {} };
                let call = self.call(Method::POST, "/me/drive/root/children", self.limits.drive(own));
                // Made twice, it is there already.
                self.send(call.json(&folder).effect(Effect::Repeatable)).await
            }
            found => found,
        };
        let found = found.map_err(|failure| refusal::drive(&failure))?;
        let found: Item = found.json().map_err(|_| CallError::Retry { after: None })?;
        let drive = found.parent_reference.and_then(|parent| parent.drive_id);
        let drive = drive.ok_or_else(|| CallError::Reject("a folder in no drive".to_owned()))?;
        Ok(Folder { drive: id::segment(&drive), id: id::segment(&found.id) })
    }

    async fn upload_whole(&self, own: &str, at: &str, file: &dyn FileSource) -> Result<Item, CallError> {
        let path = format!("{at}/content?@microsoft.graph.conflictBehavior={BEHAVIOR}");
        let call = self.call(Method::PUT, &path, self.limits.drive(own));
        let body = (BYTES, file.length(), file.open().await?);
        let sent = self.http.upload(call, body, Some(&*self.credentials.tokens)).await;
        item(sent.map_err(|failure| refusal::drive(&failure))?)
    }

    async fn upload_in_pieces(
        &self,
        own: &str,
        at: &str,
        name: &str,
        file: &dyn FileSource,
    ) -> Result<Item, CallError> {
        let wish = NewSession { item: NewItem { conflict_behavior: BEHAVIOR, name } };
        let path = format!("{at}/createUploadSession");
        // One that nobody uses ends by itself.
        let call = self.call(Method::POST, &path, self.limits.drive(own)).effect(Effect::Repeatable);
        let session: Session = self.drive(call.json(&wish)).await?;
        let url = Url::parse(&session.upload_url);
        let url = url.map_err(|_| CallError::Reject("no address".to_owned()))?;
        let (length, parts) = (file.length(), Parts::new(file.open().await?));
        let mut from = 0;
        while length - from > PIECE {
            self.upload_piece(own, &url, (from, PIECE, length), parts.next(PIECE)).await?;
            from += PIECE;
        }
        item(self.upload_piece(own, &url, (from, length - from, length), parts.rest()).await?)
    }

    async fn upload_piece(
        &self,
        own: &str,
        url: &Url,
        (from, size, length): (u64, u64, u64),
        content: entente_platform::Content,
    ) -> Result<Streamed, CallError> {
        let mut call = Call { limits: self.limits.drive(own), ..Call::new(Method::PUT, url.clone()) };
        let range = format!("bytes {from}-{}/{length}", from + size - 1);
        let range = HeaderValue::try_from(range).map_err(|_| CallError::Reject("unsendable".to_owned()))?;
        call.headers.insert(header::CONTENT_RANGE, range);
        // The address carries its own permission, and a token beside it is refused.
        let sent = self.http.upload(call, (BYTES, size, content), None).await;
        sent.map_err(|failure| match failure.status.map(|status| status.as_u16()) {
            // The session is over, or knows of another piece: there will be another session.
            Some(401 | 404 | 409 | 410 | 416) => CallError::Retry { after: None },
            _ => refusal::drive(&failure),
        })
    }

    /// Lets the others of a chat see a file: the message alone lets nobody in.
    async fn let_in(
        &self,
        own: &str,
        (to, chat): (&Destination, &str),
        kept: &Kept,
    ) -> Result<(), CallError> {
        let others = match to {
            Destination::Direct(account) => vec![account.id.as_str().to_owned()],
            Destination::Conversation(_) => {
                let path = format!("/chats/{}?$expand=members", id::segment(chat));
                let found = self.find::<Chat>(self.call(Method::GET, &path, self.limits.chats(own))).await?;
                let members = found.ok_or(CallError::Gone)?.members.unwrap_or_default();
                members.into_iter().filter_map(|member| member.user_id).filter(|id| id != own).collect()
            }
        };
        if others.is_empty() {
            return Ok(());
        }
        let recipients = others.iter().map(|object_id| Recipient { object_id }).collect();
        let invitation =
            Invite { recipients, require_sign_in: true, send_invitation: false, roles: ["read"] };
        let path = format!("{}/invite", kept.path);
        let call = self.call(Method::POST, &path, self.limits.drive(own)).effect(Effect::Repeatable);
        let sent = self.send(call.json(&invitation)).await;
        sent.map(drop).map_err(|failure| match failure.status.map(|status| status.as_u16()) {
            Some(403) => CallError::Reject("Microsoft does not let the file be shared".to_owned()),
            _ => refusal::drive(&failure),
        })
    }

    /// Posts the message. A pause that is asked for is waited out: given back, the file would have to be uploaded again.
    async fn post_patiently(
        &self,
        chat: &str,
        quoted: Option<&str>,
        body: &Body,
        attachment: &Attachment,
    ) -> Result<Receipt, CallError> {
        let attachments = std::slice::from_ref(attachment);
        for _ in 1..POSTS {
            match self.post(chat, quoted, body, attachments).await {
                Err(CallError::Retry { after: Some(after) }) if after <= PAUSE => {
                    tokio::time::sleep(after).await;
                }
                sent => return sent,
            }
        }
        self.post(chat, quoted, body, attachments).await
    }

    /// A call to somebody's drive that may be repeated, and what it answers.
    async fn drive<T: serde::de::DeserializeOwned>(&self, call: Call) -> Result<T, CallError> {
        let answer = self.send(call).await.map_err(|failure| refusal::drive(&failure))?;
        answer.json().map_err(|_| CallError::Retry { after: None })
    }
}

/// The item that came of an upload.
fn item(sent: Streamed) -> Result<Item, CallError> {
    match sent {
        Streamed::Done(answer) => answer.json().map_err(|_| CallError::Retry { after: None }),
        Streamed::Elsewhere(_) => Err(CallError::Reject("Microsoft sent the file on elsewhere".to_owned())),
    }
}

/// A name that a drive takes, as near as can be and with the same ending. `OneDrive`: "Restrictions and limitations".
fn allowed_name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if "\"*:<>?/\\|".contains(c) { '_' } else { c }).collect();
    let plain = plain.trim_end_matches(['.', ' ']).trim_start();
    let lower = plain.to_lowercase();
    let stem = lower.split('.').next().unwrap_or_default();
    let port = ["com", "lpt"].iter().find_map(|port| stem.strip_prefix(port));
    let reserved = plain.is_empty()
        || plain.starts_with('~')
        || lower == "desktop.ini"
        || matches!(stem, "con" | "prn" | "aux" | "nul")
        || port.is_some_and(|number| matches!(number.as_bytes(), [digit] if digit.is_ascii_digit()));
    let plain = if reserved { format!("_{plain}") } else { plain.to_owned() };
    plain.replace("_vti_", "_vti-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_changed_as_little_as_can_be() {
        for (name, allowed) in [
            ("Plan für März #1 (50%).pdf", "Plan für März #1 (50%).pdf"),
            ("a:b?.txt", "a_b_.txt"),
            ("the end. .", "the end"),
            ("CON.txt", "_CON.txt"),
            ("lpt7", "_lpt7"),
            ("lpt77", "lpt77"),
            ("~$draft.docx", "_~$draft.docx"),
            ("desktop.ini", "_desktop.ini"),
            ("desktop.png", "desktop.png"),
            ("Cargo.lock", "Cargo.lock"),
            ("a_vti_b", "a_vti-b"),
            ("...", "_"),
        ] {
            assert_eq!(allowed_name(name), allowed);
        }
    }

    #[test]
    fn pieces_are_what_the_service_takes() {
        assert_eq!(PIECE % (320 * 1024), 0);
        assert_eq!(PIECE, 10 * 1024 * 1024);
    }
}
