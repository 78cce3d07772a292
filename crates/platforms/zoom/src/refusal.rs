//! What a refusal means where the common table cannot know. Zoom's errors are a number and a sentence ("Errors and error
//! codes"); the numbers decide, for statuses are used freely: a lack of permission is a 400 as well as a 403, and so is a
//! message that is not there. The sentence may hold an address or an id and is never shown.

use entente_model::CallError;
use entente_platform::Failure;

use crate::wire::error::ErrorBody;

/// A refusal of any call.
pub(crate) fn call(failure: Failure) -> CallError {
    let Some(status) = failure.status.map(|status| status.as_u16()) else { return failure.error };
    let Some(code) = code(&failure) else {
        return match failure.error {
            CallError::Reject(_) => reject(&format!("Zoom refused the call with status {status}")),
            error => error,
        };
    };
    match (status, code) {
        (429 | 500.., _) => failure.error,
        // "Send Chatbot messages": a token of a person where one of the app is wanted, or the other way round.
        (_, 7010) => reject("Zoom does not take this kind of token for this call (7010)"),
        // "OAuth errors": the token is missing, or lacks a scope that the call needs, and then the sentence names it. An
        // administrator adds it to the app, and whoever consented does so again. Until then what waits is kept.
        (400..=403, 4700 | 4711) => match (scopes(&failure), code) {
            (None, 4700) => CallError::Reauthorize,
            (Some(scopes), _) => CallError::Lacks(format!("Zoom wants {scopes}")),
            (None, _) => CallError::Lacks("Zoom does not name it".to_owned()),
        },
        (401, _) => failure.error,
        // "Send a chat message": failed, and Zoom does not say how far it had got.
        (400, 5301) => CallError::Unknown,
        // Nobody of that id, no such channel, no such message.
        (404, _) | (400..=403, 1001 | 4130 | 4131) => CallError::Gone,
        (400..=403, 200) => reject("Zoom does not allow it (200): only its author may change a message"),
        (_, 5402) => reject("Zoom takes answers only to the first message of a thread (5402)"),
        (_, 5418) => reject("Zoom does not let this account chat with others (5418)"),
        (_, 5419) => {
            reject("the conversation is encrypted from end to end, so nothing can be sent to it (5419)")
        }
        (_, 5421) => reject("the person has blocked this account (5421)"),
        (_, code) => match failure.error {
            CallError::Reject(_) => reject(&format!("Zoom refused the call: status {status}, code {code}")),
            error => error,
        },
    }
}

/// A refusal of a call that changes a channel: "You do not have permission", "The channel name already exists".
pub(crate) fn channel(failure: Failure) -> CallError {
    match (failure.status.map(|status| status.as_u16()), code(&failure)) {
        (Some(400 | 403), Some(200)) => reject("Zoom lets only the owner of a group do that (200)"),
        (Some(400), Some(300)) => {
            reject("Zoom does not take it (300): perhaps a channel is called so already")
        }
        _ => call(failure),
    }
}

/// A refusal of making a channel: 300 is "The channel name already exists", and nothing else that we send can be wrong.
pub(crate) fn creating(failure: Failure) -> CallError {
    match (failure.status.map(|status| status.as_u16()), code(&failure)) {
        (Some(400), Some(300)) => reject(
            "Zoom does not take the name (300): a channel is called so already; link that one, or choose another name",
        ),
        (Some(400..=403), Some(200)) => reject("Zoom does not let this account make channels (200)"),
        _ => call(failure),
    }
}

/// A refusal of a call about one message: "message does not exist" is a 300, and nothing else that we send can be wrong.
/// Whether a reaction that is there can be added again is not documented; if that is a 300 too, nothing remains to be done.
pub(crate) fn message(failure: Failure) -> CallError {
    match (failure.status.map(|status| status.as_u16()), code(&failure)) {
        (Some(400), Some(300)) => CallError::Gone,
        _ => call(failure),
    }
}

/// Whether history was asked for from longer ago than it is kept: "only provide past chat messages in recent 6 months".
pub(crate) fn is_too_old(failure: &Failure) -> bool {
    failure.status.is_some_and(|status| status.as_u16() == 400) && code(failure) == Some(300)
}

/// The scopes that a refusal names: "…, does not contain scopes:[one, other]". Of the sentence nothing else is kept.
fn scopes(failure: &Failure) -> Option<String> {
    let message = serde_json::from_slice::<ErrorBody>(&failure.body).ok()?.message?;
    let (_, behind) = message.split_once("scopes:")?;
    let (named, _) = behind.trim_start().strip_prefix('[')?.split_once(']')?;
    let plain = |c: &char| c.is_ascii_lowercase() || "_:,".contains(*c);
    let named: String = named.chars().filter(plain).take(256).collect();
    (!named.is_empty()).then_some(named)
}

fn code(failure: &Failure) -> Option<i64> {
    serde_json::from_slice::<ErrorBody>(&failure.body).ok()?.code
}

fn reject(text: &str) -> CallError {
    CallError::Reject(text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn failure(status: u16, error: CallError, code: i64) -> Failure {
        let body = format!(r#"{{"code":{code},"message":"User does not exist: bob@acme.example."}}"#);
        Failure { error, status: Some(status.try_into().unwrap()), body: body.into() }
    }

    fn rejected(status: u16, code: i64) -> Failure {
        failure(status, CallError::Reject(format!("status {status}")), code)
    }

    #[test]
    fn the_number_decides() {
        assert_eq!(call(rejected(400, 4700)), CallError::Reauthorize);
        assert_eq!(call(rejected(400, 4711)), CallError::Lacks("Zoom does not name it".to_owned()));
        let body = r#"{"code":4711,"message":"Invalid access token, does not contain scopes:[team_chat:write:user_message]"}"#;
        let named = call(Failure { body: body.into(), ..rejected(400, 4711) });
        assert_eq!(named, CallError::Lacks("Zoom wants team_chat:write:user_message".to_owned()));
        assert_eq!(call(rejected(400, 5301)), CallError::Unknown);
        assert_eq!(message(rejected(400, 300)), CallError::Gone);
        for (status, code) in
            [(400, 200), (403, 200), (400, 300), (400, 5402), (400, 5418), (400, 5421), (400, 9)]
        {
            let CallError::Reject(text) = call(rejected(status, code)) else { panic!("{status} {code}") };
            assert!(!text.contains("bob"), "{text}");
        }
        for (status, code) in [(400, 1001), (400, 4130), (403, 4131)] {
            assert_eq!(call(rejected(status, code)), CallError::Gone, "{status} {code}");
        }
        assert_eq!(call(failure(404, CallError::Gone, 1001)), CallError::Gone);
        assert_eq!(call(failure(401, CallError::Reauthorize, 124)), CallError::Reauthorize);
        let wrong_kind = call(failure(401, CallError::Reauthorize, 7010));
        assert!(matches!(wrong_kind, CallError::Reject(_)), "{wrong_kind:?}");
        let wait = CallError::Retry { after: Some(Duration::from_secs(3)) };
        assert_eq!(call(failure(429, wait.clone(), 429)), wait);
        assert_eq!(call(failure(503, CallError::Unknown, 300)), CallError::Unknown);
        assert_eq!(message(failure(503, CallError::Unknown, 300)), CallError::Unknown);
    }

    #[test]
    fn without_a_number_the_status_decides() {
        let bare = |status: u16, error| Failure {
            error,
            status: Some(status.try_into().unwrap()),
            body: "<html>".into(),
        };
        assert_eq!(call(bare(404, CallError::Gone)), CallError::Gone);
        let refused = call(bare(403, CallError::Reject("status 403".to_owned())));
        assert!(matches!(refused, CallError::Reject(text) if text.contains("403")));
    }
}
