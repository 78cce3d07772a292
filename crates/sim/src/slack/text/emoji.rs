//! Emoji by their short names, as far as tests and the demo need them. A name that is not here stays text, as an unknown
//! one does at the service; a picture that is not here stays a picture.

/// Short names (the canonical one first where there are several) and what they look like.
const KNOWN: [(&str, &str); 48] = [
    ("+1", "👍"),
    ("thumbsup", "👍"),
    ("-1", "👎"),
    ("thumbsdown", "👎"),
    ("wave", "👋"),
    ("clap", "👏"),
    ("pray", "🙏"),
    ("ok_hand", "👌"),
    ("raised_hands", "🙌"),
    ("muscle", "💪"),
    ("point_right", "👉"),
    ("smile", "😄"),
    ("smiley", "😃"),
    ("grinning", "😀"),
    ("grin", "😁"),
    ("joy", "😂"),
    ("rolling_on_the_floor_laughing", "🤣"),
    ("slightly_smiling_face", "🙂"),
    ("wink", "😉"),
    ("blush", "😊"),
    ("heart_eyes", "😍"),
    ("sunglasses", "😎"),
    ("thinking_face", "🤔"),
    ("sob", "😭"),
    ("cry", "😢"),
    ("scream", "😱"),
    ("rage", "😡"),
    ("sweat_smile", "😅"),
    ("heart", "❤️"),
    ("broken_heart", "💔"),
    ("fire", "🔥"),
    ("tada", "🎉"),
    ("rocket", "🚀"),
    ("eyes", "👀"),
    ("100", "💯"),
    ("bug", "🐛"),
    ("coffee", "☕"),
    ("beer", "🍺"),
    ("pizza", "🍕"),
    ("cat", "🐱"),
    ("dog", "🐶"),
    ("sunny", "☀️"),
    ("star", "⭐"),
    ("warning", "⚠️"),
    ("white_check_mark", "✅"),
    ("heavy_check_mark", "✔️"),
    ("x", "❌"),
    ("question", "❓"),
];

/// U+1F3FB is tone 2, the lightest; there is no 1.
const LIGHTEST: u32 = 0x1F3FB;

/// Pictures of the sample workspace's own.
const OWN: [&str; 1] = ["party-parrot"];

/// Whether something can be called by this name, with or without a tone.
pub(in crate::slack) fn is_name(name: &str) -> bool {
    let (bare, tone) = name.split_once("::").unwrap_or((name, "skin-tone-2"));
    let toned =
        tone.strip_prefix("skin-tone-").is_some_and(|tone| matches!(tone, "2" | "3" | "4" | "5" | "6"));
    toned && (KNOWN.iter().any(|(known, _)| *known == bare) || OWN.contains(&name))
}

/// A known `:name:` at the beginning of `text`, and its length.
pub(super) fn named(text: &str) -> Option<(&'static str, usize)> {
    let end = text[1..].bytes().take(64).position(|b| b == b':')?;
    let name = text.get(1..=end)?;
    KNOWN.iter().find(|(known, _)| *known == name).map(|(known, _)| (*known, known.len() + 2))
}

/// A known picture at the beginning of `text`, and its length.
pub(super) fn drawn(text: &str) -> Option<(&'static str, usize)> {
    KNOWN.iter().find_map(|(name, picture)| {
        let bare = picture.trim_end_matches('\u{FE0F}');
        let rest = text.strip_prefix(bare)?;
        let selector = if rest.starts_with('\u{FE0F}') { '\u{FE0F}'.len_utf8() } else { 0 };
        Some((*name, bare.len() + selector))
    })
}

/// The skin tone that the first character of `text` gives to the picture before it.
pub(super) fn modifier(text: &str) -> Option<u8> {
    let step = u32::from(text.chars().next()?).checked_sub(LIGHTEST)?;
    u8::try_from(step).ok().filter(|step| *step < 5).map(|step| step + 2)
}

/// The name with its tone, as rich text has it.
pub(super) fn toned(name: &str, tone: Option<u8>) -> String {
    tone.map_or_else(|| name.to_owned(), |tone| format!("{name}::skin-tone-{tone}"))
}

/// The picture's code points in lower-case hexadecimal, joined by `-`.
pub(super) fn unicode(name: &str, tone: Option<u8>) -> Option<String> {
    let (_, picture) = KNOWN.iter().find(|(known, _)| *known == name)?;
    let mut points: Vec<String> = picture.chars().map(|c| format!("{:x}", u32::from(c))).collect();
    points.extend(tone.map(|tone| format!("{:x}", LIGHTEST + u32::from(tone) - 2)));
    Some(points.join("-"))
}
