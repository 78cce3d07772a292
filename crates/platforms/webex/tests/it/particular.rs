//! What only Webex does, against the simulator, on both sides of what its documents leave open.

use entente_model::{Body, CallError, Destination, Draft, Operation, Sender};
use entente_platform::conformance::World as _;
use entente_platform::{BotRefused, Client, WantedBot};
use serde_json::json;

use crate::world::{Simulated, make};

async fn say(
    client: &dyn Client,
    world: &Simulated,
    operation: Operation,
) -> Result<Option<entente_model::MessageRef>, CallError> {
    let draft = Draft { operation, sender: Sender::Bot(world.ours().login) };
    client.deliver(&draft).await.map(|receipt| receipt.message)
}

#[tokio::test(start_paused = true)]
async fn the_eleventh_edit_is_refused_for_good() {
    let world = make().await;
    let client = world.client(world.ours());
    let send =
        Operation::Send { to: Destination::Direct(world.person()), thread: None, body: Body::text("0") };
    let target = say(&*client, &world, send).await.unwrap().unwrap();
    for number in 1..=10 {
        let edit = Operation::Edit { target: target.clone(), body: Body::text(&number.to_string()) };
        say(&*client, &world, edit).await.unwrap();
    }
    let edit = Operation::Edit { target: target.clone(), body: Body::text("11") };
    let Err(CallError::Reject(reason)) = say(&*client, &world, edit).await else { panic!() };
    assert!(reason.contains("ten times"), "{reason}");
    assert_eq!(world.sees(&target.conversation).await[0].text, "10");
}

/// "Create a Message": the parent is the first message of a thread.
#[tokio::test(start_paused = true)]
async fn an_answer_to_a_reply_stands_in_its_thread_and_without_its_thread_in_the_room() {
    let world = make().await;
    let client = world.client(world.ours());
    let root = world.writes("root", None).await;
    let reply = world.writes("reply", Some(&root)).await;
    let answer = Operation::Send {
        to: Destination::Conversation(root.conversation.clone()),
        thread: Some(reply.clone()),
        body: Body::text("answer"),
    };
    let answered = say(&*client, &world, answer.clone()).await.unwrap().unwrap();
    assert_eq!(client.fetch(&answered).await.unwrap().unwrap().message.thread, Some(root.clone()));
    world.deletes(&root).await;
    let answered = say(&*client, &world, answer).await.unwrap().unwrap();
    assert_eq!(client.fetch(&answered).await.unwrap().unwrap().message.thread, None);
}

fn wanted(address: &str) -> WantedBot {
    WantedBot {
        name: "Hugo".to_owned(),
        address: address.to_owned(),
        picture: Some("https://files.example/hugo.png".to_owned()),
        description: "Speaks for Hugo.".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_taken_address_whatever_its_status() {
    let world = make().await;
    let admin = world.client(world.admin());
    for status in [409, 400] {
        world.switch(json!({"taken_bot_email_status": status})).await;
        let refused = admin.make_bot(&wanted("grace.acme@webex.bot")).await.err();
        assert_eq!(refused, Some(BotRefused::AddressTaken), "{status}");
    }
    world
        .switch(json!({"create_application_status": 201, "application_needs_logo_and_description": true}))
        .await;
    assert!(admin.make_bot(&wanted("hugo.acme@webex.bot")).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_organization_that_refuses_bots_is_told_what_to_do() {
    let world = make().await;
    let admin = world.client(world.admin());
    let forbidden = json!({"application_creation": "nobody"});
    let too_many = json!({"application_creation": "admins", "bots_per_creator": 1});
    for switches in [forbidden, too_many] {
        world.switch(switches).await;
        let refused = admin.make_bot(&wanted("hugo.acme@webex.bot")).await;
        let Err(BotRefused::NotAllowed(why)) = refused else { panic!("{refused:?}") };
        assert!(why.contains("the organization may not allow it"), "{why}");
    }
    let bot = world.client(world.ours());
    assert!(matches!(bot.make_bot(&wanted("hugo.acme@webex.bot")).await, Err(BotRefused::NotAllowed(_))));
}

#[tokio::test(start_paused = true)]
async fn a_mention_is_read_whether_by_id_or_by_bare_key() {
    let world = make().await;
    let client = world.client(world.ours());
    for bare in [false, true] {
        world.switch(json!({"bare_mention_ids": bare})).await;
        let ours = world.ours().account.unwrap();
        let markdown = format!("<@personId:{}|Grace> *please*", ours.id);
        let message = world.writes_markdown(&markdown).await;
        let read = format!("{:?}", client.fetch(&message).await.unwrap().unwrap().message.body);
        assert!(read.contains(&format!("account: Some({:?})", ours.clone())), "{read}");
        assert!(read.contains("Italic"), "{read}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_visible_yet_is_not_invented() {
    let world = make().await;
    let client = world.client(world.ours());
    world.switch(json!({"visibility_delay_ms": 5_000})).await;
    let message = world.writes("soon", None).await;
    assert_eq!(client.fetch(&message).await, Ok(None));
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    assert!(client.fetch(&message).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn only_an_administrator_may_list_everybody() {
    let world = make().await;
    assert!(!world.client(world.admin()).directory(None).await.unwrap().items.is_empty());
    let listed = world.client(world.ours()).directory(None).await;
    assert!(matches!(listed, Err(CallError::Reject(_))), "{listed:?}");
}
