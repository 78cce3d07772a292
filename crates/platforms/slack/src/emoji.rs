//! Slack's short names of emoji. "emoji.list" tells only a workspace's own; the names of all others are those of emoji-data,
//! which Slack's client is built with. Most of them are GitHub's too, which a library has; flags are named by the letters of
//! their country; `names.txt` has all that are called otherwise, and says where it is from.

use std::collections::HashMap;
use std::sync::LazyLock;

use entente_model::Emoji;

struct Names {
    /// By any of their names.
    pictures: HashMap<&'static str, String>,
    /// The canonical name by what it looks like.
    names: HashMap<String, &'static str>,
}

static NAMES: LazyLock<Names> = LazyLock::new(|| {
    let mut names = Names { pictures: HashMap::new(), names: HashMap::new() };
    for line in include_str!("emoji/names.txt").lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let points = words.next().unwrap_or_default().split('-');
        let picture: Option<String> =
            points.map(|point| u32::from_str_radix(point, 16).ok().and_then(char::from_u32)).collect();
        let Some(picture) = picture else { continue };
        for (index, name) in words.enumerate() {
            names.pictures.insert(name, picture.clone());
            if index == 0 {
                names.names.insert(picture.clone(), name);
            }
        }
    }
    names
});

/// U+1F1E6 is the letter A of a flag.
const LETTER_A: u32 = 0x1F1E6;

/// The picture of a name without tone, without selectors.
fn picture(name: &str) -> Option<String> {
    let of_flag = |country: &str| -> Option<String> {
        let letter = |c: char| c.is_ascii_lowercase().then(|| char::from_u32(u32::from(c) - 0x61 + LETTER_A));
        let flag: Option<String> = country.chars().map(|c| letter(c).flatten()).collect();
        // Two letters are a flag only if there is such a country.
        flag.filter(|flag| entente_text::shortcode(flag).is_some())
    };
    let known = NAMES.pictures.get(name).cloned();
    known.or_else(|| name.strip_prefix("flag-").and_then(of_flag)).or_else(|| entente_text::emoji_of(name))
}

/// The name of a picture without tone and selectors.
fn bare_name(picture: &str) -> Option<String> {
    if let Some(name) = NAMES.names.get(picture) {
        return Some((*name).to_owned());
    }
    let shortcode = entente_text::shortcode(picture)?;
    let letter = |c: char| u32::from(c).checked_sub(LETTER_A).filter(|letter| *letter < 26);
    let letters: Option<String> =
        picture.chars().map(|c| letter(c).and_then(|letter| char::from_u32(letter + 0x61))).collect();
    Some(letters.map_or_else(|| shortcode.to_owned(), |country| format!("flag-{country}")))
}

/// U+1F3FB is tone 2, the lightest; there is no 1. "reactions.add": `name::skin-tone-3`.
const LIGHTEST: u32 = 0x1F3FB;
const TONES: std::ops::RangeInclusive<u32> = LIGHTEST..=LIGHTEST + 4;

/// The emoji of a short name. What is no emoji of Unicode is a workspace's own.
pub(crate) fn read(name: &str) -> Emoji {
    let (bare, tone) = name.split_once("::skin-tone-").unwrap_or((name, ""));
    let Some(picture) = picture(bare) else { return Emoji::named(name) };
    let tone = tone.parse::<u32>().ok().filter(|tone| (2..=6).contains(tone));
    let tone = tone.and_then(|tone| char::from_u32(LIGHTEST + tone - 2));
    let mut points = picture.chars();
    let toned: String = points.next().into_iter().chain(tone).chain(points).collect();
    Emoji::unicode(entente_text::emoji(&toned))
}

/// The short name of an emoji, if Slack has one.
pub(crate) fn name(emoji: &Emoji) -> Option<String> {
    let is_tone = |c: &char| TONES.contains(&u32::from(*c));
    let picture: String = emoji.as_str().chars().filter(|c| *c != '\u{fe0f}').collect();
    let Some(tone) = picture.chars().find(is_tone).filter(|_| picture.chars().count() > 1) else {
        return bare_name(&picture);
    };
    let bare: String = picture.chars().filter(|c| !is_tone(c)).collect();
    let name = bare_name(&bare)?;
    Some(format!("{name}::skin-tone-{}", u32::from(tone) - LIGHTEST + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_emoji_and_back() {
        for (short, picture) in [
            ("+1", "👍"),
            ("heart", "❤️"),
            ("thinking_face", "🤔"),
            ("flag-no", "🇳🇴"),
            ("de", "🇩🇪"),
            ("umbrella_with_rain_drops", "☔"),
            ("umbrella", "☂️"),
            ("woman-shrugging::skin-tone-6", "🤷🏿‍♀️"),
            ("+1::skin-tone-3", "👍🏼"),
            ("white_check_mark", "✅"),
        ] {
            assert_eq!(read(short), Emoji::unicode(picture), "{short}");
            assert_eq!(name(&Emoji::unicode(picture)).as_deref(), Some(short), "{picture}");
        }
        assert_eq!(read("thumbsup"), Emoji::unicode("👍"), "a further name");
        assert_eq!(read("party-parrot"), Emoji::named("party-parrot"));
        assert_eq!(name(&Emoji::unicode("no emoji")), None);
    }

    #[test]
    fn every_canonical_name_comes_back() {
        assert!(NAMES.names.len() > 300);
        for canonical in NAMES.names.values() {
            assert_eq!(name(&read(canonical)).as_deref(), Some(*canonical));
        }
    }
}
