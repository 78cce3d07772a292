//! Who an author is whom no directory lists. "users.info".

use entente_model::CallError;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn an_author_is_named_by_their_id() {
    let user = fixture!("user");
    let ask = async |reply: Reply| {
        let script = Script::new([reply]);
        let author = script.client(None).author(&message(TS), &account(BOB)).await;
        let asked = script.asked();
        assert_eq!((asked[0].method.as_str(), &asked[0].arguments), ("users.info", &json!({"user": BOB})));
        author.map(|author| author.map(|author| (author.name, author.bot)))
    };
    assert_eq!(ask(ok(user)).await, Ok(Some(("Bob Iyer".to_owned(), false))));
    let robot = user.replace("\"is_bot\": false", "\"is_bot\": true");
    assert_eq!(ask(ok(&robot)).await, Ok(Some(("Bob Iyer".to_owned(), true))));
    // Of the names that are told, what is left counts; without any nobody is named so.
    let unnamed = user.replace("real_name", "other").replace("display_name", "another");
    assert_ne!(ask(ok(&unnamed)).await, Ok(Some(("Bob Iyer".to_owned(), false))));
    for field in ["user", "id"] {
        let renamed = user.replace(&format!("\"{field}\":"), "\"other\":");
        assert_eq!(ask(ok(&renamed)).await, Err(CallError::Retry { after: None }), "{field}");
    }
    for none in ["user_not_found", "user_not_visible", "missing_scope"] {
        assert_eq!(ask(refused(none)).await, Ok(None), "{none}");
    }
    let nobody = Script::new([]).client(None).author(&message(TS), &account("B0WEBHOOK,1")).await;
    assert_eq!(nobody, Ok(None), "what is no id is not asked for");
}
