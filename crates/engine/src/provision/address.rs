//! The addresses of bots: predictable from a person's name, so that colleagues find them, and unique.
//!
//! `first.last.acme@…`; if somebody else has that, `first.last-2.acme@…`, then one with a short hash of the person, then
//! one with a longer one. Behind them stand the same with hyphens for dots, for platforms that take no dots. The list is
//! the same each time, so that after a crash the next one is the next one.

use entente_model::Person;
use sha2::{Digest as _, Sha256};

/// The longest local part (RFC 5321, 4.5.3.1.1).
const MAX_LOCAL: usize = 64;

/// Whose bot the workspace's app is.
pub(crate) const APP_NAME: &str = "Entente";

/// The addresses to try for a person's bot, in order.
pub(crate) fn of_person(person: &Person, suffix: &str, domain: &str) -> Vec<String> {
    let local = person.email.split('@').next().unwrap_or_default();
    let base =
        [words(&person.name), words(local), "person".to_owned()].into_iter().find(|base| !base.is_empty());
    candidates(&base.unwrap_or_default(), suffix, domain, person.id.0.as_bytes())
}

/// Whether an address has a dot where a platform may take none.
pub(crate) fn dotted(address: &str) -> bool {
    address.split('@').next().is_some_and(|local| local.contains('.'))
}

/// Where to go on when the platform takes no address of the form of the one at `index`: the next without dots. Past the
/// end if dots cannot have been what is wrong.
pub(crate) fn after_unfit(addresses: &[String], index: usize) -> usize {
    let plain = addresses.iter().enumerate().skip(index).find(|(_, address)| !dotted(address));
    plain.map(|(at, _)| at).filter(|at| *at > index).unwrap_or(addresses.len())
}

/// The addresses to try for the app's bot, in order.
pub(crate) fn of_app(suffix: &str, domain: &str, workspace: &str) -> Vec<String> {
    candidates(&words(APP_NAME), suffix, domain, workspace.as_bytes())
}

fn candidates(base: &str, suffix: &str, domain: &str, seed: &[u8]) -> Vec<String> {
    let hash = hex::encode(Sha256::digest(seed));
    let suffix = words(suffix);
    let end = if suffix.is_empty() || suffix == base { String::new() } else { format!(".{suffix}") };
    let with = |mark: &str| {
        let room = MAX_LOCAL.saturating_sub(mark.len() + end.len());
        let base = base[..base.len().min(room)].trim_end_matches('.');
        format!("{base}{mark}{end}@{domain}")
    };
    let dotted = [String::new(), "-2".to_owned(), format!("-{}", &hash[..6]), format!("-{}", &hash[..16])]
        .map(|mark| with(&mark));
    let plain = dotted.clone().map(|address| hyphened(&address));
    let mut all = dotted.to_vec();
    all.extend(plain.into_iter().filter(|address| !dotted.contains(address)));
    all
}

fn hyphened(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    format!("{}@{domain}", local.replace('.', "-"))
}

/// Lower-case ASCII words with dots between them; letters of other scripts are left out, but for those of Latin with
/// marks, which lose their marks.
fn words(text: &str) -> String {
    let mut out = String::new();
    let mut gap = false;
    for letter in text.chars().flat_map(char::to_lowercase) {
        let plain = match letter {
            'a'..='z' | '0'..='9' => {
                if gap && !out.is_empty() {
                    out.push('.');
                }
                gap = false;
                out.push(letter);
                continue;
            }
            // Marks that stand alone, and apostrophes, divide nothing: "O'Neill" is one word.
            '\u{300}'..='\u{36f}' | '\'' | '\u{2019}' | '\u{2bc}' => continue,
            letter => latin(letter),
        };
        if plain.is_empty() {
            gap = true;
            continue;
        }
        if gap && !out.is_empty() {
            out.push('.');
        }
        gap = false;
        out.push_str(plain);
    }
    out
}

/// A lower-case Latin letter without its mark; nothing for all else.
fn latin(letter: char) -> &'static str {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ'..='ị' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use entente_model::PersonId;
    use uuid::Uuid;

    use super::*;

    fn person(name: &str, email: &str) -> Person {
        Person { id: PersonId(Uuid::nil()), name: name.to_owned(), email: email.to_owned(), primary: None }
    }

    fn first(name: &str, email: &str) -> String {
        of_person(&person(name, email), "acme", "bots.example").remove(0)
    }

    #[test]
    fn names_become_words_that_colleagues_would_guess() {
        assert_eq!(first("Ada Example", ""), "ada.example.acme@bots.example");
        assert_eq!(first("  Zoë   O'Neill-Łuczak ", ""), "zoe.oneill.luczak.acme@bots.example");
        assert_eq!(first("Jürgen Groß (he/him)", ""), "jurgen.gross.he.him.acme@bots.example");
        assert_eq!(first("Nguye\u{302}\u{303}n Vaṇ", "n@x"), "nguyen.va.acme@bots.example");
        assert_eq!(first("Ægir Þór", ""), "aegir.thor.acme@bots.example");
        assert_eq!(first("王小明", "xm.wang@x"), "xm.wang.acme@bots.example");
        assert_eq!(first("王小明", "王@x"), "person.acme@bots.example");
    }

    #[test]
    fn the_addresses_of_one_person_differ_and_fit() {
        let long = "x".repeat(200);
        for name in ["Ada Example", long.as_str(), "王"] {
            let tried = of_person(&person(name, ""), "acme", "bots.example");
            assert_eq!(tried, of_person(&person(name, ""), "acme", "bots.example"));
            for (index, address) in tried.iter().enumerate() {
                let (local, domain) = address.split_once('@').unwrap();
                assert_eq!(domain, "bots.example");
                let ends = local.ends_with(if index < 4 { ".acme" } else { "-acme" });
                assert!(local.len() <= MAX_LOCAL && ends && dotted(address) == (index < 4), "{address}");
                assert!(!local.contains("..") && !local.starts_with('.'), "{address}");
                assert!(!tried[..index].contains(address), "{address} occurs twice");
            }
        }
        assert_eq!(
            of_person(&person("Ada Example", ""), "acme", "b.example")[1],
            "ada.example-2.acme@b.example"
        );
    }

    #[test]
    fn where_dots_are_not_taken_hyphens_are_tried_and_nothing_else() {
        let tried = of_person(&person("Ada Example", ""), "acme", "b.example");
        assert_eq!((tried.len(), tried[4].as_str()), (8, "ada-example-acme@b.example"));
        for index in 0..4 {
            assert_eq!(after_unfit(&tried, index), 4);
        }
        assert_eq!(after_unfit(&tried, 4), tried.len(), "it was not the dots");
        let planned = ["ada@b.example".to_owned(), "ada.acme@b.example".to_owned()];
        assert_eq!(after_unfit(&planned, 0), 2);
        assert_eq!(after_unfit(&planned, 1), 2, "what was passed is not gone back to");
        let plain = of_person(&person("Ada", ""), "", "b.example");
        assert_eq!(plain.len(), 4, "nothing is tried twice: {plain:?}");
    }

    #[test]
    fn the_app_is_found_by_its_name() {
        assert_eq!(of_app("entente", "bots.example", "main")[0], "entente@bots.example");
        assert_eq!(of_app("acme", "bots.example", "main")[0], "entente.acme@bots.example");
    }
}
