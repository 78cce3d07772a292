//! What a change of reactions means where many, one, or none can be shown.

use super::*;

const NEVER: Reactions = Reactions::Never("nobody can");

fn difference(before: &[&str], now: &[&str]) -> Difference {
    let emoji = |text: &&str| Emoji::stored(text);
    Difference { before: before.iter().map(emoji).collect(), now: now.iter().map(emoji).collect() }
}

fn signs(can: Reactions, before: &[&str], now: &[&str]) -> Vec<(String, bool, bool)> {
    let of = |feeling| match feeling {
        Feeling::Sign { emoji, on, alone } => (emoji.as_str().to_owned(), on, alone),
        Feeling::Line(_) => panic!("a line"),
    };
    difference(before, now)
        .signs(&Can { reactions: can, shows: &|emoji| can.shows(emoji) })
        .into_iter()
        .map(of)
        .collect()
}

fn sign(emoji: &str, on: bool, alone: bool) -> (String, bool, bool) {
    (emoji.to_owned(), on, alone)
}

#[test]
fn only_what_changed_is_done() {
    assert_eq!(signs(Reactions::Many, &["👍"], &["👍", "🎉"]), [sign("🎉", true, false)]);
    assert_eq!(signs(Reactions::Many, &["👍"], &["🎉"]), [sign("👍", false, false), sign("🎉", true, false)]);
    assert_eq!(signs(Reactions::Many, &["👍"], &["👍"]), []);
    assert_eq!(signs(NEVER, &[], &["👍"]), []);
}

#[test]
fn where_only_one_is_shown_it_is_the_last() {
    assert_eq!(signs(Reactions::One, &[], &["👍"]), [sign("👍", true, false)]);
    assert_eq!(signs(Reactions::One, &["👍"], &["👍", "🎉"]), [sign("🎉", true, true)]);
    assert_eq!(signs(Reactions::One, &["👍"], &["🎉"]), [sign("🎉", true, false)]);
    assert_eq!(signs(Reactions::One, &["👍", "🎉"], &["👍"]), [sign("👍", true, false)], "it comes back");
    assert_eq!(signs(Reactions::One, &["👍"], &[]), [sign("👍", false, false)]);
}

#[test]
fn what_cannot_be_shown_is_a_line_that_is_kept_up() {
    let line = |can, before: &[&str], now: &[&str]| {
        difference(before, now)
            .line(&Can { reactions: can, shows: &|emoji| can.shows(emoji) })
            .map(|(work, body)| (work, body.map(|body| body.plain())))
    };
    assert_eq!(line(NEVER, &[], &["👍"]), Some((Work::Send, Some("reacted: 👍".to_owned()))));
    assert_eq!(line(NEVER, &["👍"], &["👍", "🎉"]), Some((Work::Edit, Some("reacted: 👍 🎉".to_owned()))));
    assert_eq!(line(NEVER, &["👍"], &[]), Some((Work::Delete, None)));
    assert_eq!(line(Reactions::Many, &[], &["👍"]), None);
    assert_eq!(
        line(Reactions::Many, &[], &["👍", ":party:"]),
        Some((Work::Send, Some("reacted: :party:".to_owned())))
    );
}
