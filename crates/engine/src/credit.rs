//! Whose words the app passes on: the name that stands in front of them, made harmless. A name is somebody else's text, so
//! what would hide, turn or pile up what stands around it is taken out before anybody reads it.

use entente_model::{Block, Body, Inline};

/// The longest name, in characters. "chat.postMessage" of one platform takes 80 with what is put behind it.
const LONGEST: usize = 60;

/// So many marks on one letter are writing; more are a joke.
const MARKS: usize = 2;

/// Who has no name.
const SOMEBODY: &str = "Somebody";

/// A name without controls, without characters that change the direction of what follows, and with few marks on a letter.
pub(crate) fn clean(name: &str) -> String {
    let mut out = String::new();
    let (mut count, mut marks) = (0, 0);
    for c in name.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if c.is_control() || is_invisible(c) {
            continue;
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        if marks > MARKS {
            continue;
        }
        count += 1;
        if count > LONGEST {
            break;
        }
        out.push(c);
    }
    let out = out.trim();
    if out.is_empty() { SOMEBODY.to_owned() } else { out.to_owned() }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
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
        assert_eq!(clean(&format!("e{}", "\u{301}".repeat(10_000))), "e\u{301}\u{301}");
        assert_eq!(clean(&"x".repeat(500)).len(), LONGEST);
        assert_eq!(clean("\u{200b}\u{202e}"), SOMEBODY);
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
