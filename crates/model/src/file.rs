//! Files that messages carry. A file stays where it is until it is passed on; here is only what it is known by.

use crate::FileId;

/// A file of a message, where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRef {
    /// What the platform knows it by.
    pub id: FileId,
    /// What it is called, if the message tells.
    pub name: Option<String>,
    /// How many bytes it has, if the message tells.
    pub length: Option<u64>,
}

/// The longest name that is passed on, in characters.
const LONGEST_NAME: usize = 120;

/// How many marks may stand upon one another.
const MARKS: usize = 4;

/// A name as it may be shown and kept anywhere: one line without a folder, without characters that hide or turn others
/// around (Unicode, UAX #9, 2: directional formatting characters), without piles of marks, and not too long. Keeps what
/// stands behind the last dot, which tells people and programs what it is.
pub fn plain_name(name: &str) -> String {
    let mut plain = String::new();
    let mut marks = 0;
    for character in name.rsplit(['/', '\\']).next().unwrap_or_default().chars() {
        marks = if is_mark(character) { marks + 1 } else { 0 };
        if !character.is_control() && !is_hidden(character) && marks <= MARKS {
            plain.push(character);
        }
    }
    let plain = plain.trim().trim_start_matches('.');
    if plain.is_empty() {
        return "file".to_owned();
    }
    if plain.chars().count() <= LONGEST_NAME {
        return plain.to_owned();
    }
    let ending =
        plain.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| ending.chars().count() <= 10);
    let ending = ending.map(|ending| format!(".{ending}")).unwrap_or_default();
    let left = LONGEST_NAME - ending.chars().count();
    plain.chars().take(left).chain(ending.chars()).collect()
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
        assert_eq!(name.chars().count(), LONGEST_NAME);
        assert!(name.ends_with("ä.tar"));
        assert_eq!(plain_name(&"b".repeat(500)).len(), LONGEST_NAME);
    }
}
