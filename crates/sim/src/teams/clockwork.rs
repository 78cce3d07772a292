//! Times as the vendor writes them.

use jiff::Timestamp;

/// Zulu time with milliseconds, trailing zeros dropped: `2026-01-05T10:00:00.12Z`, `2026-01-05T10:00:00Z`. Graph writes
/// 0 to 7 digits, so a client has to compare instants and never texts.
pub(crate) fn zulu(at: Timestamp) -> String {
    let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
    let text = format!("{at:.3}");
    let bare = text.trim_end_matches('Z');
    format!("{}Z", bare.trim_end_matches('0').trim_end_matches('.'))
}

/// The same from milliseconds since the epoch, which is also what a message's id is.
pub(crate) fn zulu_millis(millis: i64) -> String {
    zulu(Timestamp::from_millisecond(millis).unwrap_or_default())
}

/// `2026-01-05T12:00:00+00:00`, as change notifications write a subscription's end.
pub(crate) fn offset(at: Timestamp) -> String {
    let text = zulu(at);
    format!("{}+00:00", text.trim_end_matches('Z'))
}

/// `2026-01-05T10:00:00`, as error bodies write their date.
pub(crate) fn seconds_bare(at: Timestamp) -> String {
    let text = format!("{at:.0}");
    text.trim_end_matches('Z').to_owned()
}

/// `2026-01-05 10:00:00Z`, as sign-in errors write it.
pub(crate) fn seconds_spaced(at: Timestamp) -> String {
    format!("{at:.0}").replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trailing_zeros_are_dropped() {
        assert_eq!(zulu_millis(1_767_607_200_123), "2026-01-05T10:00:00.123Z");
        assert_eq!(zulu_millis(1_767_607_200_120), "2026-01-05T10:00:00.12Z");
        assert_eq!(zulu_millis(1_767_607_200_000), "2026-01-05T10:00:00Z");
        let at = Timestamp::from_millisecond(1_767_607_200_120).unwrap_or_default();
        assert_eq!(offset(at), "2026-01-05T10:00:00.12+00:00");
        assert_eq!(seconds_bare(at), "2026-01-05T10:00:00");
        assert_eq!(seconds_spaced(at), "2026-01-05 10:00:00Z");
    }
}
