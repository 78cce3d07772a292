//! What making a channel asks of Zoom, to the letter, and what the answers mean.

use entente_model::{CallError, ConversationRef, Timestamp};
use entente_platform::WantedChannel;
use serde_json::{Value, json};

use crate::support::*;

const CHANNEL: &str = "5b1f0e7c2a944f0f9d3a6c1e8b7d2f40";
const WANTED: WantedChannel<'_> = WantedChannel { name: "Launch: plan", mark: "0123456789abcdef" };

fn made() -> ConversationRef {
    ConversationRef { workspace: workspace(), id: CHANNEL.into() }
}

/// A public channel of this name.
fn channel() -> Value {
    let mut channel: Value = serde_json::from_str(fixture!("channel")).unwrap();
    (channel["type"], channel["name"]) = (3.into(), WANTED.name.into());
    channel
}

#[tokio::test]
async fn a_public_channel_is_made_by_one_call() {
    let script = Script::new([status(201, &channel().to_string())]);
    assert_eq!(script.client().make_channel(&WANTED).await, Ok(made()));
    let asked = script.asked();
    assert_eq!(asked[0].line, "POST https://api.zoom.example/v2/chat/users/me/channels");
    assert_eq!(asked[0].body, json!({"name": "Launch: plan", "type": 3}));
    let other = channel().to_string().replace("\"id\"", "\"id2\"");
    let script = Script::new([status(201, &other)]);
    assert_eq!(script.client().make_channel(&WANTED).await, Err(CallError::Unknown));
    script.asked();
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    for (reply, says) in [
        (refusal(400, 300), "a channel is called so already; link that one"),
        (refusal(403, 200), "does not let this account make channels"),
        (refusal(404, 1001), "does not know the account"),
    ] {
        let refused = Script::new([reply]).client().make_channel(&WANTED).await;
        assert!(matches!(&refused, Err(CallError::Reject(why)) if why.contains(says)), "{refused:?}");
    }
    for reply in [refusal(400, 5301), status(503, "")] {
        assert_eq!(Script::new([reply]).client().make_channel(&WANTED).await, Err(CallError::Unknown));
    }
    let scope = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[team_chat:write:user_channel]."}"#;
    let lacks = Script::new([status(400, scope)]).client().make_channel(&WANTED).await;
    assert_eq!(lacks, Err(CallError::Lacks("Zoom wants team_chat:write:user_channel".to_owned())));
}

#[tokio::test]
async fn what_was_made_is_known_by_name_kind_and_owner() {
    let find = async |channel: Value, members: Option<&str>| {
        let listed = json!({"channels": [channel], "next_page_token": ""}).to_string();
        let script = Script::new([ok(&listed)].into_iter().chain(members.map(ok)));
        let found = script.client().find_channel(&WANTED, Timestamp(0)).await;
        script.asked();
        found
    };
    let with = |field: &str, value: Value| {
        let mut channel = channel();
        channel[field] = value;
        channel
    };
    // Ada, as whom the client acts, owns it.
    let owned = fixture!("members");
    assert_eq!(find(channel(), Some(owned)).await, Ok(Some(made())));
    let others = owned.replace("\"owner\"", "\"admin\"");
    assert_eq!(find(channel(), Some(&others)).await, Ok(None));
    for field in ["role", "id"] {
        let renamed = owned.replace(&format!("\"{field}\""), "\"other\"");
        assert_eq!(find(channel(), Some(&renamed)).await, Ok(None), "{field}");
    }
    assert_eq!(find(with("type", 2.into()), None).await, Ok(None));
    assert_eq!(find(with("name", "Launch".into()), None).await, Ok(None));
}
