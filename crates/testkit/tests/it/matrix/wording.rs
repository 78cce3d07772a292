//! The words that messages of the matrix are made of, and what is the same wherever they are written.

use super::features::{Feature, WIDE};
use super::slack;

/// Words that are marked.
pub(super) const MARKED: [&str; 2] = ["marked", "words"];

/// Words behind them, which are not.
pub(super) const BEHIND: &str = "behind";

/// Where links lead.
pub(super) const URL: &str = "https://acme.example/plan?a=1&b=2";

/// Text of signs that mean something to one platform or another.
pub(super) const SIGNS: &str = "*a* **b** _c_ ~d~ ~~e~~ `f` <b>g</b> &amp; <@U1> <!here> @all # h > i [j](http://k.example) :l: \\m 1. n - o";

/// What a block of code says.
pub(super) const CODE: &str = "if marked < 2 && *p {\n    words(\"<b>\", '_x_');\n}";

/// Emoji: one of one character, with a presentation, with a skin tone, a family, a flag.
pub(super) const EMOJI: [&str; 5] = ["👍", "\u{2764}\u{fe0f}", "👋🏽", "👩\u{200d}🚀", "🇨🇭"];

/// Lines: two of one paragraph, and one of another.
pub(super) const LINES: [&str; 3] = ["the first line", "the second line", "another paragraph"];

/// A text of about so many characters, made of words that tell their place.
pub(super) fn long(length: usize) -> Vec<String> {
    let count = length / 6;
    (0..count).map(|n| format!("w{n:04}")).collect()
}

/// The same in letters and digits of full width.
pub(super) fn wide(length: usize) -> Vec<String> {
    let widened = |sign: char| char::from_u32(u32::from(sign) + WIDENED).unwrap_or(sign);
    long(length).into_iter().map(|word| word.chars().map(widened).collect()).collect()
}

/// Signs of full width as those that they are drawn like.
pub(super) fn narrow(text: &str) -> String {
    let narrowed =
        |sign: char| u32::from(sign).checked_sub(WIDENED).and_then(char::from_u32).filter(char::is_ascii);
    text.chars().map(|sign| narrowed(sign).unwrap_or(sign)).collect()
}

/// How far behind a sign of ASCII the same of full width is ("Halfwidth and Fullwidth Forms").
const WIDENED: u32 = 0xfee0;

/// A text that is edited, or taken back, as long as the platform lets a person write.
pub(super) fn long_before(most: usize) -> Vec<String> {
    long(most.min(7_300))
}

/// The same with words of its own.
pub(super) fn long_gone(most: usize) -> Vec<String> {
    renamed(long_before(most), "d")
}

/// What the edited one says from then on.
pub(super) fn long_after(most: usize) -> Vec<String> {
    renamed(long(most.min(7_300) / 2), "v")
}

fn renamed(mut words: Vec<String>, letter: &str) -> Vec<String> {
    for word in &mut words {
        word.replace_range(..1, letter);
    }
    words
}

/// What a message of this feature says where nothing about it is marked; `None` where marks are what matters.
pub(super) fn plain(feature: Feature, token: &str, most: usize) -> Option<String> {
    let said = match feature {
        Feature::Words => "some plain words".to_owned(),
        Feature::Lines => format!("{}\n{}\n\n{}", LINES[0], LINES[1], LINES[2]),
        Feature::Signs => SIGNS.to_owned(),
        Feature::Long(length) if length <= most => long(length - token.len() - 1).join(" "),
        Feature::Wide if most > 2 * WIDE || most == slack::LONGEST => wide(WIDE - token.len() - 1).join(" "),
        Feature::EditLong => long_before(most - token.len() - 1).join(" "),
        Feature::DeleteLong => long_gone(most - token.len() - 1).join(" "),
        Feature::Address => format!("see {URL} there"),
        Feature::Emoji => EMOJI.join(" "),
        Feature::First
        | Feature::Name
        | Feature::Present
        | Feature::Picture
        | Feature::Reply
        | Feature::Edit
        | Feature::EditMarks
        | Feature::EditOften
        | Feature::Delete
        | Feature::Moderated
        | Feature::ReactOwn => "before".to_owned(),
        _ => return None,
    };
    Some(format!("{token} {said}"))
}
