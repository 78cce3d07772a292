//! The connector against the simulated Teams: sign-in, chats, the ladder, the app.

use std::time::Duration;

use entente_model::{
    Body, CallError, ConversationKind, Destination, Draft, Emoji, MessageRef, Operation, Reaction, Receipt,
    Sender, Snapshot,
};
use entente_platform::{Client, HeadKind, Item, LifecycleKind, Mark, Rung};
use serde_json::{Value, json};

use crate::support::{app_login, conversation, login};
use crate::world::{Person, World};

pub(crate) async fn deliver(client: &dyn Client, operation: Operation) -> Result<Receipt, CallError> {
    client.deliver(&Draft { operation, sender: Sender::Account(login()), alias: None }).await
}

pub(crate) async fn send(
    client: &dyn Client,
    to: &Person,
    thread: Option<MessageRef>,
    text: &str,
) -> MessageRef {
    let to = Destination::Direct(to.account());
    let receipt = deliver(client, Operation::Send { to, thread, body: Body::text(text) }).await.unwrap();
    receipt.message.unwrap()
}

/// A world in which notifications come after the answers, without limits.
async fn world(switches: Value) -> World {
    let mut all = json!({"echo": "after"});
    all.as_object_mut().unwrap().extend(switches.as_object().unwrap().clone());
    World::new(0.0, all).await
}

#[tokio::test(start_paused = true)]
async fn a_conversation_is_opened_held_changed_and_taken_back() {
    let world = world(json!({})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let client = world.as_person("Ada").await;
    let began = world.now();
    let first = send(&*client, &eva, None, "a < b & \"c\"").await;
    assert_eq!(first, send_twice_finds_the_same_chat(&*client, &eva, &first).await);
    let fetched = client.fetch(&first).await.unwrap().unwrap();
    assert_eq!(fetched.message.author, ada.account());
    assert_eq!(fetched.message.body, Body::text("a < b & \"c\""));
    assert!(fetched.edited_at.is_none());

    let chat = &first.conversation;
    let answer = world.say(&eva, chat.id.as_str(), "yes?").await;
    let answer = MessageRef { conversation: chat.clone(), id: answer.as_str().into() };
    let reply = send(&*client, &eva, Some(answer.clone()), "yes!").await;
    let quoting = client.fetch(&reply).await.unwrap().unwrap();
    assert_eq!(quoting.message.thread, Some(answer.clone()));
    assert_eq!(quoting.message.body.plain(), "yes!");

    tokio::time::advance(Duration::from_secs(2)).await;
    let edit = Operation::Edit { target: reply.clone(), body: Body::text("yes, indeed") };
    let edited = deliver(&*client, edit).await.unwrap();
    let now = client.fetch(&reply).await.unwrap().unwrap();
    assert_eq!(now.message.body.plain(), "yes, indeed");
    assert_eq!(now.message.thread, Some(answer), "the quote survives the edit");
    assert!(now.edited_at.unwrap() > began && edited.at >= now.created_at);

    let found = client.conversation(chat).await.unwrap().unwrap();
    assert_eq!(found.kind, ConversationKind::Direct);
    let mut members = found.members;
    members.sort();
    let mut both = vec![ada.account(), eva.account()];
    both.sort();
    assert_eq!(members, both);

    let here = Destination::Conversation(chat.clone());
    let texts = |sent: Vec<entente_model::Snapshot>| {
        sent.into_iter().map(|one| one.message.body.plain()).collect::<Vec<_>>()
    };
    let sent = client.sent_since(&here, began).await.unwrap();
    assert_eq!(texts(sent), ["a < b & \"c\"", "again", "yes, indeed"]);
    let sent = client.sent_since(&Destination::Direct(eva.account()), began).await.unwrap();
    assert_eq!(sent.len(), 3);

    deliver(&*client, Operation::Delete { target: first.clone() }).await.unwrap();
    deliver(&*client, Operation::Delete { target: first.clone() }).await.unwrap();
    assert!(client.fetch(&first).await.unwrap().unwrap().deleted);
    let edit = Operation::Edit { target: first, body: Body::text("x") };
    assert_eq!(deliver(&*client, edit).await.unwrap_err(), CallError::Gone);
    assert_eq!(texts(client.sent_since(&here, began).await.unwrap()), ["again", "yes, indeed"]);
}

async fn send_twice_finds_the_same_chat(client: &dyn Client, eva: &Person, first: &MessageRef) -> MessageRef {
    let second = send(client, eva, None, "again").await;
    assert_eq!(second.conversation, first.conversation);
    first.clone()
}

#[tokio::test(start_paused = true)]
async fn a_quote_survives_a_tenant_that_does_not_know_quoting() {
    let world = world(json!({"reply_with_quote": false})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let chat = world.chat(&ada, &eva).await;
    let question = world.say(&eva, chat.id.as_str(), "well?").await;
    let question = MessageRef { conversation: chat, id: question.as_str().into() };
    let client = world.as_person("Ada").await;
    let reply = send(&*client, &eva, Some(question.clone()), "well").await;
    let reply = client.fetch(&reply).await.unwrap().unwrap();
    assert_eq!((reply.message.thread, reply.message.body), (Some(question), Body::text("well")));
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_read_in_order_over_pages() {
    let world = world(json!({})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let chat = world.chat(&ada, &eva).await;
    let before = world.say(&eva, chat.id.as_str(), "before").await;
    tokio::time::advance(Duration::from_secs(1)).await;
    let mark = Mark { message: Some(before.as_str().into()), at: world.now() };
    tokio::time::advance(Duration::from_secs(1)).await;
    for number in 0..120 {
        world.say(&eva, chat.id.as_str(), &format!("n{number}")).await;
        tokio::time::advance(Duration::from_millis(50)).await;
    }
    let client = world.as_person("Ada").await;
    let caught = client.catch_up(&chat, &mark).await.unwrap();
    let texts: Vec<_> = caught.snapshots.iter().map(|one| one.message.body.plain()).collect();
    assert_eq!(texts, (0..120).map(|number| format!("n{number}")).collect::<Vec<_>>());
    assert!(!caught.gap);
    let talks = client.talks(mark.at).await.unwrap();
    assert_eq!(talks.iter().map(|talk| &talk.conversation).collect::<Vec<_>>(), [&chat]);
    assert!(client.talks(world.now()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_people_of_the_tenant_are_listed() {
    let world = world(json!({})).await;
    let client = world.as_person("Ada").await;
    let me = client.me().await.unwrap();
    let ada = world.person("Ada");
    assert_eq!((me.account, me.email), (ada.account(), ada.email));
    let page = client.directory(None).await.unwrap();
    let eva = page.items.iter().find(|one| one.account == world.person("Eva").account()).unwrap();
    assert_eq!((eva.name.as_str(), eva.email.as_str()), ("Eva Lindqvist", "eva.lindqvist@acme.example"));
    assert!(eva.active && !eva.bot);
    assert_eq!(eva.department.as_deref(), Some("sales"));
}

/// On every rung that reports, what is said, changed and taken back comes, is proven and opens.
async fn reports_on(rung: Rung, switches: Value) {
    let world = world(switches).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let chat = world.chat(&ada, &eva).await;
    let client = world.as_person("Ada").await;
    let chats = [chat.clone()];
    let first = world.listen(&*client, &chats).await;
    assert_eq!((first.rung, first.resumed), (rung, true));
    let again = world.listen(&*client, &chats).await;
    assert_eq!((again.rung, again.resumed), (rung, false));

    let id = world.say(&eva, chat.id.as_str(), "a < b").await;
    let (head, snapshot) = world.opened().await;
    assert_eq!((head.kind, head.watcher), (HeadKind::Created, login()));
    assert_eq!(head.message, MessageRef { conversation: chat.clone(), id: id.as_str().into() });
    assert_eq!(snapshot.message.author, eva.account());
    assert_eq!(snapshot.message.body, Body::text("a < b"));
    assert_eq!(client.fetch(&head.message).await.unwrap().unwrap(), snapshot);

    tokio::time::advance(Duration::from_secs(1)).await;
    let path = format!("/v1.0/chats/{}/messages/{id}", chat.id);
    let body = json!({"body": {"contentType": "html", "content": "<p>a &lt; <b>c</b></p>"}});
    world.hand("PATCH", &path, &eva.hand, Some(body)).await;
    let (head, snapshot) = world.opened().await;
    assert_eq!(head.kind, HeadKind::Changed);
    assert_eq!(snapshot.message.body.plain(), "a < c");
    assert!(snapshot.edited_at.is_some());

    let reaction = Some(json!({"reactionType": "👍"}));
    world.hand("POST", &format!("{path}/setReaction"), &ada.hand, reaction).await;
    let (head, reacted) = world.opened().await;
    let reaction = Reaction { by: ada.account(), emoji: Emoji::unicode("👍") };
    let snapshot = Snapshot { reactions: Some(vec![reaction]), ..snapshot };
    assert_eq!((head.kind, &reacted), (HeadKind::Changed, &snapshot), "a reaction changes nothing else");

    world.hand("POST", &format!("{path}/softDelete"), &eva.hand, None).await;
    let (head, snapshot) = world.opened().await;
    assert_eq!((head.kind, snapshot.deleted), (HeadKind::Deleted, true));
    assert_eq!(snapshot.message.author, eva.account());

    // Our own words come back as they would from anybody.
    let own = send(&*client, &eva, None, "mine").await;
    let (head, snapshot) = world.opened().await;
    assert_eq!((head.message, snapshot.message.author), (own, ada.account()));
}

#[tokio::test(start_paused = true)]
async fn the_first_rung_reports() {
    reports_on(Rung::Own, json!({"delegated_user_subscription": true})).await;
}

#[tokio::test(start_paused = true)]
async fn the_second_rung_reports() {
    reports_on(Rung::App, json!({})).await;
}

#[tokio::test(start_paused = true)]
async fn the_third_rung_reports() {
    reports_on(
        Rung::PerConversation,
        json!({"app_user_subscription": false, "encoded_resource_never_fires": true}),
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_last_rung_finds_by_asking() {
    let world = world(json!({"app_user_subscription": false, "delegated_chat_subscription": false})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let chat = world.chat(&ada, &eva).await;
    let client = world.as_person("Ada").await;
    assert_eq!(world.listen(&*client, std::slice::from_ref(&chat)).await.rung, Rung::Polling);
    let began = world.now();
    tokio::time::advance(Duration::from_secs(1)).await;
    let id = world.say(&eva, chat.id.as_str(), "anybody?").await;
    let talks = client.talks(began).await.unwrap();
    assert_eq!(talks[0].conversation, chat);
    let mark = Mark { message: None, at: began };
    let caught = client.catch_up(&chat, &mark).await.unwrap();
    assert_eq!(caught.snapshots[0].message.at.id.as_str(), id);
}

#[tokio::test(start_paused = true)]
async fn deletions_without_content_are_pointers() {
    let world = world(json!({"deleted_payload": false, "deleted_content_null": true})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let chat = world.chat(&ada, &eva).await;
    let client = world.as_person("Ada").await;
    world.listen(&*client, &[]).await;
    let id = world.say(&eva, chat.id.as_str(), "oops").await;
    world.opened().await;
    let path = format!("/v1.0/chats/{}/messages/{id}/softDelete", chat.id);
    world.hand("POST", &path, &eva.hand, None).await;
    let Item::Head(head) = world.reported(1).await.remove(0) else { panic!() };
    assert_eq!((head.kind, head.body), (HeadKind::Deleted, None));
    assert!(client.fetch(&head.message).await.unwrap().unwrap().deleted);
}

#[tokio::test(start_paused = true)]
async fn subscriptions_are_confirmed_renewed_and_revived() {
    let world = world(json!({"delegated_user_subscription": true})).await;
    let client = world.as_person("Ada").await;
    world.listen(&*client, &[]).await;
    let end = || async {
        let all = world.hand("GET", "/_sim/subscriptions", "", None).await;
        let all = all["items"].as_array().unwrap().clone();
        assert_eq!(all.len(), 1, "{all:?}");
        all[0]["expirationDateTime"].as_str().unwrap().to_owned()
    };
    let first = end().await;

    let event = json!({"event": "reauthorizationRequired"});
    world.hand("POST", "/_sim/lifecycle", "", Some(event)).await;
    let Item::Lifecycle(lifecycle) = world.reported(1).await.remove(0) else { panic!() };
    assert_eq!((lifecycle.login, lifecycle.kind), (login(), LifecycleKind::Reauthorize));
    tokio::time::advance(Duration::from_mins(10)).await;
    assert_eq!(world.listen(&*client, &[]).await.rung, Rung::Own);
    assert_eq!(end().await, first, "not due");
    let confirmed = world.try_listen(&*client, &[], true).await.unwrap();
    assert!(!confirmed.resumed);
    let second = end().await;
    assert!(second > first);

    world.hand("POST", "/_sim/subscriptions/remove", "", Some(json!({}))).await;
    let Item::Lifecycle(lifecycle) = world.reported(1).await.remove(0) else { panic!() };
    assert_eq!(lifecycle.kind, LifecycleKind::Removed);
    assert!(world.listen(&*client, &[]).await.resumed);
    world.hand("POST", "/_sim/subscriptions/lapse", "", Some(json!({}))).await;
    assert!(world.listen(&*client, &[]).await.resumed, "nobody told us");
    assert!(!world.listen(&*client, &[]).await.resumed);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_and_a_lost_licence_are_told_apart() {
    let world = world(json!({})).await;
    let (ada, eva) = (world.person("Ada"), world.person("Eva"));
    let client = world.as_person("Ada").await;
    let to = || Destination::Direct(eva.account());
    send(&*client, &eva, None, "x").await;
    let license = json!({"person": ada.id, "licensed": false});
    world.hand("POST", "/_sim/people", "", Some(license)).await;
    let operation = || Operation::Send { to: to(), thread: None, body: Body::text("x") };
    let refused = deliver(&*client, operation()).await.unwrap_err();
    assert!(matches!(&refused, CallError::Reject(text) if text.contains("licence")), "{refused:?}");
    world.hand("POST", "/_sim/revoke", "", Some(json!({"person": ada.id}))).await;
    assert_eq!(deliver(&*client, operation()).await.unwrap_err(), CallError::Reauthorize);
}

#[tokio::test(start_paused = true)]
async fn the_longest_part_of_a_long_message_is_taken() {
    for unit in ["bytes", "utf16"] {
        let world = world(json!({"size_counted_in": unit})).await;
        let eva = world.person("Eva");
        let client = world.as_person("Ada").await;
        let long = Body::text(&"äöü & \"<wörter>\" 🙂 ".repeat(2_000));
        let parts = entente_platform::Platform::split(&entente_platform_teams::Teams, long);
        assert!(parts.len() > 1);
        for body in parts {
            let to = Destination::Direct(eva.account());
            deliver(&*client, Operation::Send { to, thread: None, body }).await.unwrap();
        }
        let to = Destination::Direct(eva.account());
        let body = Body::text(&"x".repeat(40_000));
        let refused = deliver(&*client, Operation::Send { to, thread: None, body }).await.unwrap_err();
        assert!(matches!(&refused, CallError::Reject(text) if text.contains("longer")), "{refused:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_app_hears_and_answers() {
    let world = world(json!({})).await;
    let eva = world.person("Eva");
    let bot = world.as_bot().await;
    let app = bot.me().await.unwrap();
    assert_eq!(app.account.id.as_str(), format!("28:{}", world.site.client_id));

    // The app speaks first.
    let to = Destination::Direct(eva.account());
    let operation = Operation::Send { to, thread: None, body: Body::text("welcome & hello") };
    let welcome = deliver(&*bot, operation).await.unwrap().message.unwrap();
    assert!(welcome.conversation.id.as_str().starts_with("a:"), "{welcome:?}");
    let found = bot.conversation(&welcome.conversation).await.unwrap().unwrap();
    assert_eq!((found.kind, found.members[0].clone()), (ConversationKind::Direct, eva.account()));

    // The person answers in the same conversation.
    let app = json!({"app": world.site.client_id, "person": eva.id, "announce": false});
    let installed = world.hand("POST", "/_sim/install", "", Some(app)).await;
    let chat = installed["chat"].as_str().unwrap();
    world.say(&eva, chat, "find Ada").await;
    let (head, snapshot) = world.opened().await;
    assert_eq!(head.message.conversation, welcome.conversation);
    assert_eq!((head.kind, head.watcher, head.actor), (HeadKind::Created, app_login(), Some(eva.account())));
    assert_eq!((snapshot.message.author, snapshot.message.body), (eva.account(), Body::text("find Ada")));

    let here = Destination::Conversation(welcome.conversation.clone());
    let operation = Operation::Send { to: here, thread: None, body: Body::text("found") };
    let answer = deliver(&*bot, operation).await.unwrap().message.unwrap();
    let edit = Operation::Edit { target: answer.clone(), body: Body::text("found her") };
    deliver(&*bot, edit).await.unwrap();
    deliver(&*bot, Operation::Delete { target: welcome }).await.unwrap();
    let shown = world.hand("GET", &format!("/v1.0/chats/{chat}/messages"), &eva.hand, None).await;
    let shown: Vec<_> = shown["value"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["deletedDateTime"].is_null() && one["messageType"] == "message")
        .map(|one| one["body"]["content"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert!(shown[0].contains("found her"), "{shown:?}");
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_not_ours_does_not_exist_for_us() {
    for stranger in ["forbidden", "not_found"] {
        let world = world(json!({"stranger": stranger})).await;
        let chat = world.chat(&world.person("Bruno"), &world.person("Eva")).await;
        let id = world.say(&world.person("Eva"), chat.id.as_str(), "private").await;
        let client = world.as_person("Ada").await;
        assert_eq!(client.conversation(&chat).await, Ok(None));
        let message = MessageRef { conversation: chat, id: id.as_str().into() };
        assert_eq!(client.fetch(&message).await, Ok(None));
        let nowhere = conversation("19:nothing@unq.gbl.spaces");
        assert_eq!(client.conversation(&nowhere).await, Ok(None));
    }
}
