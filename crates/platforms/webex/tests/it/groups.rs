//! Group rooms: what is asked of Webex to the letter, and what is said, heard and read in one.

use std::sync::Arc;
use std::time::Duration;

use entente_model::{
    AccountRef, Body, CallError, ConversationRef, Destination, Draft, MessageRef, Operation, Sender,
    Timestamp,
};
use entente_platform::conformance::World as _;
use entente_platform::{
    Client, Credentials, Head, HeadKind, HookKey, Item, Joined, Listen, Mark, Place, WantedGroup,
};
use serde_json::{Value, json};

use crate::support::*;
use crate::world::{Simulated, make};

const MARK: &str = "0123456789abcdef";
const DESCRIPTION: &str = "Kept in step with other apps by Entente. 0123456789abcdef";
const ROOMS: &str = "GET https://webex.example/v1/rooms?type=group&sortBy=lastactivity&max=100";

fn wanted(members: &[AccountRef]) -> WantedGroup<'_> {
    WantedGroup { name: "Ada & Bob", mark: MARK, members }
}

fn at(minute: u8) -> Timestamp {
    Timestamp::parse(&format!("2026-01-02T03:{minute:02}:00.000Z")).unwrap()
}

/// A room in a list, made by our bot, with these changes.
fn listed(change: impl Fn(&mut Value)) -> String {
    let mut room: Value = serde_json::from_str(fixture!("room_group")).unwrap();
    room["id"] = ROOM.into();
    room["creatorId"] = BOT.into();
    room["description"] = DESCRIPTION.into();
    room["lastActivity"] = "2026-01-02T03:10:00.000Z".into();
    change(&mut room);
    json!({"items": [room]}).to_string()
}

#[tokio::test]
async fn a_room_is_made_by_one_call() {
    let room = fixture!("room_group").replace("5555555555a2", "x");
    for (reply, expected) in [
        (ok(&room), Ok(())),
        (status(503, ""), Err(CallError::Unknown)),
        (ok(&room.replace("\"id\"", "\"id2\"")), Err(CallError::Unknown)),
        (status(429, ""), Err(CallError::Retry { after: None })),
    ] {
        let script = Script::new([reply]);
        let made = script.client(Some(BOT)).make_group(&wanted(&[account(ADA)])).await;
        if let Ok(made) = &made {
            assert!(made.at.id.as_str().starts_with("Y2lzY29zcGFyazovL3VzL1JPT00v") && !made.channel);
        }
        assert_eq!(made.map(drop), expected);
        let asked = script.asked();
        assert_eq!(asked[0].line, "POST https://webex.example/v1/rooms");
        assert_eq!(asked[0].body, json!({"title": "Ada & Bob", "description": DESCRIPTION}));
    }
}

#[tokio::test]
async fn a_room_is_found_by_its_mark_and_its_maker() {
    let find = async |first: &str, pages: usize| {
        let next = "https://webex.example/v1/rooms?cursor=c";
        let replies =
            (0..pages).map(|page| if page == 0 { ok(first).next(next) } else { ok(&listed(|_| {})) });
        let script = Script::new(replies);
        let found = script.client(Some(BOT)).find_group(&wanted(&[]), at(5)).await;
        (found, script.lines())
    };
    let (found, asked) = find(&listed(|_| {}), 1).await;
    assert_eq!(found.unwrap().unwrap().at, room());
    assert_eq!(asked, [ROOMS]);
    // Another's, another mark's, none's: the next page is looked at, until rooms are older than the wish.
    let strange: [fn(&mut Value); 3] = [
        |room| room["creatorId"] = ADA.into(),
        |room| room["description"] = "Kept in step with other apps by Entente. fedcba9876543210".into(),
        |room| _ = room.as_object_mut().unwrap().remove("description"),
    ];
    for change in strange {
        assert_eq!(find(&listed(change), 2).await.0.unwrap().unwrap().at, room());
        let older = listed(|room| {
            change(room);
            room["lastActivity"] = "2026-01-02T03:04:59.000Z".into();
        });
        assert_eq!(find(&older, 1).await.0, Ok(None));
    }
    // Somebody wrote more beside it.
    let more = listed(|room| room["description"] = format!("{DESCRIPTION}\nAbout Q3").into());
    assert_eq!(find(&more, 1).await.0.unwrap().unwrap().at, room());
}

#[tokio::test]
async fn people_come_and_go_and_titles_change() {
    let seat = json!({"roomId": ROOM, "personId": ADA});
    for (reply, expected) in [
        (ok("{}"), Ok(())),
        (status(409, fixture!("error")), Ok(())),
        (status(502, ""), Err(CallError::Retry { after: None })),
    ] {
        let script = Script::new([reply]);
        assert_eq!(script.client(Some(BOT)).admit(&room(), &account(ADA)).await, expected);
        let asked = script.asked();
        assert_eq!(
            (asked[0].line.as_str(), &asked[0].body),
            ("POST https://webex.example/v1/memberships", &seat)
        );
    }
    // What is not there is the account or the room.
    let script = Script::new([status(404, ""), ok(fixture!("room_group"))]);
    let refused = script.client(Some(BOT)).admit(&room(), &account(ADA)).await;
    assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
    script.asked();
    let script = Script::new([status(404, ""), status(404, "")]);
    assert_eq!(script.client(Some(BOT)).admit(&room(), &account(ADA)).await, Err(CallError::Gone));
    assert_eq!(script.lines()[1], format!("GET https://webex.example/v1/rooms/{ROOM}"));

    let list: Value = serde_json::from_str(fixture!("memberships")).unwrap();
    let place = list["items"][0]["id"].as_str().unwrap();
    for gone in [status(204, ""), status(404, "")] {
        let script = Script::new([ok(fixture!("memberships")), gone]);
        assert_eq!(script.client(Some(BOT)).dismiss(&room(), &account(ADA)).await, Ok(()));
        let lines = [
            format!("GET https://webex.example/v1/memberships?roomId={ROOM}&personId={ADA}"),
            format!("DELETE https://webex.example/v1/memberships/{place}"),
        ];
        assert_eq!(script.lines(), lines, "nobody else is taken out");
    }
    let script = Script::new([ok("{\"items\":[]}")]);
    assert_eq!(script.client(Some(BOT)).dismiss(&room(), &account(ADA)).await, Ok(()));
    // Whoever left themselves is not told that the room is there.
    let script = Script::new([status(404, ""), status(404, "")]);
    let client = script.client(Some(BOT));
    assert_eq!(client.dismiss(&room(), &account(BOT)).await, Ok(()));
    assert_eq!(client.dismiss(&room(), &account(ADA)).await, Err(CallError::Gone));

    let script = Script::new([ok(fixture!("room_group")), status(404, "")]);
    let client = script.client(Some(BOT));
    assert_eq!(client.rename(&room(), "Q3").await, Ok(()));
    assert_eq!(client.rename(&room(), "Q3").await, Err(CallError::Gone));
    let asked = script.asked();
    assert_eq!(asked[0].line, format!("PUT https://webex.example/v1/rooms/{ROOM}"));
    assert_eq!(asked[0].body, json!({"title": "Q3"}));
}

/// Each field that is read is needed under its documented name.
#[tokio::test]
async fn a_renamed_field_is_noticed() {
    let unreadable = Err(CallError::Retry { after: None });
    let renamed = |body: &str, field: &str| body.replace(&format!("\"{field}\""), "\"other\"");
    for field in ["items", "id", "creatorId"] {
        let script = Script::new([ok(&renamed(&listed(|_| {}), field))]);
        let found = script.client(Some(BOT)).find_group(&wanted(&[]), at(5)).await;
        assert_eq!(found, Err(CallError::Retry { after: None }), "{field}");
    }
    let script = Script::new([ok(&renamed(&listed(|_| {}), "description"))]);
    assert_eq!(script.client(Some(BOT)).find_group(&wanted(&[]), at(5)).await, Ok(None));
    for field in ["items", "id", "personId"] {
        let script = Script::new([ok(&renamed(fixture!("memberships"), field))]);
        assert_eq!(script.client(Some(BOT)).dismiss(&room(), &account(ADA)).await, unreadable, "{field}");
    }
    let script = Script::new([ok(&renamed(fixture!("room_group"), "type"))]);
    let found = script.client(Some(BOT)).conversation(&room()).await;
    assert_eq!(found.map(drop), unreadable);
    let replies = [ok(&renamed(fixture!("room_group"), "title")), ok(fixture!("memberships"))];
    let found = Script::new(replies).client(Some(BOT)).conversation(&room()).await.unwrap().unwrap();
    assert_eq!(found.name, None, "the title is not read");
}

/// A room of the bot's with Ada and somebody who has given consent.
struct Group {
    world: Simulated,
    at: ConversationRef,
    app: Arc<dyn Client>,
    ear: Credentials,
}

async fn group() -> Group {
    let world = make().await;
    let app = world.client(world.ours());
    let ear = world.consented(0);
    let members = [world.person(), ear.account.clone().unwrap()];
    let at = app.make_group(&wanted(&members)).await.unwrap().at;
    for member in &members {
        app.admit(&at, member).await.unwrap();
    }
    Group { world, at, app, ear }
}

impl Group {
    async fn say(&self, thread: Option<&MessageRef>, text: &str) -> MessageRef {
        let to = Destination::Conversation(self.at.clone());
        self.done(Operation::Send { to, thread: thread.cloned(), body: Body::text(text) }).await
    }

    async fn done(&self, operation: Operation) -> MessageRef {
        let draft = Draft { operation, sender: Sender::Bot(self.world.ours().login), alias: None };
        self.app.deliver(&draft).await.unwrap().message.unwrap()
    }

    fn mark(&self) -> Mark {
        Mark { message: None, at: self.world.now() }
    }

    async fn texts(&self) -> Vec<String> {
        self.world.sees(&self.at).await.into_iter().map(|seen| seen.text).collect()
    }
}

/// The app and a consented member say, answer, change and take back there what they like, and the member reads all of it.
#[tokio::test(start_paused = true)]
async fn a_group_is_spoken_in_and_read_like_a_channel() {
    let group = group().await;
    let ear = group.world.client(group.ear.clone());
    let mark = group.mark();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let root = group.say(None, "a notice").await;
    let answer = group.say(Some(&root), "an answer").await;
    let asked =
        group.world.writes_in(&group.at, json!({"text": "by hand", "parentId": root.id.as_str()})).await;
    group.done(Operation::Edit { target: answer.clone(), body: Body::text("a better answer") }).await;
    assert_eq!(group.texts().await, ["a notice", "a better answer", "by hand"]);

    let read = ear.catch_up(&group.at, &mark).await.unwrap();
    let of = |number: usize| &read.snapshots[number].message;
    assert_eq!(
        read.snapshots.iter().map(|one| one.message.body.plain()).collect::<Vec<_>>(),
        ["a notice", "a better answer", "by hand"]
    );
    assert_eq!((&of(1).thread, &of(2).thread), (&Some(root.clone()), &Some(root.clone())));
    assert_eq!((&of(2).at, &of(2).author), (&asked, &group.world.person()));
    assert!(read.snapshots[1].edited_at.is_some());
    assert_eq!(ear.fetch(&asked).await.unwrap().unwrap().message, of(2).clone());
    // The app sees what it said itself, and of others only what mentions it. "Bots" guide.
    assert!(group.app.fetch(&root).await.unwrap().is_some());
    assert_eq!(group.app.fetch(&asked).await, Ok(None));

    group.done(Operation::Delete { target: root.clone() }).await;
    assert_eq!(ear.fetch(&root).await, Ok(None));
    let to = Destination::Conversation(group.at.clone());
    let draft = Draft {
        operation: Operation::Send { to: to.clone(), thread: None, body: Body::text("as myself") },
        sender: Sender::Account(group.ear.login),
        alias: None,
    };
    let own = ear.deliver(&draft).await.unwrap().message.unwrap();
    let sent = ear.sent_since(&to, mark.at).await.unwrap();
    assert_eq!(sent.into_iter().map(|one| one.message.at).collect::<Vec<_>>(), [own]);
}

/// A file of somebody there is read by the member, and a mention is one.
#[tokio::test(start_paused = true)]
async fn files_and_mentions_of_a_group_are_read() {
    let group = group().await;
    let ear = group.world.client(group.ear.clone());
    let app = group.world.ours().account.unwrap();
    let markdown = format!("<@personId:{}|Grace> look", app.id);
    let mentions = group.world.writes_in(&group.at, json!({"markdown": markdown})).await;
    for client in [&ear, &group.app] {
        let read = client.fetch(&mentions).await.unwrap().expect("it mentions the app");
        assert!(format!("{:?}", read.message.body).contains(&format!("account: Some({app:?})")));
    }
    let file = json!({"person": group.world.person().id.as_str(), "room": group.at.id.as_str(), "text": "the plan",
                      "files": [{"name": "plan.txt", "base64": "aGVsbG8="}]});
    let posted = group.world.operate(http::Method::POST, "/_sim/files", Some(file)).await;
    let at = MessageRef { conversation: group.at.clone(), id: posted["id"].as_str().unwrap().into() };
    let read = ear.fetch(&at).await.unwrap().unwrap().message;
    let [file] = read.files.as_slice() else { panic!("{read:?}") };
    let open = ear.open_file(&at, file).await.unwrap();
    assert_eq!(open.name, "plan.txt");
    assert_eq!(&open.content.whole(1 << 20).await.unwrap()[..], b"hello");
}

/// What is said in a group is reported to a consented member as from no direct conversation; who comes and goes, to the bot
/// too, its own coming above all.
#[tokio::test(start_paused = true)]
async fn what_happens_in_a_group_is_reported() {
    let world = make().await;
    let reports = world.reports().await;
    let (bot, ear) = (world.ours(), world.consented(0));
    let callback = world.callback();
    for credentials in [&bot, &ear] {
        let wanted = Listen {
            login: credentials.login,
            callback: &callback,
            key: &HookKey::new([7; 32]),
            certificate: None,
            conversations: &[],
            now: world.now(),
        };
        world.client(credentials.clone()).listen(&wanted).await.unwrap();
    }
    // Somebody makes it and lets both in.
    let maker = world.client(world.consented(1));
    let at = maker.make_group(&wanted(&[])).await.unwrap().at;
    let (bots, ears) = (bot.account.clone().unwrap(), ear.account.clone().unwrap());
    for account in [&bots, &ears, &world.person()] {
        maker.admit(&at, account).await.unwrap();
    }
    let said = world.writes_in(&at, json!({"text": "hello"})).await;
    maker.dismiss(&at, &bots).await.unwrap();
    tokio::time::sleep(Duration::from_secs(5)).await;
    let reported = std::mem::take(&mut *reports.lock().unwrap());
    let joined: Vec<&Joined> = reported
        .iter()
        .filter_map(|item| if let Item::Joined(joined) = item { Some(joined) } else { None })
        .collect();
    let told = |watcher: &Credentials, account: &AccountRef, came: bool| {
        let expected =
            Joined { conversation: at.clone(), account: account.clone(), came, watcher: watcher.login };
        joined.iter().filter(|joined| ***joined == expected).count()
    };
    assert_eq!([told(&bot, &bots, true), told(&bot, &ears, true), told(&bot, &bots, false)], [1, 1, 1]);
    assert_eq!([told(&ear, &bots, true), told(&ear, &ears, true), told(&ear, &bots, false)], [0, 1, 1]);
    assert_eq!((told(&bot, &world.person(), true), told(&ear, &world.person(), true)), (1, 1));
    let heads: Vec<&Head> = reported
        .iter()
        .filter_map(|item| if let Item::Head(head) = item { Some(head) } else { None })
        .collect();
    let [head] = heads.as_slice() else { panic!("{heads:?}") };
    assert_eq!((&head.message, head.kind, head.watcher), (&said, HeadKind::Created, ear.login));
    assert_eq!((head.place, &head.actor), (Place::Group, &Some(world.person())));
}
