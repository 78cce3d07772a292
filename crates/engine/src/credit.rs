//! Whose words the app passes on: the name that stands in front of them, made harmless ([`plain_line`]). A name is somebody
//! else's text.

use entente_model::{Block, Body, Inline, plain_line};

/// The longest name, in characters. "chat.postMessage" of one platform takes 80 with what is put behind it.
const LONGEST: usize = 60;

/// Behind the name of somebody from outside.
const OUTSIDE: &str = " (outside)";

/// Who has no name.
const SOMEBODY: &str = "Somebody";

/// A name as it may stand in front of a text.
pub(crate) fn clean(name: &str) -> String {
    let name = plain_line(name, LONGEST);
    if name.is_empty() { SOMEBODY.to_owned() } else { name }
}

/// The same of somebody from outside of the organization, whom nobody must take for a colleague.
pub(crate) fn outside(name: &str) -> String {
    let name = plain_line(name, LONGEST - OUTSIDE.chars().count());
    let name = if name.is_empty() { SOMEBODY.to_owned() } else { name };
    [&name, OUTSIDE].concat()
}

/// The body with its author's name in front.
pub(crate) fn signed(mut body: Body, name: &str) -> Body {
    let label = Inline::Bold(vec![Inline::Text(format!("{name}:"))]);
    match body.0.first_mut() {
        Some(Block::Paragraph(content)) => {
            content.splice(..0, [label, Inline::Text(" ".to_owned())]);
        }
        _ => body.0.insert(0, Block::Paragraph(vec![label])),
    }
    body
}

/// The body without the name that [`signed`] put in front, wherever a cut left it; `None` if it is not found.
pub(crate) fn unsigned(mut body: Body, name: &str) -> Option<Body> {
    let label = Inline::Bold(vec![Inline::Text(format!("{name}:"))]);
    let Some(Block::Paragraph(content)) = body.0.first_mut() else { return None };
    let at = content.iter().position(|inline| *inline == label)?;
    content.remove(at);
    if let Some(Inline::Text(text)) = content.get_mut(at) {
        *text = text.trim_start().to_owned();
        if text.is_empty() {
            content.remove(at);
        }
    }
    if content.is_empty() {
        body.0.remove(0);
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_harmless() {
        assert_eq!(clean("Ada  Okafor"), "Ada Okafor");
        assert_eq!(clean("Ada\u{202e}rofakO\n\u{7}"), "AdarofakO");
        let pile = clean(&format!("e{}", "\u{301}".repeat(10_000)));
        assert!(pile.starts_with("e\u{301}") && pile.chars().count() < 10, "{pile}");
        assert_eq!(clean(&"x".repeat(500)).chars().count(), LONGEST);
        assert_eq!(clean("\u{200b}\u{202e}"), SOMEBODY);
    }

    #[test]
    fn whoever_is_from_outside_is_marked() {
        assert_eq!(outside("Zed  Quill"), "Zed Quill (outside)");
        assert_eq!(outside("\u{200b}"), "Somebody (outside)");
        let long = outside(&"x".repeat(500));
        assert!(long.ends_with("x… (outside)") && long.chars().count() == LONGEST, "{long}");
    }

    #[test]
    fn a_name_goes_in_front_and_comes_off() {
        let said = Body::text("hello");
        let with = signed(said.clone(), "Ada");
        assert_eq!(with.plain(), "Ada: hello");
        assert_eq!(unsigned(with, "Ada"), Some(said));
        let code = Body(vec![Block::Code { language: None, text: "1".to_owned() }]);
        assert_eq!(unsigned(signed(code.clone(), "Ada"), "Ada"), Some(code));
        assert_eq!(unsigned(Body::text("hello"), "Ada"), None);
    }
}
