//! What making a channel asks of Slack, to the letter, and what the answers mean.

use entente_model::{CallError, ConversationRef};
use entente_platform::WantedChannel;
use serde_json::{Value, json};

use crate::support::*;

const APP: &str = "U0ENTENTE1";
const CHANNEL: &str = "C0LAUNCH01";
const WANTED: WantedChannel<'_> = WantedChannel { name: "#Launch Plan", mark: "0123456789abcdef" };

fn made() -> ConversationRef {
    ConversationRef { workspace: workspace(), id: CHANNEL.into() }
}

fn channel() -> Value {
    json!({"id": CHANNEL, "name": "launch-plan", "is_im": false, "is_mpim": false, "is_private": false,
           "created": 1_733_000_000, "creator": APP})
}

fn listed(change: impl Fn(&mut Value)) -> Reply {
    let mut channel = channel();
    change(&mut channel);
    ok(&json!({"ok": true, "channels": [channel], "response_metadata": {"next_cursor": ""}}).to_string())
}

#[tokio::test]
async fn a_public_channel_is_made_by_one_call() {
    let answer = json!({"ok": true, "channel": channel()}).to_string();
    let script = Script::new([ok(&answer)]);
    assert_eq!(script.client(Some(APP)).make_channel(&WANTED).await, Ok(made()));
    let asked = script.asked();
    assert_eq!(asked[0].method, "conversations.create");
    assert_eq!(
        asked[0].arguments,
        json!({"name": "launch-plan", "is_private": "false", "team_id": "T0ACME0001"})
    );
    for field in ["channel", "id"] {
        let script = Script::new([ok(&answer.replace(&format!("\"{field}\""), "\"other\""))]);
        assert_eq!(script.client(Some(APP)).make_channel(&WANTED).await, Err(CallError::Unknown), "{field}");
    }
}

#[tokio::test]
async fn refusals_say_what_to_do() {
    for (code, says) in [
        ("name_taken", "“launch-plan” already, perhaps a private or an archived one; link that one"),
        ("restricted_action", "does not let the Entente app make channels"),
        ("invalid_name_maxlength", "invalid_name_maxlength"),
    ] {
        let refused = Script::new([refused(code)]).client(Some(APP)).make_channel(&WANTED).await;
        assert!(matches!(&refused, Err(CallError::Reject(why)) if why.contains(says)), "{refused:?}");
    }
    let lacks = Script::new([refused("missing_scope")]).client(Some(APP)).make_channel(&WANTED).await;
    assert!(matches!(lacks, Err(CallError::Lacks(_))), "{lacks:?}");
    let unknown = Script::new([refused("fatal_error")]).client(Some(APP)).make_channel(&WANTED).await;
    assert_eq!(unknown, Err(CallError::Unknown));
    let none = WantedChannel { name: "🚀", mark: "" };
    let refused = Script::new([]).client(Some(APP)).make_channel(&none).await;
    assert!(matches!(refused, Err(CallError::Reject(_))), "nothing is asked: {refused:?}");
}

#[tokio::test]
async fn what_was_made_is_known_by_name_maker_and_time() {
    let find = async |reply: Reply, since: i64| {
        let script = Script::new([reply]);
        let found = script.client(Some(APP)).find_channel(&WANTED, at(since, 500_000)).await;
        assert_eq!(script.methods(), ["conversations.list"]);
        found
    };
    for (since, ours) in [(1_732_999_999, true), (1_733_000_000, true), (1_733_000_001, false)] {
        assert_eq!(find(listed(|_| {}), since).await, Ok(ours.then(made)));
    }
    assert_eq!(find(listed(|channel| channel["creator"] = ADA.into()), 0).await, Ok(None));
    assert_eq!(find(listed(|channel| channel["name"] = "launch".into()), 0).await, Ok(None));
    // What is not told is not taken for absent.
    for field in ["creator", "created"] {
        let unnamed = listed(|channel| {
            let value = channel.as_object_mut().unwrap().remove(field).unwrap();
            channel[format!("{field}2")] = value;
        });
        assert_eq!(find(unnamed, 0).await, Err(CallError::Retry { after: None }), "{field}");
    }
}
