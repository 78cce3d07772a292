//! Names as they may be shown: of people, of files, of whatever else somebody elsewhere gave a name to. A name stands in the
//! middle of our own words, so it must be one line, as long as it looks, and leave alone what stands around it. There is one
//! way to clean one, for all that is shown.

/// The longest name of a file that is passed on, in characters.
const LONGEST_FILE: usize = 120;

/// The longest name of somebody that is shown, in characters.
const LONGEST_PERSON: usize = 100;

/// How many marks may stand upon one another.
const MARKS: usize = 4;

/// A text on one line, as it may stand in another: without characters that hide or turn others around (Unicode, UAX #9, 2:
/// directional formatting characters), without piles of marks, white space in one piece, and of at most so many characters,
/// the last a sign of what is missing. Empty if there is nothing to see.
pub fn plain_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut left = most;
    let mut spaced = true;
    let mut cut = false;
    for character in plain(text) {
        let white = character.is_whitespace();
        if white && spaced {
            continue;
        }
        if left == 0 {
            cut = cut || !white;
            if cut {
                break;
            }
            continue;
        }
        line.push(if white { ' ' } else { character });
        spaced = white;
        left -= 1;
    }
    line.truncate(line.trim_end().len());
    if cut {
        line.pop();
        line.truncate(line.trim_end().len());
        line.push('…');
    }
    if line.chars().any(crate::is_visible) { line } else { String::new() }
}

/// What somebody is called, as it may stand in a text. Empty if there is nothing to see.
pub fn plain_person(name: &str) -> String {
    plain_line(name, LONGEST_PERSON)
}

/// What a file is called, as it may be shown and kept anywhere: [`plain_line`] without a folder. Keeps what stands behind the
/// last dot, which tells people and programs what it is.
pub fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = plain(last).filter(|character| !matches!(character, '\n' | '\r' | '\t')).collect();
    let plain = plain.trim().trim_start_matches('.');
    if plain.is_empty() {
        return "file".to_owned();
    }
    if plain.chars().count() <= LONGEST_FILE {
        return plain.to_owned();
    }
    let ending =
        plain.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 10);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let left = LONGEST_FILE - ending.chars().count();
    plain.chars().take(left).chain(ending.chars()).collect()
}

/// The characters that are seen where they stand. Line ends and tabs are left to the caller.
fn plain(text: &str) -> impl Iterator<Item = char> {
    let mut marks = 0;
    text.chars().filter(move |character| {
        marks = if is_mark(*character) { marks + 1 } else { 0 };
        let kept = !character.is_control() || matches!(character, '\n' | '\r' | '\t');
        kept && !is_hidden(*character) && marks <= MARKS
    })
}

/// Combining marks: the blocks of Unicode that hold nothing else.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}')
}

/// Characters that nobody sees, or that turn the order of others around.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_shown_for_what_it_is() {
        assert_eq!(plain_name("Pläne für März 👩‍🔧.pdf"), "Pläne für März 👩‍🔧.pdf");
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("C:\\a\\b.txt"), "b.txt");
        assert_eq!(plain_name("invoice\u{202E}fdp.exe"), "invoicefdp.exe");
        assert_eq!(plain_name("a\r\nb\u{0}.txt"), "ab.txt");
        assert_eq!(plain_name(".htaccess"), "htaccess");
        assert_eq!(plain_name("\u{200B}/"), "file");
        let pile = format!("a{}.txt", "\u{301}".repeat(10_000));
        assert_eq!(plain_name(&pile), format!("a{}.txt", "\u{301}".repeat(4)));
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = plain_name(&format!("{}.tar", "ä".repeat(500)));
        assert_eq!(name.chars().count(), LONGEST_FILE);
        assert!(name.ends_with("ä.tar"));
        assert_eq!(plain_name(&"b".repeat(500)).len(), LONGEST_FILE);
    }

    #[test]
    fn a_person_is_called_on_one_line_and_turns_nothing_around() {
        assert_eq!(plain_person("  Ada \r\n\t Ek "), "Ada Ek");
        assert_eq!(plain_person("Ada\u{202E}kE \u{2066}x\u{2069}\u{0}"), "AdakE x");
        assert_eq!(plain_person("José Núñez 👩‍🔧"), "José Núñez 👩‍🔧", "what belongs to a name stays");
        assert_eq!(plain_person("مرحبا"), "مرحبا");
        for nothing in ["", " \n", "\u{200D}\u{FE0F}", "\u{202E}\u{200B}\u{0}"] {
            assert_eq!(plain_person(nothing), "", "{nothing:?}");
        }
        let pile = format!("Zo{}e", "\u{308}".repeat(10_000));
        assert_eq!(plain_person(&pile), format!("Zo{}e", "\u{308}".repeat(4)));
    }

    #[test]
    fn what_is_too_long_says_so() {
        assert_eq!(plain_line("abc", 3), "abc");
        assert_eq!(plain_line("abc  ", 3), "abc");
        assert_eq!(plain_line("abcd", 3), "ab…");
        assert_eq!(plain_line("a bcd", 3), "a…");
        assert_eq!(plain_person(&"x".repeat(1_000)).chars().count(), LONGEST_PERSON);
    }
}
