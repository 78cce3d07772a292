//! What channels are called. "conversations.create": lower-case letters, digits, hyphens and underscores, 80 characters at most.
//! A private channel in a group's place has a mark behind its name, by which it is found again.

/// The longest name, in characters.
const LONGEST: usize = 80;

/// How long a mark is.
const MARK: usize = 16;

/// The nearest name that a channel can have; nothing where none of it can be in one.
pub(crate) fn nearest(title: &str) -> Option<String> {
    slug(title, LONGEST)
}

/// The name of a private channel: what can be in one of what is wanted, and the mark.
pub(crate) fn with_mark(title: &str, mark: &str) -> String {
    let name = slug(title, LONGEST - 1 - mark.len());
    [name.as_deref().unwrap_or("group"), "-", mark].concat()
}

/// The mark in the name of a private channel that was made in a group's place.
pub(crate) fn mark_of(name: &str) -> Option<&str> {
    let (_, mark) = name.rsplit_once('-')?;
    let sign = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (mark.len() == MARK && mark.bytes().all(sign)).then_some(mark)
}

fn slug(text: &str, most: usize) -> Option<String> {
    let mut slug = String::new();
    for sign in text.chars().flat_map(char::to_lowercase) {
        if sign.is_lowercase() || sign.is_ascii_digit() || sign == '_' {
            slug.push(sign);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let cut: String = slug.chars().take(most).collect();
    let cut = cut.trim_end_matches('-');
    (!cut.is_empty()).then(|| cut.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "0123456789abcdef";

    #[test]
    fn names_are_as_near_as_they_can_be() {
        for (title, name) in [
            ("Launch Plan", Some("launch-plan")),
            ("  Q3: Größe & Ziel!  ", Some("q3-größe-ziel")),
            ("a--b_c", Some("a-b_c")),
            ("会議", None),
            ("🚀", None),
        ] {
            assert_eq!(nearest(title).as_deref(), name, "{title}");
        }
        assert_eq!(nearest(&"x".repeat(200)).map(|name| name.len()), Some(LONGEST));
    }

    #[test]
    fn a_channel_has_a_name_that_slack_takes_and_keeps_its_mark() {
        for (wanted, name) in [
            ("Ada, Bob & Zoë <Q3>", "ada-bob-zoë-q3-0123456789abcdef"),
            ("--", "group-0123456789abcdef"),
            ("שלום", "group-0123456789abcdef"),
        ] {
            assert_eq!(with_mark(wanted, OURS), name);
            assert_eq!(mark_of(name), Some(OURS));
        }
        let long = with_mark(&"long name ".repeat(20), OURS);
        assert!(long.chars().count() <= LONGEST && mark_of(&long) == Some(OURS), "{long}");
    }

    #[test]
    fn what_has_no_mark_is_not_ours() {
        for name in ["general", "plans-q3", "plans-0123456789abcdeX", "plans-0123456789abcde", OURS] {
            assert_eq!(mark_of(name), None, "{name}");
        }
    }
}
