//! What a line says.

use super::*;

fn line_of(reactions: &[(&str, &str)]) -> String {
    let feelers: Vec<Feeler> =
        reactions.iter().map(|(name, _)| Feeler { name: (*name).to_owned(), represented: None }).collect();
    let emoji: Vec<Emoji> = reactions.iter().map(|(_, emoji)| Emoji::stored(emoji)).collect();
    names(&feelers.iter().zip(&emoji).collect::<Vec<_>>())
}

#[test]
fn a_line_says_who_reacted_with_what() {
    assert_eq!(line_of(&[("Ada", "👍")]), "👍 Ada");
    assert_eq!(line_of(&[("Chiara", "👍"), ("Bo", "🎉"), ("Ada", "👍")]), "👍 Ada, Chiara · 🎉 Bo");
    assert_eq!(line_of(&[("Ada", "👍"), ("Ada", ":party:")]), ":party: Ada · 👍 Ada");
}

#[test]
fn a_line_stays_a_line_however_many_react() {
    let people: Vec<String> = (0..30).map(|n| format!("P{n:02}")).collect();
    let many: Vec<(&str, &str)> = people.iter().map(|name| (name.as_str(), "👍")).collect();
    let line = line_of(&many);
    assert!(line.starts_with("👍 P00, P01, ") && line.ends_with(", P11 and 18 others"), "{line}");
    let mut one_more = many[..13].to_vec();
    one_more.push(("Ada", "🎉"));
    let line = line_of(&one_more);
    assert!(line.ends_with("P11 and another · 🎉 1"), "{line}");
    let signs: Vec<String> = (0..20).map(|n| format!(":s{n:02}:")).collect();
    let all: Vec<(&str, &str)> = signs.iter().map(|sign| ("Ada", sign.as_str())).collect();
    let line = line_of(&all);
    assert!(line.contains(":s11: Ada") && !line.contains(":s12:") && line.ends_with(" · …"), "{line}");
}
