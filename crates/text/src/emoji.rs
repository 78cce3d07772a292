//! Emoji in one spelling, from a library that is made from Unicode's own lists.

/// The one spelling of an emoji of Unicode: with the selectors that make it a picture, whether or not they were there, and
/// its skin tones kept. What the lists do not have stays as it is.
pub fn emoji(text: &str) -> String {
    let bare = text.trim_end_matches('\u{fe0f}');
    let found = emojis::get(text).or_else(|| emojis::get(bare));
    let found = found.or_else(|| emojis::get(&format!("{bare}\u{fe0f}")));
    found.map_or_else(|| text.to_owned(), |emoji| emoji.as_str().to_owned())
}

/// The emoji that GitHub calls so, without the selector that asks for a picture.
pub fn emoji_of(shortcode: &str) -> Option<String> {
    let found = emojis::get_by_shortcode(shortcode)?;
    Some(found.as_str().replace('\u{fe0f}', ""))
}

/// What GitHub calls an emoji without skin tone, with or without the selector that asks for a picture.
pub fn shortcode(text: &str) -> Option<&'static str> {
    emojis::get(&emoji(text))?.shortcode()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoji_has_one_spelling() {
        assert_eq!(emoji("\u{2764}"), "\u{2764}\u{fe0f}");
        assert_eq!(emoji("\u{2764}\u{fe0f}"), "\u{2764}\u{fe0f}");
        assert_eq!(emoji("\u{1f44d}\u{fe0f}"), "\u{1f44d}");
        assert_eq!(emoji("\u{1f44d}\u{1f3fd}"), "\u{1f44d}\u{1f3fd}");
        assert_eq!(emoji("party"), "party");
        assert_eq!(emoji("\u{1f3c3}\u{200d}\u{2640}"), "\u{1f3c3}\u{200d}\u{2640}\u{fe0f}");
    }

    #[test]
    fn shortcodes_lead_to_emoji_and_back() {
        for found in emojis::iter() {
            let bare = found.as_str().replace('\u{fe0f}', "");
            assert_eq!(emoji(&bare), found.as_str(), "however it is written");
            if let Some(name) = found.shortcode() {
                assert_eq!(shortcode(&bare), Some(name));
                assert_eq!(emoji_of(name), Some(bare));
            }
        }
        assert_eq!(shortcode("party"), None);
    }
}
