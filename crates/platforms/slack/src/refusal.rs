//! What a refusal means. Slack answers refusals with status 200 and a code ("Using the Slack Web API", evaluating responses);
//! each method's page lists its own, and what is common is listed on all. Decided by code alone; what is shown of it is the
//! code, which is the vendor's word and never anybody's text.
//!
//! Of two codes every page says that some aspect of the operation may have succeeded: `fatal_error` and `internal_error`. A
//! service that is unavailable is taken for the same. All others are certain.

use std::time::Duration;

use entente_model::CallError;
use entente_platform::classify::retry_after;
use entente_platform::{Answer, Effect, Failure};

use crate::wire::answer::Common;

/// The wait where a limit is met and no time is told.
const A_MOMENT: Duration = Duration::from_secs(5);
/// The wait where a token is not taken and it is not said whether it is the token's fault.
const UNSURE: Duration = Duration::from_mins(5);

/// The refusal inside an answer of 2xx, if it is one.
pub(crate) fn verdict(answer: &Answer, effect: Effect) -> Option<CallError> {
    let Ok(common) = serde_json::from_slice::<Common<'_>>(&answer.body) else {
        return Some(in_doubt(effect));
    };
    if common.ok {
        return None;
    }
    Some(match common.error.as_deref().unwrap_or_default() {
        "token_revoked" | "token_expired" | "account_inactive" | "user_removed_from_team" | "team_disabled" => {
            CallError::Reauthorize
        }
        // "invalid_auth" is also said of an address that the app's settings do not allow, and then of every token: taken for
        // a lost consent it would cost everybody theirs. Revoked tokens have a code of their own.
        "invalid_auth" => CallError::Retry { after: Some(UNSURE) },
        "ratelimited" | "rate_limited" | "message_limit_exceeded" => {
            CallError::Retry { after: Some(retry_after(&answer.headers).unwrap_or(A_MOMENT)) }
        }
        "fatal_error" | "internal_error" | "service_unavailable" | "update_failed" => in_doubt(effect),
        // Our header did not arrive, the workspace is being moved, or the request came in pieces; nothing was done. The last two are said by
        // "oauth.v2.user.access" about the app, and must cost no person their consent.
        "not_authed" | "request_timeout" | "team_added_to_org" | "org_login_required" | "bad_client_secret"
        | "invalid_client_id" => CallError::Retry { after: None },
        "channel_not_found" | "message_not_found" | "thread_not_found" => CallError::Gone,
        // An administrator adds it to the app, and whoever consented does so again. Until then what waits is kept.
        "missing_scope" => CallError::Lacks(match common.needed.as_deref() {
            Some(needed) => format!("Slack wants {}", word(needed)),
            None => "Slack does not name it".to_owned(),
        }),
        "user_disabled" | "user_not_found" | "user_not_visible" => {
            CallError::Reject("Slack does not let this account be written to: it is deactivated or hidden".to_owned())
        }
        "cant_update_message" | "edit_window_closed" => CallError::Reject(
            "Slack does not let the message be edited: only its author may, and only as long as the workspace allows"
                .to_owned(),
        ),
        "msg_too_long" | "msg_blocks_too_long" => {
            CallError::Reject("the message is longer than Slack takes".to_owned())
        }
        code => CallError::Reject(format!("Slack refused the call ({})", word(code))),
    })
}

/// The code of a refusal.
pub(crate) fn code(failure: &Failure) -> Option<String> {
    let common: Common<'_> = serde_json::from_slice(&failure.body).ok()?;
    common.error.map(|code| (*code).to_owned())
}

/// Whether it says, without a code, that one is not there. "conversations.leave".
pub(crate) fn is_not_in_channel(failure: &Failure) -> bool {
    serde_json::from_slice::<Common<'_>>(&failure.body)
        .is_ok_and(|common| common.not_in_channel == Some(true))
}

/// What is left of a vendor's word when only what can be a word is kept.
fn word(text: &str) -> String {
    let kept = |c: &char| c.is_ascii_alphanumeric() || "_:.,".contains(*c);
    let word: String = text.chars().filter(kept).take(64).collect();
    if word.is_empty() { "no code".to_owned() } else { word }
}

fn in_doubt(effect: Effect) -> CallError {
    match effect {
        Effect::Once => CallError::Unknown,
        Effect::Repeatable => CallError::Retry { after: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(error: &str, effect: Effect) -> CallError {
        let body = format!(r#"{{"ok":false,"error":"{error}","needed":"im:history"}}"#);
        let answer =
            Answer { status: http::StatusCode::OK, headers: http::HeaderMap::new(), body: body.into() };
        verdict(&answer, effect).unwrap()
    }

    #[test]
    fn every_class_has_its_codes() {
        let once = |error| of(error, Effect::Once);
        for code in
            ["token_revoked", "token_expired", "account_inactive", "user_removed_from_team", "team_disabled"]
        {
            assert_eq!(once(code), CallError::Reauthorize, "{code}");
        }
        // These may be said of where we call from, and then of everybody at once.
        assert_eq!(once("invalid_auth"), CallError::Retry { after: Some(UNSURE) });
        assert_eq!(once("not_authed"), CallError::Retry { after: None });
        for code in ["channel_not_found", "message_not_found", "thread_not_found"] {
            assert_eq!(once(code), CallError::Gone, "{code}");
        }
        for code in ["fatal_error", "internal_error", "service_unavailable"] {
            assert_eq!(once(code), CallError::Unknown, "{code}");
            assert_eq!(of(code, Effect::Repeatable), CallError::Retry { after: None }, "{code}");
        }
        assert_eq!(once("request_timeout"), CallError::Retry { after: None });
        assert_eq!(once("ratelimited"), CallError::Retry { after: Some(A_MOMENT) });
        assert!(matches!(once("missing_scope"), CallError::Lacks(text) if text.contains("im:history")));
        assert!(matches!(once("is_archived"), CallError::Reject(text) if text.contains("is_archived")));
    }

    #[test]
    fn a_wait_is_told_in_the_header() {
        let headers = [(http::header::RETRY_AFTER, "7".parse().unwrap())].into_iter().collect();
        let body = bytes::Bytes::from_static(br#"{"ok":false,"error":"rate_limited"}"#);
        let answer = Answer { status: http::StatusCode::OK, headers, body };
        let after = Some(Duration::from_secs(7));
        assert_eq!(verdict(&answer, Effect::Once), Some(CallError::Retry { after }));
    }

    #[test]
    fn what_cannot_be_read_says_nothing_about_the_effect() {
        let answer = |body: &'static str| Answer {
            status: http::StatusCode::OK,
            headers: http::HeaderMap::new(),
            body: body.into(),
        };
        assert_eq!(verdict(&answer("<html>"), Effect::Once), Some(CallError::Unknown));
        assert_eq!(verdict(&answer("<html>"), Effect::Repeatable), Some(CallError::Retry { after: None }));
        assert_eq!(verdict(&answer(r#"{"ok":true,"error":"x"}"#), Effect::Once), None);
    }

    #[test]
    fn a_code_is_a_word() {
        assert!(
            matches!(of("to Bob: <secret>", Effect::Once), CallError::Reject(text) if text.ends_with("(toBob:secret)"))
        );
    }
}
