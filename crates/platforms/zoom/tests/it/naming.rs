//! Who an author is whom no directory lists: of people of other accounts nothing is told but their member id and, by what they wrote,
//! their name.

use entente_model::{CallError, ConversationRef, MessageRef};
use serde_json::Value;

use crate::support::*;

const CHANNEL: &str = "5b1f0e7c2a944f0f9d3a6c1e8b7d2f40";
/// The one of the members who is of another account.
const ZED: &str = "U6VM29Oj0fVM2hhEmSKVM2hhezJTezJTKVM2hezJT2hezJTSK";

fn said() -> MessageRef {
    let conversation = ConversationRef { workspace: workspace(), id: CHANNEL.into() };
    MessageRef { conversation, id: MESSAGE.into() }
}

/// What Zed wrote.
fn message() -> Value {
    let mut message: Value = serde_json::from_str(fixture!("message")).unwrap();
    message["sender"] = "".into();
    message["send_member_id"] = ZED.into();
    message["sender_display_name"] = "Zed Quill".into();
    message
}

#[tokio::test]
async fn an_author_of_another_account_is_named_by_the_message() {
    let own = fixture!("user");
    let ask = async |message: &Value, members: &str| {
        let script = Script::new([ok(&message.to_string()), ok(members), ok(own)]);
        let author = script.client().author(&said(), &account(ZED)).await;
        author.unwrap().map(|author| (author.name, author.bot))
    };
    let members = fixture!("members");
    assert_eq!(ask(&message(), members).await, Some(("Zed Quill".to_owned(), false)));
    for field in ["sender_display_name", "send_member_id"] {
        let renamed = message().to_string().replace(field, "other");
        let renamed = serde_json::from_str(&renamed).unwrap();
        assert_eq!(ask(&renamed, members).await, None, "{field}");
    }
    for field in ["member_id", "is_external"] {
        assert_eq!(ask(&message(), &members.replace(field, "other")).await, None, "{field}");
    }
    let gone = Script::new([refusal(404, 4130)]).client().author(&said(), &account(ZED)).await;
    assert_eq!(gone, Ok(None));
    let later = Script::new([status(503, "")]).client().author(&said(), &account(ZED)).await;
    assert_eq!(later, Err(CallError::Retry { after: None }));
}
