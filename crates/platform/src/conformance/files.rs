//! Files passed on and read. Not asked of a platform that takes none.

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{Body, CallError, Destination, MessageRef, Operation};
use futures_util::stream;

use super::World;
use super::bench::{Fault, break_next, draft, ours, said, to_person};
use crate::{Broken, Client, Content, FileSource};

/// A file of ours, in pieces.
struct File {
    name: &'static str,
    length: u64,
    /// How many of its bytes come, once it is opened.
    comes: u64,
    opened: AtomicU32,
}

impl File {
    fn whole(name: &'static str, length: u64) -> Self {
        Self { name, length, comes: length, opened: AtomicU32::new(0) }
    }

    /// Byte number `at`.
    fn byte(at: u64) -> u8 {
        u8::try_from(at % 251).unwrap_or_default()
    }

    fn bytes(&self) -> Vec<u8> {
        (0..self.length).map(Self::byte).collect()
    }
}

#[async_trait]
impl FileSource for File {
    fn name(&self) -> &str {
        self.name
    }

    fn length(&self) -> u64 {
        self.length
    }

    fn media_type(&self) -> &'static str {
        "application/pdf"
    }

    async fn open(&self) -> Result<Content, CallError> {
        self.opened.fetch_add(1, Ordering::Relaxed);
        let bytes: Vec<u8> = (0..self.comes).map(Self::byte).collect();
        let pieces: Vec<Result<Bytes, Broken>> =
            bytes.chunks(10_000).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        Ok(Content::new(stream::iter(pieces)).exactly(self.length))
    }
}

fn takes_files(world: &dyn World) -> bool {
    world.platform().profile().capabilities.max_file > 0
}

async fn send(
    world: &dyn World,
    client: &dyn Client,
    file: &File,
    thread: Option<MessageRef>,
) -> Result<MessageRef, CallError> {
    let to = match &thread {
        Some(thread) => Destination::Conversation(thread.conversation.clone()),
        None => to_person(world),
    };
    let send = Operation::Send { to, thread, body: Body::default() };
    let receipt = client.deliver_file(&draft(world, send), file).await?;
    Ok(receipt.message.expect("a receipt names the message"))
}

/// Byte for byte, with its name, and found again among what was sent.
pub async fn a_file_arrives_as_it_is(world: &dyn World) {
    if !takes_files(world) {
        return;
    }
    let (client, since) = (ours(world), world.now());
    said(world, &*client, "here it is").await;
    let file = File::whole("Plans für März.pdf", 300_000);
    let message = send(world, &*client, &file, None).await.unwrap();
    let read = client.fetch(&message).await.unwrap().expect("it can be read back").message;
    assert_eq!(
        (read.files.len(), read.body.plain().as_str(), read.unsupported.len()),
        (1, "", 0),
        "{read:?}"
    );
    let open = client.open_file(&message, &read.files[0]).await.unwrap();
    assert_eq!((open.name.as_str(), open.length), (file.name, file.length));
    assert!(open.media_type.contains("pdf"), "{}", open.media_type);
    assert!(open.content.whole(1_000_000).await.unwrap() == file.bytes(), "byte for byte");
    let sent = client.sent_since(&to_person(world), since).await.unwrap();
    let found = sent.iter().filter(|sent| sent.message.at == message && sent.message.files.len() == 1);
    assert_eq!(found.count(), 1, "{sent:?}");
}

/// Below what it answers.
pub async fn a_file_can_be_an_answer(world: &dyn World) {
    if !takes_files(world) {
        return;
    }
    let client = ours(world);
    let asked = world.writes("where is it?", None).await;
    let message = send(world, &*client, &File::whole("here.pdf", 5_000), Some(asked.clone())).await.unwrap();
    let read = client.fetch(&message).await.unwrap().unwrap().message;
    assert_eq!(read.files.len(), 1);
    if world.platform().profile().capabilities.threads == crate::Level::Full {
        assert_eq!(read.thread, Some(asked));
    }
}

/// A source that breaks off leaves nothing behind, and says so for certain.
pub async fn half_a_file_is_none(world: &dyn World) {
    if !takes_files(world) {
        return;
    }
    let client = ours(world);
    let (before, _) = said(world, &*client, "here it comes").await;
    let file = File { comes: 120_000, ..File::whole("half.pdf", 300_000) };
    let sent = send(world, &*client, &file, None).await;
    assert!(matches!(sent, Err(CallError::Retry { .. })), "{sent:?}");
    assert_eq!(world.sees(&before.conversation).await.len(), 1, "nobody sees half a file");
    let again = send(world, &*client, &File::whole("half.pdf", 300_000), None).await;
    assert!(again.is_ok(), "{again:?}");
    assert_eq!(world.sees(&before.conversation).await.len(), 2);
}

/// A lost answer to the visible call is unknown, and the file can be found.
pub async fn a_file_whose_answer_is_lost_can_be_found(world: &dyn World) {
    if !takes_files(world) {
        return;
    }
    let (client, since) = (ours(world), world.now());
    said(world, &*client, "here it comes").await;
    break_next(world, world.sending_files(), Fault::Timeout, true, 1).await;
    let sent = send(world, &*client, &File::whole("lost.pdf", 5_000), None).await;
    let found = client.sent_since(&to_person(world), since).await.unwrap();
    assert_eq!(found.iter().filter(|sent| sent.message.files.len() == 1).count(), 1, "it had its effect");
    assert_eq!(sent.err(), Some(CallError::Unknown));
}
