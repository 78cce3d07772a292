//! What making a space asks of Webex, to the letter, and what the answers mean.

use entente_model::{CallError, Timestamp};
use entente_platform::WantedChannel;
use serde_json::{Value, json};

use crate::support::*;

const DESCRIPTION: &str = "Kept in step with other apps by Entente. 0123456789abcdef";
const WANTED: WantedChannel<'_> = WantedChannel { name: "Launch plan", mark: "0123456789abcdef" };

#[tokio::test]
async fn a_public_space_is_made_by_one_call() {
    let room = fixture!("room_group");
    let script = Script::new([ok(room)]);
    let made = script.client(Some(BOT)).make_channel(&WANTED).await.unwrap();
    let named: Value = serde_json::from_str(room).unwrap();
    assert_eq!(made.id.as_str(), named["id"].as_str().unwrap());
    let asked = script.asked();
    assert_eq!(asked[0].line, "POST https://webex.example/v1/rooms");
    let wanted = json!({"title": "Launch plan", "description": DESCRIPTION, "isPublic": true});
    assert_eq!(asked[0].body, wanted);
    for (reply, expected) in [
        (ok(&room.replace("\"id\"", "\"id2\"")), CallError::Unknown),
        (status(503, ""), CallError::Unknown),
        (status(429, ""), CallError::Retry { after: None }),
    ] {
        assert_eq!(Script::new([reply]).client(Some(BOT)).make_channel(&WANTED).await, Err(expected));
    }
    let refused = Script::new([status(403, "")]).client(Some(BOT)).make_channel(&WANTED).await;
    assert!(matches!(refused, Err(CallError::Reject(_))), "{refused:?}");
}

#[tokio::test]
async fn what_was_made_is_known_by_its_mark_and_its_maker() {
    let find = async |change: fn(&mut Value)| {
        let mut room: Value = serde_json::from_str(fixture!("room_group")).unwrap();
        room["id"] = ROOM.into();
        room["creatorId"] = BOT.into();
        room["description"] = DESCRIPTION.into();
        change(&mut room);
        let script = Script::new([ok(&json!({"items": [room]}).to_string())]);
        let found = script.client(Some(BOT)).find_channel(&WANTED, Timestamp(0)).await;
        script.asked();
        found.unwrap().map(|found| found.id.as_str().to_owned())
    };
    assert_eq!(find(|_| {}).await.as_deref(), Some(ROOM));
    let strange: [fn(&mut Value); 3] = [
        |room| room["creatorId"] = ADA.into(),
        |room| room["description"] = "Kept in step with other apps by Entente. fedcba9876543210".into(),
        |room| {
            let text = room.as_object_mut().unwrap().remove("description").unwrap();
            room["about"] = text;
        },
    ];
    for change in strange {
        assert_eq!(find(change).await, None);
    }
}
