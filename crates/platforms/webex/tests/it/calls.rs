//! What is asked of Webex, to the letter, and what its answers mean.

use entente_model::{
    Block, Body, CallError, Destination, Draft, Inline, Loss, Operation, Receipt, Sender, Timestamp,
};
use entente_platform::{BotRefused, WantedBot};
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::support::*;

fn draft(operation: Operation) -> Draft {
    Draft { operation, sender: Sender::Bot(login()), alias: None }
}

fn send(to: Destination, thread: Option<u8>) -> Draft {
    draft(Operation::Send { to, thread: thread.map(message), body: Body::text("hi *you*") })
}

fn edit() -> Draft {
    draft(Operation::Edit { target: message(5), body: Body::text("ho") })
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

#[tokio::test]
async fn sends_to_a_person() {
    let script = Script::new([ok(fixture!("message_posted"))]);
    let receipt =
        script.client(Some(BOT)).deliver(&send(Destination::Direct(account(ADA)), None)).await.unwrap();
    assert_eq!(
        receipt,
        Receipt { message: Some(message(5)), at: at("2026-01-02T03:20:00.000Z"), losses: vec![] }
    );
    let asked = script.asked();
    assert_eq!(asked[0].line, "POST https://webex.example/v1/messages");
    assert_eq!(asked[0].body, json!({"toPersonId": ADA, "markdown": r"hi \*you\*"}));
}

#[tokio::test]
async fn answers_in_a_thread_of_a_room() {
    let script = Script::new([ok(fixture!("message_posted"))]);
    script.client(Some(BOT)).deliver(&send(Destination::Conversation(room()), Some(0))).await.unwrap();
    let expected = json!({"roomId": ROOM, "parentId": message_id(0), "markdown": r"hi \*you\*"});
    assert_eq!(script.asked()[0].body, expected);
}

#[tokio::test]
async fn edits_and_tells_the_time_of_the_edit() {
    let script = Script::new([ok(fixture!("message_edited"))]);
    let receipt = script.client(Some(BOT)).deliver(&edit()).await.unwrap();
    assert_eq!(receipt.at, at("2026-01-02T03:21:00.000Z"));
    assert_eq!(receipt.message, Some(message(5)));
    let asked = script.asked();
    assert_eq!(asked[0].line, format!("PUT https://webex.example/v1/messages/{}", message_id(5)));
    assert_eq!(asked[0].body, json!({"roomId": ROOM, "markdown": "ho"}));
}

#[tokio::test]
async fn deletes() {
    let script = Script::new([status(204, "").header("date", "Fri, 02 Jan 2026 03:22:00 GMT")]);
    let delete = draft(Operation::Delete { target: message(5) });
    let receipt = script.client(Some(BOT)).deliver(&delete).await.unwrap();
    assert_eq!(receipt.at, at("2026-01-02T03:22:00Z"));
    assert_eq!(script.lines(), [format!("DELETE https://webex.example/v1/messages/{}", message_id(5))]);
}

#[tokio::test]
async fn what_is_lost_is_told_and_nothing_is_not_said() {
    let script = Script::new([ok(fixture!("message_posted"))]);
    let strike = Inline::Strike(vec![Inline::Text("x".into())]);
    let say =
        |body: Body| draft(Operation::Send { to: Destination::Conversation(room()), thread: None, body });
    let client = script.client(Some(BOT));
    let receipt = client.deliver(&say(Body(vec![Block::Paragraph(vec![strike])]))).await.unwrap();
    assert_eq!(receipt.losses, [Loss::Formatting]);
    assert!(matches!(client.deliver(&say(Body::default())).await, Err(CallError::Reject(_))));
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn refusals_mean_what_webex_says() {
    let error = fixture!("error");
    let cases = [
        (send(Destination::Conversation(room()), None), status(404, error), CallError::Gone),
        (send(Destination::Conversation(room()), None), status(502, ""), CallError::Unknown),
        (send(Destination::Conversation(room()), None), ok("<html>"), CallError::Unknown),
        (send(Destination::Conversation(room()), None), ok("{}"), CallError::Unknown),
        (edit(), status(404, error), CallError::Gone),
        (edit(), status(503, ""), CallError::Unknown),
        (draft(Operation::Delete { target: message(5) }), status(404, error), CallError::Gone),
        (edit(), status(401, error), CallError::Reauthorize),
    ];
    for (draft, reply, expected) in cases {
        let script = Script::new([reply]);
        assert_eq!(script.client(Some(BOT)).deliver(&draft).await, Err(expected), "{draft:?}");
        script.asked();
    }
    let script = Script::new([status(400, error)]);
    let Err(CallError::Reject(reason)) = script.client(Some(BOT)).deliver(&edit()).await else { panic!() };
    assert!(reason.contains("ten times"), "{reason}");
}

#[tokio::test]
async fn a_limit_is_waited_for_by_everything_that_it_concerns() {
    let script = Script::new([status(429, "").header("retry-after", "30")]);
    let client = script.client(Some(BOT));
    let draft = send(Destination::Conversation(room()), None);
    let wait = std::time::Duration::from_secs(30);
    assert_eq!(client.deliver(&draft).await, Err(CallError::Retry { after: Some(wait) }));
    // The second is not even sent.
    let Err(CallError::Retry { after: Some(rest) }) = client.deliver(&draft).await else { panic!() };
    assert!(rest <= wait && rest > wait / 2);
    assert_eq!(script.asked().len(), 1);
}

#[tokio::test]
async fn the_account_and_the_directory() {
    let script = Script::new([ok(fixture!("person"))]);
    let me = script.client(None).me().await.unwrap();
    assert_eq!(script.lines(), ["GET https://webex.example/v1/people/me"]);
    assert_eq!(
        (me.account, me.name.as_str(), me.email.as_str()),
        (account(ADA), "Ada Example", "ada@example.com")
    );
    assert_eq!(me.department.as_deref(), Some("Engineering"));
    assert_eq!(me.picture.as_deref(), Some("https://avatar.example/a~1600"));
    assert!(me.active && !me.bot);

    let second = "https://webex.example/v1/people?cursor=abc&max=100";
    let script = Script::new([ok(fixture!("people")).next(second), ok("{\"items\":[]}")]);
    let client = script.client(None);
    let page = client.directory(None).await.unwrap();
    let listed: Vec<_> = page.items.iter().map(|one| (one.email.as_str(), one.bot, one.active)).collect();
    assert_eq!(
        listed,
        [
            ("ada@example.com", false, true),
            ("bob@example.com", false, false),
            ("bob.acme@webex.bot", true, true),
            ("", false, true)
        ]
    );
    assert_eq!(page.items[1].department, None);
    let last = client.directory(page.next).await.unwrap();
    assert!(last.items.is_empty() && last.next.is_none());
    assert_eq!(script.lines(), ["GET https://webex.example/v1/people?max=100", &format!("GET {second}")]);
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_asked_for() {
    let script = Script::new([]);
    let elsewhere = "https://evil.example/v1/people?cursor=abc".to_owned();
    assert!(matches!(script.client(None).directory(Some(elsewhere)).await, Err(CallError::Reject(_))));
    script.asked();
}

fn wanted() -> WantedBot {
    WantedBot {
        name: "Bob Example".into(),
        address: "bob.acme@webex.bot".into(),
        picture: Some("https://files.example/bob-512.png".into()),
        description: "Speaks for Bob Example.".into(),
    }
}

#[tokio::test]
async fn a_bot_is_made_and_found() {
    let script = Script::new([ok(fixture!("application")), ok(fixture!("applications"))]);
    let client = script.client(None);
    let made = client.make_bot(&wanted()).await.unwrap();
    assert_eq!((made.account, made.address.as_str()), (account(BOT), "bob.acme@webex.bot"));
    assert_eq!(made.token.expose_secret(), "ZmFrZS1ib3QtdG9rZW4");
    let found = client.find_bot("Bob.Acme@webex.bot").await.unwrap().unwrap();
    assert_eq!((found.account, found.bot, found.name.as_str()), (account(BOT), true, "Bob Example"));
    let asked = script.asked();
    assert_eq!(asked[0].line, "POST https://webex.example/v1/applications");
    assert_eq!(
        asked[0].body,
        json!({"type": "bot", "name": "Bob Example", "botEmail": "bob.acme@webex.bot",
               "logo": "https://files.example/bob-512.png", "description": "Speaks for Bob Example."})
    );
    assert_eq!(
        asked[1].line,
        "GET https://webex.example/v1/applications?type=bot&createdBy=me&botEmail=Bob.Acme%40webex.bot"
    );
}

#[tokio::test]
async fn a_bot_that_is_refused() {
    let said = |text: &str| {
        format!(r#"{{"message":"{text}","errors":[{{"description":"{text}"}}],"trackingId":"x"}}"#)
    };
    let taken = said("botEmail is already in use.");
    for reply in [status(409, ""), status(400, &taken)] {
        let script = Script::new([reply]);
        assert_eq!(script.client(None).make_bot(&wanted()).await.unwrap_err(), BotRefused::AddressTaken);
    }
    let script = Script::new([status(403, &said("You are not allowed to create applications."))]);
    let Err(BotRefused::NotAllowed(why)) = script.client(None).make_bot(&wanted()).await else { panic!() };
    assert!(why.contains("You are not allowed to create applications"), "{why}");
    for unfit in ["botEmail must match [a-z0-9_-]+@webex.bot", "The email is not valid."] {
        let script = Script::new([status(400, &said(unfit))]);
        let refused = script.client(None).make_bot(&wanted()).await.err();
        assert_eq!(refused, Some(BotRefused::AddressUnfit), "{unfit}");
    }
    let script = Script::new([status(400, &said("logo must be an address."))]);
    let refused = script.client(None).make_bot(&wanted()).await.unwrap_err();
    assert!(matches!(refused, BotRefused::Call(CallError::Reject(_))), "{refused:?}");
    // Made, but nobody was told its token.
    let silent = fixture!("application").replace("botToken", "bot_token");
    for reply in [status(503, ""), ok("{}"), ok(&silent)] {
        let script = Script::new([reply]);
        let refused = script.client(None).make_bot(&wanted()).await.unwrap_err();
        assert_eq!(refused, BotRefused::Call(CallError::Unknown));
    }
    let script = Script::new([]);
    assert!(matches!(script.client(None).renew_bot("x@webex.bot").await, Err(CallError::Reject(_))));
}
