//! What the service makes of text, by example.

use serde_json::{Value, json};

use super::*;

fn pieces(text: &str, names: bool) -> Vec<Piece> {
    read(text, Reading { person: &|id| id == "U0BOB", links: true, names })
}

fn stored(text: &str) -> String {
    write(&pieces(text, false))
}

fn inlines(text: &str) -> Value {
    rich::elements(&pieces(text, false))[0]["elements"].clone()
}

#[test]
fn the_three_characters_are_stored_as_entities_once() {
    assert_eq!(stored("a < b & c > d"), "a &lt; b &amp; c &gt; d");
    assert_eq!(stored("a &lt; b &amp; c &gt; d"), "a &lt; b &amp; c &gt; d");
    assert_eq!(stored("&quot; &amp;amp;"), "&amp;quot; &amp;amp;");
}

#[test]
fn only_what_names_something_is_a_mention() {
    assert_eq!(stored("<@U0BOB> <@U0BOB|bob> <@U0EVE>"), "<@U0BOB> <@U0BOB> &lt;@U0EVE&gt;");
    assert_eq!(stored("<!here> <!channel|x> <!nobody> @here"), "<!here> <!channel> &lt;!nobody&gt; @here");
    assert_eq!(write(&pieces("hi @here, x@channel", true)), "hi <!here>, x@channel");
    assert_eq!(stored("<#C0GEN|general> <!subteam^S0TEAM|@team>"), "<#C0GEN> <!subteam^S0TEAM>");
    assert_eq!(stored("<foo> <> <@U0BOB"), "&lt;foo&gt; &lt;&gt; &lt;@U0BOB");
    assert_eq!(
        stored("<!date^17^{date_num}^https://x.example|then>"),
        "<!date^17^{date_num}^https://x.example|then>"
    );
}

#[test]
fn bare_addresses_are_bracketed_without_what_follows_them() {
    assert_eq!(stored("see https://x.example/a?b=1&c=2."), "see <https://x.example/a?b=1&amp;c=2>.");
    assert_eq!(stored("(http://x.example) xhttp://y"), "(<http://x.example>) xhttp://y");
    assert_eq!(stored("<https://x.example|a &amp; b> https://"), "<https://x.example|a &amp; b> https://");
}

#[test]
fn emoji_are_stored_by_name() {
    assert_eq!(
        stored("👍 \u{1F44B}\u{1F3FC} :wave::skin-tone-3: :nothing_like_it:"),
        ":+1: :wave::skin-tone-3: :wave::skin-tone-3: :nothing_like_it:"
    );
}

#[test]
fn emphasis_needs_the_edge_of_a_word_and_something_inside() {
    assert_eq!(
        inlines("a *b _c_* d*e*f ** *g"),
        json!([{"type": "text", "text": "a "}, {"type": "text", "text": "b ", "style": {"bold": true}},
            {"type": "text", "text": "c", "style": {"bold": true, "italic": true}},
            {"type": "text", "text": " d*e*f ** *g"}])
    );
    assert_eq!(
        inlines("`*x*` ~y~"),
        json!([{"type": "text", "text": "*x*", "style": {"code": true}}, {"type": "text", "text": " "},
            {"type": "text", "text": "y", "style": {"strike": true}}])
    );
}

#[test]
fn quotes_and_code_are_elements_of_their_own() {
    let elements = rich::elements(&pieces("say\n&gt; one\n>two\n```let x = a < b;```\nend", false));
    assert_eq!(
        elements,
        vec![
            json!({"type": "rich_text_section", "elements": [{"type": "text", "text": "say"}]}),
            json!({"type": "rich_text_quote", "elements": [{"type": "text", "text": "one\ntwo"}]}),
            json!({"type": "rich_text_preformatted", "border": 0, "elements": [{"type": "text", "text": "let x = a < b;"}]}),
            json!({"type": "rich_text_section", "elements": [{"type": "text", "text": "end"}]}),
        ]
    );
}

#[test]
fn rich_text_has_a_text() {
    let block = json!({"type": "rich_text", "block_id": "b1", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Hi "}, {"type": "user", "user_id": "U0BOB"},
            {"type": "text", "text": ", see "},
            {"type": "link", "url": "https://x.example/a?x=1&y=2", "text": "the doc"}, {"type": "text", "text": " "},
            {"type": "emoji", "name": "wave::skin-tone-3"}, {"type": "text", "text": "\n"}]},
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}]},
        {"type": "rich_text_list", "style": "ordered", "indent": 1, "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "one.a", "style": {"italic": true}}]}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "let x = 1;"}]}]});
    let expected = "Hi <@U0BOB>, see <https://x.example/a?x=1&amp;y=2|the doc> :wave::skin-tone-3:\n• one\n    1. _one.a_\n\
        &gt; quoted\n```let x = 1;```";
    assert_eq!(plain::text(&[block]), expected);
}

#[test]
fn hostile_text_is_read_in_no_time() {
    for unit in ["*a ", "<", "_*~`", "&", "https://x ", "```", ">"] {
        let text = unit.repeat(40_000 / unit.len());
        let read = pieces(&text, true);
        assert!(!write(&read).is_empty() && !rich::elements(&read).is_empty());
    }
}
