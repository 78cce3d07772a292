//! A group in the simulated Zoom, read and written by the connector as a linked channel is: Grace is ours and makes it, Ada has the
//! app.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    Body, CallError, ConversationKind, ConversationRef, Destination, Draft, Emoji, MessageRef, Operation,
    Reaction, Receipt, Sender,
};
use entente_platform::conformance::World as _;
use entente_platform::{Client, Content, FileSource, HeadKind, Item, Mark, Place, WantedGroup};
use serde_json::{Value, json};

use crate::particular::{heard, until};
use crate::support::{account, login};
use crate::world::{Simulated, make};

struct File;

#[async_trait]
impl FileSource for File {
    fn name(&self) -> &'static str {
        "plan.txt"
    }

    fn length(&self) -> u64 {
        5
    }

    fn media_type(&self) -> &'static str {
        "text/plain"
    }

    async fn open(&self) -> Result<Content, CallError> {
        Ok(Content::from(Bytes::from_static(b"hello")).exactly(5))
    }
}

async fn deliver(client: &dyn Client, operation: Operation) -> Result<Receipt, CallError> {
    tokio::time::sleep(Duration::from_secs(2)).await;
    client.deliver(&Draft { operation, sender: Sender::Account(login()), alias: None }).await
}

fn say(group: &ConversationRef, thread: Option<&MessageRef>, text: &str) -> Operation {
    let to = Destination::Conversation(group.clone());
    Operation::Send { to, thread: thread.cloned(), body: Body::text(text) }
}

/// What is heard of channels, and a group of Grace, Ada and one more.
async fn world() -> (Simulated, Arc<Mutex<Vec<Item>>>, Arc<dyn Client>, ConversationRef) {
    let world = make().await;
    let items = heard(&world).await;
    let messages = ["message_posted", "message_updated", "message_deleted", "reaction_added"];
    let messages = messages.map(|what| format!("team_chat.channel_{what}"));
    let roster = ["created", "updated", "member_invited", "member_removed", "member_left"];
    let roster = roster.map(|what| format!("chat_channel.{what}"));
    let events: Vec<_> = messages.into_iter().chain(roster).collect();
    world.subscribe(json!({"events": events, "validate": false})).await;
    let client = world.client(world.ours());
    let members = [world.person(), world.others()[0].clone()];
    let wanted = WantedGroup { name: "Launch", mark: "0123456789abcdef", members: &members };
    let made = client.make_group(&wanted).await.unwrap();
    (world, items, client, made.at)
}

#[tokio::test(start_paused = true)]
async fn a_group_is_read_and_written_like_a_channel() {
    let (world, _items, client, group) = world().await;
    let began = world.now();
    let asked = world.written_in(&group, json!({"message": "well?"})).await;
    let first = deliver(&*client, say(&group, Some(&asked), "well, yes")).await.unwrap().message.unwrap();
    let read = client.fetch(&first).await.unwrap().unwrap();
    assert_eq!(read.message.thread, Some(asked.clone()));
    assert_eq!(Some(read.message.author), world.ours().account);
    deliver(&*client, Operation::Edit { target: first.clone(), body: Body::text("well, no") }).await.unwrap();
    let emoji = Emoji::unicode("👍");
    let react = Operation::React { target: asked.clone(), emoji: emoji.clone(), on: true };
    deliver(&*client, react).await.unwrap();
    let felt = client.fetch(&asked).await.unwrap().unwrap();
    let ours = Reaction { by: world.ours().account.unwrap(), emoji };
    assert_eq!((felt.message.author, felt.reactions), (world.person(), Some(vec![ours])));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let to = Destination::Conversation(group.clone());
    let operation = Operation::Send { to: to.clone(), thread: None, body: Body::text("the plan") };
    let draft = Draft { operation, sender: Sender::Account(login()), alias: None };
    let with_file = client.deliver_file(&draft, &File).await.unwrap().message.unwrap();
    let files = client.fetch(&with_file).await.unwrap().unwrap().message.files;
    let opened = client.open_file(&with_file, &files[0]).await.unwrap();
    assert_eq!((opened.name.as_str(), opened.length), ("plan.txt", 5));
    let mark = Mark { message: None, at: began };
    let caught = client.catch_up(&group, &mark).await.unwrap();
    let ids: Vec<_> = caught.snapshots.iter().map(|one| &one.message.at).collect();
    assert_eq!((ids, caught.gap), (vec![&asked, &first, &with_file], false));
    assert_eq!(caught.snapshots[1].message.body.plain(), "well, no");
    let sent = client.sent_since(&to, began).await.unwrap();
    assert_eq!(sent.iter().map(|one| &one.message.at).collect::<Vec<_>>(), [&first, &with_file]);
    deliver(&*client, Operation::Delete { target: first.clone() }).await.unwrap();
    assert!(client.fetch(&first).await.unwrap().is_none_or(|read| read.deleted));
}

#[tokio::test(start_paused = true)]
async fn what_happens_in_a_group_is_reported() {
    let (world, items, client, group) = world().await;
    let joined = |items: &[Item]| {
        let of = |item: &Item| match item {
            Item::Joined(joined) if joined.conversation == group => {
                Some((joined.account.clone(), joined.came))
            }
            _ => None,
        };
        items.iter().filter_map(of).collect::<Vec<_>>()
    };
    let late = world.others()[1].clone();
    client.admit(&group, &late).await.unwrap();
    client.dismiss(&group, &late).await.unwrap();
    client.rename(&group, "Landing").await.unwrap();
    until(&items, |items| joined(items).len() == 5).await;
    let mut first: Vec<_> = joined(&items.lock().unwrap())[..3].to_vec();
    let mut expected =
        [world.ours().account.unwrap(), world.person(), world.others()[0].clone()].map(|one| (one, true));
    first.sort();
    expected.sort();
    assert_eq!(first, expected);
    assert_eq!(joined(&items.lock().unwrap())[3..], [(late.clone(), true), (late, false)]);
    let written = world.written_in(&group, json!({"message": "hello all"})).await;
    let is_head = |item: &&Item| matches!(item, Item::Head(_));
    until(&items, |items| items.iter().any(|item| is_head(&item))).await;
    {
        let items = items.lock().unwrap();
        let Some(Item::Head(head)) = items.iter().find(is_head) else { panic!() };
        assert_eq!((&head.message, head.kind, head.place), (&written, HeadKind::Created, Place::Group));
        assert_eq!(head.watcher, world.ours().login, "whoever is asked for may be in it");
    }
    let found = client.conversation(&group).await.unwrap().unwrap();
    assert_eq!((found.kind, found.name.as_deref()), (ConversationKind::Group, Some("Landing")));
    assert_eq!(found.members.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_app_speaks_in_a_group_without_being_in_it() {
    let (world, _items, client, group) = world().await;
    let robot = world.client(world.robot().await);
    let said = deliver(&*robot, say(&group, None, "Zoë (Webex): hi")).await.unwrap().message.unwrap();
    assert_eq!(said.conversation, group);
    let seen = |list: Vec<Value>| {
        list.iter()
            .map(|one| one["author"]["is_bot"] == true && one["bot"].to_string().contains("Zoë"))
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(world.shown_in(&group).await), [true]);
    let read =
        client.catch_up(&group, &Mark { message: None, at: entente_model::Timestamp::default() }).await;
    assert_eq!(read.unwrap().snapshots[0].message.author, account("nobody"), "whose it is no history tells");
    deliver(&*robot, Operation::Delete { target: said }).await.unwrap();
    assert_eq!(world.shown_in(&group).await, Vec::<Value>::new());
}
