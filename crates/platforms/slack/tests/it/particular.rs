//! What only Slack does, and what its documents leave open, both ways.

use std::time::Duration;

use entente_model::{Block, Body, CallError, Destination, Draft, Inline, Operation, Sender};
use entente_platform::conformance::World as _;
use entente_platform::{HeadKind, Item, LifecycleKind, Listen};
use serde_json::json;

use crate::world::{Simulated, make};

fn draft(world: &Simulated, operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Account(world.ours().login), alias: None }
}

fn kinds(items: &[Item]) -> Vec<String> {
    let kind = |item: &Item| match item {
        Item::Head(head) => format!("{:?}", head.kind),
        Item::Unknown(kind) => kind.clone(),
        Item::Joined(_) => "joined".to_owned(),
        Item::Channel(_) => "channel".to_owned(),
        Item::Lifecycle(lifecycle) => format!("{:?}", lifecycle.kind),
        Item::Malformed { reason, .. } => panic!("{reason}"),
    };
    items.iter().map(kind).collect()
}

#[tokio::test(start_paused = true)]
async fn a_preview_of_a_link_is_no_edit() {
    let world = make().await;
    world.switch(json!({"unfurl_ms": 1_500})).await;
    let reported = world.reports().await;
    world.writes("see https://acme.example/plans", None).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let reported = std::mem::take(&mut *reported.lock().unwrap());
    assert_eq!(kinds(&reported), ["Created", "message_changed_without_edit"]);
}

#[tokio::test(start_paused = true)]
async fn a_reply_changes_nothing_that_was_said() {
    let world = make().await;
    world.switch(json!({"replies_are_told_of_the_root": true, "replies_change_the_root": true})).await;
    let reported = world.reports().await;
    let root = world.writes("where?", None).await;
    world.writes("here?", Some(&root)).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let reported = std::mem::take(&mut *reported.lock().unwrap());
    let heads: Vec<_> = reported
        .iter()
        .filter_map(|item| if let Item::Head(head) = item { Some(head.kind) } else { None })
        .collect();
    assert_eq!(heads, [HeadKind::Created, HeadKind::Created], "{:?}", kinds(&reported));
}

#[tokio::test(start_paused = true)]
async fn a_root_that_was_taken_back_is_gone_also_with_replies() {
    let world = make().await;
    let reported = world.reports().await;
    let root = world.writes("where?", None).await;
    world.writes("here?", Some(&root)).await;
    world.deletes(&root).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let reported = std::mem::take(&mut *reported.lock().unwrap());
    let gone = reported.iter().any(
        |item| matches!(item, Item::Head(head) if head.kind == HeadKind::Deleted && head.message == root),
    );
    assert!(gone, "{:?}", kinds(&reported));
    let found = world.client(world.ours()).fetch(&root).await.unwrap();
    assert!(found.is_none_or(|found| found.deleted));
}

#[tokio::test(start_paused = true)]
async fn markup_is_read_whether_or_not_blocks_are_made_of_it() {
    for blocks in [true, false] {
        let world = make().await;
        world.switch(json!({"text_posts_get_blocks": blocks})).await;
        let message = world.writes("so *it* is &lt;here&gt;", None).await;
        let read = world.client(world.ours()).fetch(&message).await.unwrap().unwrap().message.body;
        let text = |text: &str| Inline::Text(text.to_owned());
        let expected =
            Block::Paragraph(vec![text("so "), Inline::Bold(vec![text("it")]), text(" is <here>")]);
        assert_eq!(read, Body(vec![expected]), "{blocks}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_edit_stays_text_to_the_last_sign() {
    let world = make().await;
    let client = world.client(world.ours());
    let to = Destination::Direct(world.person());
    let send = Operation::Send { to, thread: None, body: Body::text("first") };
    let message = client.deliver(&draft(&world, send)).await.unwrap().message.unwrap();
    for text in ["plain & <b> :", "*a* _b_ `c` :smile: <@all> <!here>", "> no quote", "plain again"] {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let edit = Operation::Edit { target: message.clone(), body: Body::text(text) };
        client.deliver(&draft(&world, edit)).await.unwrap();
        let read = client.fetch(&message).await.unwrap().unwrap().message.body;
        assert_eq!(read, Body::text(text));
    }
}

#[tokio::test(start_paused = true)]
async fn consent_taken_back_is_reported_and_seen() {
    let world = make().await;
    let reported = world.reports().await;
    world.revokes().await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let reported = std::mem::take(&mut *reported.lock().unwrap());
    let lost = reported.iter().any(|item| {
        matches!(item, Item::Lifecycle(told) if told.login == world.ours().login && told.kind == LifecycleKind::Removed)
    });
    assert!(lost, "{:?}", kinds(&reported));
    let secrets = world.secrets().await;
    let callback = world.callback();
    let wanted = Listen {
        login: world.ours().login,
        callback: &callback,
        key: &secrets.hook_key,
        certificate: None,
        conversations: &[],
        now: world.now(),
    };
    assert_eq!(world.client(world.ours()).listen(&wanted).await, Err(CallError::Reauthorize));
}

#[tokio::test(start_paused = true)]
async fn a_conversation_that_came_about_is_a_talk() {
    let world = make().await;
    let since = world.now();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let message = world.writes("hello", None).await;
    let client = world.client(world.ours());
    let found = |talks: Vec<entente_platform::Talk>| {
        talks.into_iter().any(|talk| talk.conversation == message.conversation)
    };
    assert!(found(client.talks(since).await.unwrap()), "it is new");
    tokio::time::sleep(Duration::from_mins(10)).await;
    let later = world.now();
    assert!(!found(client.talks(later).await.unwrap()));
    tokio::time::sleep(Duration::from_secs(5)).await;
    world.writes("again", None).await;
    assert!(found(client.talks(later).await.unwrap()), "something was said in it");
}

#[tokio::test(start_paused = true)]
async fn few_messages_a_page_are_read_page_by_page() {
    let world = make().await;
    world.switch(json!({"commercial_history": true, "rates": {"commercial_history": {"per_minute": 600.0, "burst": 600.0}}})).await;
    let known = world.writes("known", None).await;
    let mut said = Vec::new();
    for number in 0..40 {
        let text = format!("message {number}");
        world.writes(&text, None).await;
        said.push(text);
    }
    let mark = entente_platform::Mark { message: Some(known.id.clone()), at: world.now() };
    let read = world.client(world.ours()).catch_up(&known.conversation, &mark).await.unwrap();
    assert_eq!(read.snapshots.iter().map(|one| one.message.body.plain()).collect::<Vec<_>>(), said);
}
