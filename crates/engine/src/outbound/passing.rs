//! Files. A file is a row of its own, after the text that it came with: opened where it is, and passed on piece by piece
//! while it is read. Nothing of it comes to rest here, so what is interrupted begins anew from the source.
//!
//! What cannot be passed on becomes a line that says so, in the file's place: too large for the target, gone from the
//! source, refused. A source that breaks off is tried a few times, because connections do; then it is the file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use entente_model::{Block, Body, CallError, Draft, FileRef, Inline, MessageRef, Receipt, plain_name};
use entente_platform::{Capabilities, Client, Content, FileSource, OpenFile};
use entente_store::{Claim, Finish, Head, StoreError, Work};
use futures_util::StreamExt as _;

use crate::engine::Engine;
use crate::outbound::cutting;
use crate::payload::{Carried, Kept, Payload};
use crate::sites::Workspace;

/// How often a file is begun that breaks off at its source.
const ATTEMPTS: u32 = 3;

/// A file where it comes from.
pub(super) struct Source {
    client: Arc<dyn Client>,
    message: MessageRef,
    file: FileRef,
    name: String,
    media_type: String,
    length: u64,
    /// Its bytes, as long as nobody has begun to read them.
    unread: Mutex<Option<Content>>,
    broke: Arc<AtomicBool>,
}

/// Why a file is not passed on, in words that go behind "was not passed on:".
enum Why {
    TooLarge(u64),
    NotHere,
    NotByApp,
    Empty,
    Gone,
    Unreadable,
    NotAllowed,
    Refused,
    Kept(Kept, Option<String>),
}

impl Engine {
    /// Opens a file where it is; or how its row ends or waits instead.
    pub(super) async fn open_source(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        (payload, carried): (&Payload, &Carried),
        relayed: bool,
    ) -> Result<Result<Source, Finish>, StoreError> {
        let told = (carried.file.name.as_deref(), carried.file.length);
        let instead = |told, why| Ok(Err(self.line(claim, workspace, head, payload, told, &why)));
        let Some(message) = head.delivery.source.clone() else { return instead(told, Why::Gone) };
        let client = match self.client_or_wait(head, carried.by).await? {
            Ok(client) => client,
            Err(finish) => return Ok(Err(finish)),
        };
        if let Some(kept) = &carried.kept {
            // What it is called, and how much it is, only its platform may know.
            let asks = told.0.is_none() || told.1.is_none();
            let open = if asks { client.open_file(&message, &carried.file).await.ok() } else { None };
            let open = open.map(|open| (open.name, open.length));
            let name = told.0.or(open.as_ref().map(|(name, _)| name.as_str()));
            let length = told.1.or(open.as_ref().map(|(_, length)| *length));
            return instead((name, length), Why::Kept(kept.clone(), carried.file.url.clone()));
        }
        let Capabilities { max_file: most, channels, .. } = workspace.profile().capabilities;
        if relayed && !channels.is_some_and(|channels| channels.app_files) {
            return instead(told, Why::NotByApp);
        }
        // What is said to be too large is not even asked for.
        if let Some(why) = unfit(told.1, most) {
            return instead(told, why);
        }
        let OpenFile { name, media_type, length, content } =
            match client.open_file(&message, &carried.file).await {
                Ok(open) => open,
                Err(CallError::Retry { after }) => return Ok(Err(self.retried(head, after))),
                // Nothing is done by reading.
                Err(CallError::Unknown) => return Ok(Err(self.retried(head, None))),
                Err(CallError::Reauthorize) => return Ok(Err(self.refused(head))),
                Err(CallError::Gone) => return instead(told, Why::Gone),
                // Whoever consented before files were passed on has not granted it, which holds up nobody's messages.
                Err(CallError::Lacks(_)) => return instead(told, Why::NotAllowed),
                Err(CallError::Reject(_)) => return instead(told, Why::Unreadable),
            };
        let name = plain_name(told.0.unwrap_or(&name));
        if let Some(why) = unfit(Some(length), most) {
            return instead((Some(&name), Some(length)), why);
        }
        let (file, unread) = (carried.file.clone(), Mutex::new(Some(content)));
        let broke = Arc::default();
        Ok(Ok(Source { client, message, file, name, media_type, length, unread, broke }))
    }

    /// Passes a file on. The lane is kept for as long as that takes.
    pub(super) async fn pass(
        &self,
        claim: &Claim,
        client: &dyn Client,
        draft: &Draft,
        source: &Source,
    ) -> Result<Result<Receipt, CallError>, StoreError> {
        let mut passing = client.deliver_file(draft, source);
        loop {
            tokio::select! {
                result = &mut passing => return Ok(result),
                () = tokio::time::sleep(self.tuning.lease / 3) => {
                    // Whoever else has the lane by now looks for the file; this attempt ends in the middle of it.
                    self.store.extend(claim, self.clock.now().plus(self.tuning.lease)).await?;
                }
            }
        }
    }

    /// How the row of a file ends that certainly was not passed on, if that is for good.
    pub(super) fn unpassed(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
        (source, result): (&Source, &Result<Receipt, CallError>),
    ) -> Option<Finish> {
        let why = match result {
            Err(CallError::Reject(_)) => Why::Refused,
            Err(CallError::Lacks(_)) => Why::NotAllowed,
            Err(CallError::Retry { after: None })
                if source.broke.load(Ordering::Relaxed) && head.delivery.attempts + 1 >= ATTEMPTS =>
            {
                Why::Unreadable
            }
            _ => return None,
        };
        let told = (Some(source.name.as_str()), Some(source.length));
        Some(self.line(claim, workspace, head, payload, told, &why))
    }

    /// A line in the file's place.
    fn line(
        &self,
        claim: &Claim,
        workspace: &Workspace,
        head: &Head,
        payload: &Payload,
        (name, length): (Option<&str>, Option<u64>),
        of: &Why,
    ) -> Finish {
        self.store.count("files_unpassed", 1);
        let platform = workspace.profile().name;
        let name = plain_name(name.unwrap_or("file"));
        let told = length.map(|length| format!(" ({})", size(length))).unwrap_or_default();
        let why = match of {
            Why::TooLarge(most) => format!("{platform} takes files of up to {}", size(*most)),
            Why::NotHere => format!("no files can be passed on to {platform}"),
            Why::NotByApp => format!("on {platform} Entente cannot pass files on in somebody's name"),
            Why::Empty => "there is nothing in it".to_owned(),
            Why::Gone => "it is not there any more".to_owned(),
            Why::Unreadable => "it could not be read".to_owned(),
            Why::NotAllowed => "Entente has no permission for files; an administrator can give it".to_owned(),
            Why::Refused => format!("{platform} did not take it"),
            Why::Kept(Kept::Off, _) => "this link carries no files".to_owned(),
            Why::Kept(Kept::At(channel, home), _) => format!("it is in “{channel}” on {home}"),
        };
        let mut body = Body::text(&format!("[{name}{told} was not passed on: {why}]"));
        if let Why::Kept(Kept::At(_, home), Some(url)) = of
            && let Some(Block::Paragraph(line)) = body.0.first_mut()
        {
            // The original is for those whom its platform lets in.
            let label = vec![Inline::Text(format!("open it on {home}"))];
            line.extend([Inline::Text(" ".to_owned()), Inline::Link { url: url.clone(), label }]);
        }
        let payload =
            Payload { body: Some(body), file: None, unsupported: true, cut: true, ..payload.clone() };
        Finish::Replaced(vec![cutting::row(claim, head, Work::Send, head.delivery.part, &payload)])
    }
}

fn unfit(length: Option<u64>, most: u64) -> Option<Why> {
    match length {
        _ if most == 0 => Some(Why::NotHere),
        Some(0) => Some(Why::Empty),
        Some(length) if length > most => Some(Why::TooLarge(most)),
        _ => None,
    }
}

/// A number of bytes as people read it, in powers of ten.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        1_000_000..1_000_000_000 => tenths(bytes, 1_000_000, "MB"),
        _ => tenths(bytes, 1_000_000_000, "GB"),
    }
}

fn tenths(bytes: u64, unit: u64, name: &str) -> String {
    let tenths = bytes / (unit / 10);
    if tenths.is_multiple_of(10) {
        format!("{} {name}", tenths / 10)
    } else {
        format!("{}.{} {name}", tenths / 10, tenths % 10)
    }
}

#[async_trait]
impl FileSource for Source {
    fn name(&self) -> &str {
        &self.name
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn media_type(&self) -> &str {
        &self.media_type
    }

    async fn open(&self) -> Result<Content, CallError> {
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let content = match unread {
            Some(content) => content,
            None => self.client.open_file(&self.message, &self.file).await?.content.exactly(self.length),
        };
        let broke = Arc::clone(&self.broke);
        Ok(Content::new(content.inspect(move |piece| {
            if piece.is_err() {
                broke.store(true, Ordering::Relaxed);
            }
        })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_by_people() {
        let sizes = [(0, "0 bytes"), (999, "999 bytes"), (1_001, "2 kB"), (3_140_000, "3.1 MB")];
        for (bytes, text) in sizes.into_iter().chain([(100_000_000, "100 MB"), (1_500_000_000, "1.5 GB")]) {
            assert_eq!(size(bytes), text);
        }
    }
}
