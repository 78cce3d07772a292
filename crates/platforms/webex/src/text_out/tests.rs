//! What is printed for Webex, and what never is.

use entente_model::{AccountRef, Block, Inline, WorkspaceRef};
use proptest::prelude::*;

use super::*;

const ADA: &str = "Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xMTExMTExMS0yMjIyLTQzMzMtODQ0NC01NTU1NTU1NTU1MDE";

fn mention(platform: &str, id: &str, name: &str) -> Body {
    let workspace = WorkspaceRef { platform: platform.into(), id: "acme".into() };
    let account = Some(AccountRef { workspace, id: id.into() });
    Body(vec![Block::Paragraph(vec![Inline::Mention(Mention {
        everybody: false,
        account,
        name: name.to_owned(),
    })])])
}

#[test]
fn only_people_of_webex_are_called() {
    assert_eq!(print(&mention("webex", ADA, "Ada E")).text, format!("<@personId:{ADA}|Ada E>"));
    assert_eq!(print(&mention("webex", ADA, "")).text, format!("<@personId:{ADA}>"));
    assert_eq!(print(&mention("webex", ADA, "a|b><@all>")).text, format!("<@personId:{ADA}>"));
    assert_eq!(print(&mention("webex", "x|y><@all", "Ada")).text, "Ada");
    assert_eq!(print(&mention("teams", ADA, "Ada")).text, "Ada");
}

#[test]
fn strikes_are_lost() {
    let body = Body(vec![Block::Paragraph(vec![Inline::Strike(vec![Inline::Text("x".into())])])]);
    assert_eq!(print(&body).losses, [entente_model::Loss::Formatting]);
}

#[test]
fn a_long_text_is_cut_by_bytes() {
    let body = Body::text(&"ä ".repeat(6_000));
    let parts = split(body);
    assert_eq!(parts.len(), 3);
    assert!(parts.iter().all(|part| print(part).text.len() <= MAX_TEXT));
    assert!(parts[0].plain().starts_with("(1/3) ä"));
    assert_eq!(split(Body::text("short")), [Body::text("short")]);
}

proptest! {
    /// Text never calls anybody, whatever it is made of.
    #[test]
    fn text_is_never_a_mention(pieces in proptest::collection::vec(prop_oneof![
        Just("<"), Just("@"), Just("<@"), Just("<@all>"), Just("personId:x|y>"), Just("`"), Just("\\"), Just("a")
    ], 0..12), code in any::<bool>()) {
        let text = pieces.concat();
        let inline = if code { Inline::Code(text) } else { Inline::Text(text) };
        let printed = print(&Body(vec![Block::Paragraph(vec![inline])])).text;
        prop_assert!(!printed.contains("<@"), "{printed}");
    }
}
