//! Reading conversations: from a mark, by id, what was sent.

use entente_model::{ConversationKind, ConversationRef, Destination, MessageRef};

use super::World;
use super::bench::{ours, said, to_person};
use crate::{CatchUp, Client, Mark};

async fn mark(client: &dyn Client, message: &MessageRef) -> Mark {
    let at = client.fetch(message).await.unwrap().expect("it is there").created_at;
    Mark { message: Some(message.id.clone()), at }
}

async fn read(client: &dyn Client, conversation: &ConversationRef, mark: &Mark) -> CatchUp {
    let read = client.catch_up(conversation, mark).await.unwrap();
    assert!(read.snapshots.is_sorted_by_key(|one| one.created_at), "oldest first");
    read
}

fn texts(read: &CatchUp) -> Vec<String> {
    read.snapshots.iter().map(|one| one.message.body.plain()).collect()
}

/// Everything after the mark, nothing before it, ours and theirs.
pub async fn what_is_new_is_read_in_order(world: &dyn World) {
    let client = ours(world);
    world.writes("old", None).await;
    let known = world.writes("known", None).await;
    tick().await;
    let first = world.writes("one", None).await;
    tick().await;
    said(world, &*client, "two").await;
    tick().await;
    world.writes("three", Some(&first)).await;
    let read = read(&*client, &known.conversation, &mark(&*client, &known).await).await;
    assert_eq!(texts(&read), ["one", "two", "three"]);
    assert!(!read.gap);
    let [one, two, _] = read.snapshots.as_slice() else { panic!() };
    assert_eq!((&one.message.at, &one.message.author), (&first, &world.person()));
    assert_eq!(Some(&two.message.author), world.ours().account.as_ref());
}

/// What was changed after the mark is read as it is now, once, with the time of its change.
pub async fn an_edit_is_read_as_it_is_now(world: &dyn World) {
    let client = ours(world);
    let known = world.writes("known", None).await;
    let mark = mark(&*client, &known).await;
    tick().await;
    let old = world.writes("before", None).await;
    tick().await;
    world.edits(&old, "after").await;
    let read = read(&*client, &known.conversation, &mark).await;
    let found: Vec<_> = read.snapshots.iter().filter(|one| one.message.at == old).collect();
    let [one] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.message.body.plain(), "after");
    assert!(one.edited_at.is_some_and(|edited| edited > one.created_at));
}

/// Without a mark, only what was written since reading began: the rest was said before anybody asked us to carry it.
pub async fn the_first_report_brings_no_history(world: &dyn World) {
    let client = ours(world);
    world.writes("secret of old", None).await;
    tick().await;
    let mark = Mark { message: None, at: world.now() };
    tick().await;
    let first = world.writes("first", None).await;
    tick().await;
    world.writes("newer", None).await;
    tick().await;
    assert_eq!(texts(&read(&*client, &first.conversation, &mark).await), ["first", "newer"]);
}

/// A mark that is not there any more is replaced by its time.
pub async fn a_mark_that_was_deleted_loses_nothing(world: &dyn World) {
    let client = ours(world);
    world.writes("old", None).await;
    tick().await;
    let known = world.writes("known", None).await;
    let mark = mark(&*client, &known).await;
    tick().await;
    world.writes("new", None).await;
    world.deletes(&known).await;
    let mut read = read(&*client, &known.conversation, &mark).await;
    read.snapshots.retain(|one| !one.deleted);
    assert_eq!(texts(&read), ["new"]);
}

/// More than a page is read page by page.
pub async fn a_long_absence_is_caught_up_with(world: &dyn World) {
    let client = ours(world);
    let known = world.writes("known", None).await;
    let mark = mark(&*client, &known).await;
    let mut expected = Vec::new();
    for number in 0..130 {
        tick().await;
        world.writes(&format!("message {number}"), None).await;
        expected.push(format!("message {number}"));
    }
    let read = read(&*client, &known.conversation, &mark).await;
    assert_eq!(texts(&read), expected);
    assert!(!read.gap);
}

/// What our account wrote since then, by conversation and by person, and nothing that others wrote.
pub async fn only_our_own_is_what_we_sent(world: &dyn World) {
    let client = ours(world);
    let nothing = client.sent_since(&to_person(world), world.now()).await.unwrap();
    assert_eq!(nothing, [], "a conversation that was never opened holds nothing");
    let (old, _) = said(world, &*client, "long ago").await;
    tick().await;
    let since = world.now();
    tick().await;
    world.writes("theirs", None).await;
    let (first, _) = said(world, &*client, "one").await;
    tick().await;
    let (second, _) = said(world, &*client, "two").await;
    for to in [to_person(world), Destination::Conversation(old.conversation)] {
        let sent = client.sent_since(&to, since).await.unwrap();
        assert_eq!(sent.iter().map(|one| &one.message.at).collect::<Vec<_>>(), [&first, &second]);
    }
}

/// By id, and `None` for what is not there.
pub async fn one_message_is_read_by_its_id(world: &dyn World) {
    let client = ours(world);
    let root = world.writes("root", None).await;
    let read = client.fetch(&root).await.unwrap().unwrap();
    assert_eq!((read.message.body.plain().as_str(), &read.message.author), ("root", &world.person()));
    assert_eq!(client.fetch(&world.nowhere(&root.conversation)).await, Ok(None));
    world.deletes(&root).await;
    assert!(client.fetch(&root).await.unwrap().is_none_or(|read| read.deleted));
}

/// A direct conversation names both; one that is not there is `None`.
pub async fn a_conversation_tells_who_is_in_it(world: &dyn World) {
    let client = ours(world);
    let message = world.writes("hello", None).await;
    let found = client.conversation(&message.conversation).await.unwrap().expect("it is there");
    assert_eq!((&found.at, found.kind), (&message.conversation, ConversationKind::Direct));
    let mut members = found.members;
    members.sort();
    let mut expected = vec![world.person(), world.ours().account.expect("ours is known")];
    expected.sort();
    assert_eq!(members, expected);
    let nowhere = world.nowhere(&message.conversation);
    let nowhere = ConversationRef { id: nowhere.id.as_str().into(), ..message.conversation };
    assert_eq!(client.conversation(&nowhere).await, Ok(None));
}

/// Vendors' clocks are coarse; what is to be in order must not be simultaneous.
async fn tick() {
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
}
