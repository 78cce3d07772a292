//! Instants as people read them on a page. The exact one stands beside it, in the `datetime` of its element.

use entente_model::Timestamp;

/// How long before `now` an instant was, both RFC 3339: "just now", "5 min ago", "3 h ago", "4 days ago".
pub(crate) fn ago(at: &str, now: &str) -> String {
    let (Some(then), Some(now)) = (Timestamp::parse(at), Timestamp::parse(now)) else { return at.to_owned() };
    let minutes = now.since(then).as_secs() / 60;
    match minutes {
        0 => "just now".to_owned(),
        1..60 => format!("{minutes} min ago"),
        60..2880 => format!("{} h ago", minutes / 60),
        _ => format!("{} days ago", minutes / 1440),
    }
}

/// An instant to the minute: "2026-01-05 10:03 UTC".
pub(crate) fn minute(at: &str) -> String {
    match (at.get(..10), at.get(10..11), at.get(11..16)) {
        (Some(day), Some("T"), Some(minute)) => format!("{day} {minute} UTC"),
        _ => at.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{ago, minute};

    #[test]
    fn instants_are_told_as_people_tell_them() {
        let now = "2026-01-05T10:03:59.123Z";
        assert_eq!(ago("2026-01-05T10:03:30.000Z", now), "just now");
        assert_eq!(ago("2026-01-05T10:01:59.000Z", now), "2 min ago");
        assert_eq!(ago("2026-01-04T10:03:00.000Z", now), "24 h ago");
        assert_eq!(ago("2026-01-01T10:03:00.000Z", now), "4 days ago");
        assert_eq!(ago("2026-01-05T11:00:00.000Z", now), "just now", "clocks differ");
        assert_eq!(ago("out of range", now), "out of range");
        assert_eq!(minute(now), "2026-01-05 10:03 UTC");
        assert_eq!(minute("out of range"), "out of range");
    }
}
