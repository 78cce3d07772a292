//! Who an author is whom no directory lists. "Get Person Details".

use entente_model::{CallError, MessageRef};

use crate::support::*;

#[tokio::test]
async fn an_author_is_named_by_their_id() {
    let person = fixture!("person");
    let ask = async |reply: Reply| {
        let script = Script::new([reply]);
        let said = MessageRef { conversation: room(), id: "m".into() };
        let author = script.client(Some(BOT)).author(&said, &account(ADA)).await;
        assert_eq!(script.lines(), [format!("GET https://webex.example/v1/people/{ADA}")]);
        author.map(|author| author.map(|author| (author.name, author.bot)))
    };
    let renamed = |field: &str| person.replace(&format!("\"{field}\""), "\"other\"");
    assert_eq!(ask(ok(person)).await, Ok(Some(("Ada Example".to_owned(), false))));
    assert_eq!(ask(ok(&renamed("displayName"))).await, Ok(Some(("ada@example.com".to_owned(), false))));
    // What is not said to be a person is none, and not carried.
    let kind = ask(ok(&renamed("type"))).await;
    assert_eq!(kind, Ok(Some(("Ada Example".to_owned(), true))));
    assert_eq!(ask(ok(&renamed("id"))).await, Err(CallError::Retry { after: None }));
    for (code, expected) in [(404, Ok(None)), (403, Ok(None)), (429, Err(CallError::Retry { after: None }))] {
        assert_eq!(ask(status(code, "")).await, expected, "{code}");
    }
}
