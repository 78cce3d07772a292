//! A group in the simulated Teams, read and written by the connector as a linked channel is: Ada is ours, the others have the app.

use std::time::Duration;

use entente_model::{
    Body, CallError, ConversationKind, ConversationRef, Destination, Draft, Emoji, MessageRef, Operation,
    Reaction, Receipt, Sender,
};
use entente_platform::{Client, HeadKind, Item, Mark, Place, WantedGroup};
use serde_json::json;

use crate::drives::File;
use crate::support::{app_login, login};
use crate::world::World;

async fn deliver(client: &dyn Client, operation: Operation) -> Result<Receipt, CallError> {
    client.deliver(&Draft { operation, sender: Sender::Account(login()), alias: None }).await
}

fn say(group: &ConversationRef, thread: Option<&MessageRef>, text: &str) -> Operation {
    let to = Destination::Conversation(group.clone());
    Operation::Send { to, thread: thread.cloned(), body: Body::text(text) }
}

/// A world in which notifications come after the answers, without limits, and a group that Ada's login made.
async fn world() -> (World, std::sync::Arc<dyn Client>, ConversationRef) {
    let world = World::new(0.0, json!({"echo": "after"})).await;
    let client = world.as_person("Ada").await;
    let members = ["Eva", "Hugo"].map(|first| world.person(first).account());
    let wanted = WantedGroup { name: "Launch", mark: "0123456789abcdef", members: &members };
    let made = client.make_group(&wanted).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    (world, client, made.at)
}

#[tokio::test(start_paused = true)]
async fn a_group_is_read_and_written_like_a_channel() {
    let (world, client, group) = world().await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let began = world.now();
    let asked = world.say(&eva, group.id.as_str(), "well?").await;
    let asked = MessageRef { conversation: group.clone(), id: asked.as_str().into() };
    tokio::time::advance(Duration::from_secs(1)).await;
    let first = deliver(&*client, say(&group, Some(&asked), "well, yes")).await.unwrap().message.unwrap();
    let read = client.fetch(&first).await.unwrap().unwrap();
    assert_eq!((&read.message.thread, &read.message.author), (&Some(asked.clone()), &ada.account()));

    tokio::time::advance(Duration::from_secs(1)).await;
    let edit = Operation::Edit { target: first.clone(), body: Body::text("well, no") };
    deliver(&*client, edit).await.unwrap();
    let emoji = Emoji::unicode("👍");
    let react = Operation::React { target: asked.clone(), emoji: emoji.clone(), on: true };
    deliver(&*client, react).await.unwrap();
    let felt = client.fetch(&asked).await.unwrap().unwrap().reactions;
    assert_eq!(felt, Some(vec![Reaction { by: ada.account(), emoji }]));
    let file = File { name: "plan.txt", length: 20 };
    let to = Destination::Conversation(group.clone());
    let operation = Operation::Send { to: to.clone(), thread: None, body: Body::text("the plan") };
    let draft = Draft { operation, sender: Sender::Account(login()), alias: None };
    let with_file = client.deliver_file(&draft, &file).await.unwrap().message.unwrap();
    let other = world.as_person("Hugo").await;
    let files = other.fetch(&with_file).await.unwrap().unwrap().message.files;
    let opened = other.open_file(&with_file, &files[0]).await.unwrap();
    assert_eq!((opened.name.as_str(), opened.length), ("plan.txt", 20), "everybody in it may have the file");

    let mark = Mark { message: None, at: began };
    let caught = client.catch_up(&group, &mark).await.unwrap();
    let texts: Vec<_> = caught.snapshots.iter().map(|one| one.message.body.plain()).collect();
    assert_eq!((texts, caught.gap), (vec!["well?".to_owned(), "well, no".into(), "the plan".into()], false));
    let sent = client.sent_since(&to, began).await.unwrap();
    assert_eq!(sent.iter().map(|one| &one.message.at).collect::<Vec<_>>(), [&first, &with_file]);
    deliver(&*client, Operation::Delete { target: first.clone() }).await.unwrap();
    assert!(client.fetch(&first).await.unwrap().unwrap().deleted);
    assert_eq!(client.sent_since(&to, began).await.unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_happens_in_a_group_is_reported() {
    let (world, client, group) = world().await;
    let eva = world.person("Eva");
    world.listen(&*client, &[]).await;
    let id = world.say(&eva, group.id.as_str(), "hello all").await;
    let (head, snapshot) = world.opened().await;
    assert_eq!(
        (head.kind, head.place),
        (HeadKind::Created, Place::Untold),
        "the envelope names a chat, and no kind"
    );
    assert_eq!(head.message, MessageRef { conversation: group.clone(), id: id.as_str().into() });
    assert_eq!((snapshot.message.author, snapshot.message.body), (eva.account(), Body::text("hello all")));
    // Who comes and goes and what it is called is a message of nobody, and says nothing.
    let bruno = world.person("Bruno");
    client.admit(&group, &bruno.account()).await.unwrap();
    client.rename(&group, "Landing").await.unwrap();
    client.dismiss(&group, &bruno.account()).await.unwrap();
    for _ in 0..3 {
        let (head, snapshot) = world.opened().await;
        assert_eq!((head.kind, head.message.conversation), (HeadKind::Created, group.clone()));
        assert_eq!(snapshot.message.author.id.as_str(), "system");
        assert_eq!(snapshot.message.body, Body::default());
    }
    let found = client.conversation(&group).await.unwrap().unwrap();
    assert_eq!((found.kind, found.name.as_deref()), (ConversationKind::Group, Some("Landing")));
    assert_eq!(found.members.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn whoever_is_let_in_later_reads_from_then_on() {
    let (world, client, group) = world().await;
    deliver(&*client, say(&group, None, "before")).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    client.admit(&group, &world.person("Bruno").account()).await.unwrap();
    deliver(&*client, say(&group, None, "after")).await.unwrap();
    let late = world.as_person("Bruno").await;
    let mark = Mark { message: None, at: entente_model::Timestamp::default() };
    let read = late.catch_up(&group, &mark).await.unwrap().snapshots;
    assert_eq!(read.iter().map(|one| one.message.body.plain()).collect::<Vec<_>>(), ["after"]);
}

#[tokio::test(start_paused = true)]
async fn the_app_speaks_in_a_group_and_finds_what_it_said() {
    let (world, client, group) = world().await;
    let bot = world.as_bot_in_graph().await;
    let began = world.now();
    let as_app = async |operation| {
        bot.deliver(&Draft { operation, sender: Sender::App(app_login()), alias: None }).await
    };
    let first = as_app(say(&group, None, "Zoë (Webex): hi")).await.unwrap().message.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    let second = as_app(say(&group, None, "two")).await.unwrap().message.unwrap();
    assert_eq!((&first.conversation, &second.conversation), (&group, &group));
    let read = client.fetch(&first).await.unwrap().unwrap();
    assert_eq!(read.message.body.plain(), "Zoë (Webex): hi");
    assert_eq!(bot.fetch(&first).await.unwrap().unwrap(), read);
    let to = Destination::Conversation(group.clone());
    let sent = bot.sent_since(&to, began).await.unwrap();
    assert_eq!(sent.iter().map(|one| &one.message.at).collect::<Vec<_>>(), [&first, &second]);
    as_app(Operation::Edit { target: first.clone(), body: Body::text("Zoë (Webex): ho") }).await.unwrap();
    assert_eq!(client.fetch(&first).await.unwrap().unwrap().message.body.plain(), "Zoë (Webex): ho");
    as_app(Operation::Delete { target: second.clone() }).await.unwrap();
    assert!(client.fetch(&second).await.unwrap().unwrap().deleted);
    let found = bot.conversation(&group).await.unwrap().unwrap();
    assert_eq!((found.kind, found.members.len()), (ConversationKind::Group, 3));
    let mark = Mark { message: None, at: began };
    assert_eq!(bot.catch_up(&group, &mark).await.unwrap().snapshots.len(), 2);
    // The app is told of its own coming, and of who comes and goes from then on.
    let bruno = world.person("Bruno").account();
    client.admit(&group, &bruno).await.unwrap();
    client.dismiss(&group, &bruno).await.unwrap();
    let mut joined = Vec::new();
    for item in world.reported(3).await {
        let Item::Joined(one) = item else { panic!("{item:?}") };
        assert_eq!((&one.conversation, one.watcher), (&group, app_login()));
        joined.push((one.account, one.came));
    }
    joined.sort();
    let own = bot.me().await.unwrap().account;
    let mut expected = [(bruno.clone(), false), (bruno, true), (own, true)];
    expected.sort();
    assert_eq!(joined, expected);
}
