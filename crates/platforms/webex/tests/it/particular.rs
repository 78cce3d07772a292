//! What only Webex does, against the simulator, on both sides of what its documents leave open.

use std::time::Duration;

use entente_model::{Body, CallError, Destination, Draft, Operation, Sender};
use entente_platform::conformance::World as _;
use entente_platform::{BotRefused, Client, HookKey, Listen, WantedBot};
use http::Method;
use serde_json::json;

use crate::world::{Simulated, make};

async fn say(
    client: &dyn Client,
    world: &Simulated,
    operation: Operation,
) -> Result<Option<entente_model::MessageRef>, CallError> {
    let draft = Draft { operation, sender: Sender::Bot(world.ours().login), alias: None };
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

#[tokio::test(start_paused = true)]
async fn an_answer_arrives_whether_replies_outlive_their_thread_or_not() {
    for stay in [true, false] {
        let world = make().await;
        world.switch(json!({"replies_outlive_parent": stay})).await;
        let client = world.client(world.ours());
        let root = world.writes("root", None).await;
        let reply = world.writes("reply", Some(&root)).await;
        world.deletes(&root).await;
        assert_eq!(client.fetch(&reply).await.unwrap().is_some(), stay);
        let answer = Operation::Send {
            to: Destination::Conversation(root.conversation.clone()),
            thread: Some(reply),
            body: Body::text("answer"),
        };
        let answered = say(&*client, &world, answer).await.unwrap().unwrap();
        assert_eq!(client.fetch(&answered).await.unwrap().unwrap().message.thread, None);
    }
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
async fn an_address_with_dots_where_none_are_taken() {
    let world = make().await;
    let admin = world.client(world.admin());
    world.switch(json!({"bot_email_dots": false})).await;
    let refused = admin.make_bot(&wanted("hugo.acme@webex.bot")).await.err();
    assert_eq!(refused, Some(BotRefused::AddressUnfit));
    assert_eq!(admin.make_bot(&wanted("hugo-acme@webex.bot")).await.unwrap().address, "hugo-acme@webex.bot");
    let refused = admin.make_bot(&wanted("hugo-acme@webex.bot")).await.err();
    assert_eq!(refused, Some(BotRefused::AddressTaken));
    world.switch(json!({"bot_email_dots": true})).await;
    assert!(admin.make_bot(&wanted("hugo.acme@webex.bot")).await.is_ok());
}

/// Deleted in the developer portal, that is; the bot may go with its application or stay.
#[tokio::test(start_paused = true)]
async fn a_deleted_bot_is_not_found_and_its_address_may_be_taken_for_ever() {
    for (stays, reusable) in [(false, false), (false, true), (true, false), (true, true)] {
        let world = make().await;
        world.switch(json!({"bot_outlives_application": stays, "bot_email_reusable": reusable})).await;
        let admin = world.client(world.admin());
        let address = "hugo.acme@webex.bot";
        let made = admin.make_bot(&wanted(address)).await.unwrap();
        let listed = world.operate(Method::GET, &format!("/v1/applications?botEmail={address}"), None).await;
        let application = format!("/v1/applications/{}", listed["items"][0]["id"].as_str().unwrap());
        world.operate(Method::DELETE, &application, None).await;
        assert_eq!(admin.find_bot(address).await, Ok(None));
        let again = admin.make_bot(&wanted(address)).await;
        match again {
            Ok(again) => assert!(reusable && !stays && again.account != made.account),
            Err(refused) => assert!(refused == BotRefused::AddressTaken && (stays || !reusable)),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn everybody_is_listed_however_short_the_pages_are() {
    for most in [1_000, 7] {
        let world = make().await;
        world.switch(json!({"people_max": most})).await;
        let admin = world.client(world.admin());
        let (mut listed, mut page) = (Vec::new(), None);
        loop {
            let found = admin.directory(page).await.unwrap();
            listed.extend(found.items.into_iter().filter(|one| !one.bot).map(|one| one.email));
            page = found.next;
            if page.is_none() {
                break;
            }
        }
        listed.sort_unstable();
        let mut expected = world.addresses();
        expected.sort_unstable();
        assert_eq!(listed, expected, "pages of {most}");
        assert_eq!(world.answered(429), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_bot_is_read_with_or_without_first_name_and_organization() {
    let world = make().await;
    let bot = world.client(world.ours());
    let whole = bot.me().await.unwrap();
    assert!(whole.bot && whole.name == "Grace Mbeki");
    world.switch(json!({"bots_have_first_names": false, "bots_have_organization": false})).await;
    assert_eq!(bot.me().await, Ok(whole));
}

/// Which status refuses a message to somebody outside is not documented.
#[tokio::test(start_paused = true)]
async fn an_organization_that_shuts_others_out_refuses_for_good() {
    let world = make().await;
    let new = json!({"name": "Otto Outside", "email": "otto@elsewhere.example", "organization": "Elsewhere"});
    let outsider = world.operate(Method::POST, "/_sim/people", Some(new)).await;
    let to = Destination::Direct(crate::support::account(outsider["id"].as_str().unwrap()));
    let bot = world.client(world.ours());
    let send = || Operation::Send { to: to.clone(), thread: None, body: Body::text("hello") };
    for status in [403, 400, 404] {
        world.switch(json!({"outsiders_denied": true, "outsiders_denied_status": status})).await;
        let refused = say(&*bot, &world, send()).await.unwrap_err();
        let certain = matches!(&refused, CallError::Reject(why) if why.contains("people outside"));
        assert!(certain || (status == 404 && refused == CallError::Gone), "{status}: {refused:?}");
        assert_eq!(world.answered(status), 1, "it is not tried again");
    }
    world.switch(json!({"outsiders_denied": false})).await;
    assert!(say(&*bot, &world, send()).await.unwrap().is_some());
}

/// Whether webhooks stop when their authorization is revoked is not documented.
#[tokio::test(start_paused = true)]
async fn with_a_new_token_webhooks_are_whole_again_whether_they_had_stopped_or_not() {
    for stop in [true, false] {
        let world = make().await;
        world.switch(json!({"webhook_stops_on_revoke": stop, "bot_token_route": true})).await;
        let callback = world.callback();
        let wanted = Listen {
            login: world.ours().login,
            callback: &callback,
            key: &HookKey::new([7; 32]),
            certificate: None,
            conversations: &[],
            now: world.now(),
        };
        let before = world.client(world.ours());
        assert!(before.listen(&wanted).await.unwrap().resumed, "they are new");
        let address = "grace.acme@webex.bot";
        world.operate(Method::POST, "/_sim/revoke", Some(json!({"person": address}))).await;
        assert_eq!(before.listen(&wanted).await.err(), Some(CallError::Reauthorize));
        let listed = world.operate(Method::GET, &format!("/v1/applications?botEmail={address}"), None).await;
        let renew = format!("/v1/applications/{}/botToken", listed["items"][0]["id"].as_str().unwrap());
        let renewed = world.operate(Method::POST, &renew, Some(json!({}))).await;
        let after = world.client(world.ours_with(renewed["botToken"].as_str().unwrap()));
        assert_eq!(after.listen(&wanted).await.unwrap().resumed, stop, "what was missed is read");
        let hooks = world.operate(Method::GET, "/_sim/webhooks", None).await;
        let active = hooks["items"].as_array().unwrap().iter().filter(|hook| hook["active"] == true);
        assert_eq!(active.count(), 5);
    }
}

/// Requests do not all take the same time on their way. Nobody waits for a 429 all the same.
#[tokio::test(start_paused = true)]
async fn our_own_pace_keeps_one_place_below_its_limit() {
    let world = make().await;
    world.unevenly(Duration::from_millis(500));
    let client = world.client(world.ours());
    for number in 0..30 {
        let to = Destination::Direct(world.person());
        let send = Operation::Send { to, thread: None, body: Body::text(&number.to_string()) };
        say(&*client, &world, send).await.unwrap();
    }
    assert_eq!(world.answered(429), 0);
    // Slower than we think: the wait that is asked for is kept, and nothing is lost.
    let slower = json!({"rates": {"posts_to_one_place": {"per_second": 0.2, "burst": 1.0}}});
    world.switch(slower).await;
    let mut refused = 0;
    for number in 30..34 {
        let to = Destination::Direct(world.person());
        let send = Operation::Send { to, thread: None, body: Body::text(&number.to_string()) };
        while let Err(error) = say(&*client, &world, send.clone()).await {
            let CallError::Retry { after: Some(wait) } = error else { panic!("{error:?}") };
            refused += 1;
            assert!(wait <= Duration::from_secs(5), "{wait:?}");
            tokio::time::sleep(wait).await;
        }
    }
    assert!(refused > 0 && world.answered(429) <= 4, "{refused} waits, {} refusals", world.answered(429));
    assert_eq!(world.answered(429), refused, "each refusal is waited out once");
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
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(client.fetch(&message).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn only_an_administrator_may_list_everybody() {
    let world = make().await;
    assert!(!world.client(world.admin()).directory(None).await.unwrap().items.is_empty());
    let listed = world.client(world.ours()).directory(None).await;
    assert!(matches!(listed, Err(CallError::Reject(_))), "{listed:?}");
}
