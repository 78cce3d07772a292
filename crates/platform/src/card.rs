//! Cards: forms and buttons that a program made for one platform, and that no other shows. What they say in words is carried
//! as a line for people.

use entente_model::plain_line;
use serde_json::Value;

/// The most characters of a card that are carried.
const MOST: usize = 160;

/// A card as a line for people: what it wants to be shown where cards are not (Adaptive Cards: `fallbackText`), else the words
/// in it, in order, but for those on its buttons.
pub fn card(content: &Value) -> String {
    let mut words = String::new();
    match content["fallbackText"].as_str().filter(|text| !text.trim().is_empty()) {
        Some(text) => text.clone_into(&mut words),
        None => gather(content, &mut words),
    }
    let words = plain_line(&words, MOST);
    if words.is_empty() { "card".to_owned() } else { format!("card: {words}") }
}

/// The words of a card whose content is told as a text of JSON.
pub fn card_in(content: Option<&str>) -> String {
    let content = content.and_then(|content| serde_json::from_str(content).ok());
    card(&content.unwrap_or_default())
}

/// The parser bounds how deep a value is.
fn gather(value: &Value, words: &mut String) {
    // Some more than are shown: what is cut says so.
    if words.len() > MOST * 8 {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| gather(item, words)),
        Value::Object(fields) => {
            let kind = fields.get("type").and_then(Value::as_str).unwrap_or_default();
            let kind = kind.to_ascii_lowercase();
            if kind.starts_with("action") || kind.starts_with("input") {
                return;
            }
            for name in ["title", "subtitle", "text", "value"] {
                if let Some(text) = fields.get(name).and_then(Value::as_str) {
                    words.push_str(text);
                    words.push(' ');
                }
            }
            // A head stands above its body, whatever order the fields have.
            fields.get("head").into_iter().for_each(|head| gather(head, words));
            let told = ["head", "actions", "buttons", "tap"];
            let rest = fields.iter().filter(|(name, _)| !told.contains(&name.as_str()));
            rest.for_each(|(_, value)| gather(value, words));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_card_says_its_words_and_not_its_buttons() {
        let adaptive = json!({"type": "AdaptiveCard", "version": "1.3", "body": [
            {"type": "TextBlock", "text": "Lunch?"}, {"type": "FactSet", "facts": [{"title": "When", "value": "noon"}]},
            {"type": "Input.Text", "id": "x", "value": "secret"}],
            "actions": [{"type": "Action.Submit", "title": "Yes"}]});
        assert_eq!(card(&adaptive), "card: Lunch? When noon");
        let hero = json!({"title": "Poll", "text": "Who\u{202e} comes?", "buttons": [{"type": "openUrl", "title": "I"}]});
        assert_eq!(card(&hero), "card: Poll Who comes?");
        assert_eq!(
            card(&json!({"fallbackText": "Get a newer app", "body": [{"text": "x"}]})),
            "card: Get a newer app"
        );
        let headed = json!({"content": {"body": [{"type": "message", "text": "At noon"},
            {"type": "actions", "items": [{"text": "Yes"}]}], "head": {"text": "Lunch?"}}});
        assert_eq!(card(&headed), "card: Lunch? At noon");
        for nothing in [json!({}), json!(null), json!({"body": [{"type": "Image"}]})] {
            assert_eq!(card(&nothing), "card");
        }
        assert_eq!(card_in(Some("{")), "card");
        assert!(card(&json!({"text": "x ".repeat(100_000)})).chars().count() < MOST + 10);
    }
}
