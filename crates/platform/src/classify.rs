//! What a status, or the lack of one, says about the effect. One table for all platforms; a connector refines it only
//! where its vendor's documents say otherwise.

use std::time::Duration;

use entente_model::{CallError, Timestamp};
use http::{HeaderMap, StatusCode, header};

use crate::http::Effect;
use crate::transport::Undelivered;

/// The longest wait that a platform may ask for.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// What a status that is not a success means.
pub fn status(code: StatusCode, headers: &HeaderMap, effect: Effect) -> CallError {
    match code.as_u16() {
        401 => CallError::Reauthorize,
        404 | 410 => CallError::Gone,
        423 | 425 | 429 => CallError::Retry { after: retry_after(headers) },
        // A gateway that gives up says nothing about what happened behind it.
        408 | 500..=599 => match effect {
            Effect::Repeatable => CallError::Retry { after: retry_after(headers) },
            Effect::Once => CallError::Unknown,
        },
        code => CallError::Reject(format!("status {code}")),
    }
}

/// What the lack of an answer means.
pub fn undelivered(why: Undelivered, effect: Effect) -> CallError {
    match (why, effect) {
        // What broke before its end was taken by nobody.
        (Undelivered::NotSent | Undelivered::Broken(_), _) | (_, Effect::Repeatable) => {
            CallError::Retry { after: None }
        }
        (Undelivered::NoAnswer, Effect::Once) => CallError::Unknown,
    }
}

/// When an answer was made, by the clock of whoever made it, in whole seconds. RFC 9110, 6.6.1.
pub fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let at = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(Timestamp(at.timestamp().as_microsecond()))
}

/// `Retry-After` in (possibly fractional) seconds or as an instant measured against the answer's own `Date`, at most a
/// day. RFC 9110, 10.2.3: an HTTP date; fractions as Graph sends them, instants by ISO 8601 as Zoom does.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if let Ok(seconds) = text.parse::<f64>() {
        Duration::try_from_secs_f64(seconds).ok()?
    } else {
        let instant = || jiff::fmt::rfc2822::parse(text).ok().map(|at| at.timestamp());
        let until = text.parse::<jiff::Timestamp>().ok().or_else(instant)?;
        Timestamp(until.as_microsecond()).since(date(headers)?)
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn retry_after_is_read_in_all_its_forms() {
        let read = |pairs: &[(&'static str, &'static str)]| retry_after(&headers(pairs));
        assert_eq!(read(&[("retry-after", "7")]), Some(Duration::from_secs(7)));
        assert_eq!(read(&[("retry-after", "2.128")]), Some(Duration::from_millis(2_128)));
        assert_eq!(read(&[("retry-after", "999999999")]), Some(LONGEST_WAIT));
        assert_eq!(read(&[("retry-after", "-3")]), None);
        assert_eq!(read(&[("retry-after", "soon")]), None);
        let date = ("date", "Mon, 05 Jan 2026 10:00:00 GMT");
        assert_eq!(
            read(&[("retry-after", "Mon, 05 Jan 2026 10:00:30 GMT"), date]),
            Some(Duration::from_secs(30))
        );
        assert_eq!(read(&[("retry-after", "Mon, 05 Jan 2026 09:00:00 GMT"), date]), Some(Duration::ZERO));
        assert_eq!(read(&[("retry-after", "2026-01-05T10:01:00Z"), date]), Some(Duration::from_mins(1)));
        assert_eq!(read(&[("retry-after", "2026-01-05T10:01:00Z")]), None);
    }

    #[test]
    fn a_server_error_is_unknown_only_where_the_effect_could_double() {
        let none = HeaderMap::new();
        let of = |code, effect| status(StatusCode::from_u16(code).unwrap(), &none, effect);
        assert_eq!(of(503, Effect::Once), CallError::Unknown);
        assert_eq!(of(503, Effect::Repeatable), CallError::Retry { after: None });
        assert_eq!(of(429, Effect::Once), CallError::Retry { after: None });
        assert_eq!(of(413, Effect::Once), CallError::Reject("status 413".to_owned()));
        assert_eq!(undelivered(Undelivered::NotSent, Effect::Once), CallError::Retry { after: None });
        assert_eq!(undelivered(Undelivered::NoAnswer, Effect::Once), CallError::Unknown);
    }
}
