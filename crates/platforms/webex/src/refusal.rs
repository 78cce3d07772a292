//! What a refusal means where the common table cannot know, and how it is put to an administrator. Webex's error body
//! has a sentence and hardly ever a code ("REST API Basics", error handling), so the status decides; the sentence is shown
//! only if it cannot hold an address or anything that somebody wrote.

use entente_model::CallError;
use entente_platform::Failure;

use crate::wire::error::ErrorBody;

/// A refusal of a call about messages, rooms or webhooks.
pub(crate) fn call(failure: Failure) -> CallError {
    match failure.error {
        CallError::Reject(_) => CallError::Reject(match failure.status.map(|status| status.as_u16()) {
            Some(403) => format!("Webex does not allow it{}", said(&failure)),
            Some(status) => format!("Webex refused the call with status {status}{}", said(&failure)),
            None => return failure.error,
        }),
        error => error,
    }
}

/// A refusal of an edit.
pub(crate) fn edit(failure: Failure) -> CallError {
    match (failure.status.map(|status| status.as_u16()), &failure.error) {
        (Some(400), CallError::Reject(_)) => CallError::Reject(format!(
            "Webex does not let the message be edited: it was edited ten times already, or has files{}",
            said(&failure)
        )),
        (Some(403), CallError::Reject(_)) => {
            CallError::Reject(format!("Webex lets only its author edit a message{}", said(&failure)))
        }
        _ => call(failure),
    }
}

/// The vendor's sentence in brackets, if it is one of a few words without an address.
pub(crate) fn said(failure: &Failure) -> String {
    sentence(failure).map(|sentence| format!(" ({sentence})")).unwrap_or_default()
}

/// What the vendor says. It may hold an address or what somebody wrote, so it is for reading only.
pub(crate) fn text(failure: &Failure) -> Option<String> {
    let body: ErrorBody = serde_json::from_slice(&failure.body).ok()?;
    body.errors.into_iter().find_map(|error| error.description).or(body.message)
}

/// The vendor's sentence, if it can be shown.
fn sentence(failure: &Failure) -> Option<String> {
    let sentence = text(failure)?;
    let plain = |c: char| c.is_ascii_alphanumeric() || " .,'-:;/()".contains(c);
    let sentence = sentence.trim().trim_end_matches('.');
    (!sentence.is_empty() && sentence.len() <= 160 && sentence.chars().all(plain))
        .then(|| sentence.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERROR: &str = include_str!("../../../../fixtures/webex/error.json");

    fn failure(status: u16, body: &str) -> Failure {
        let error = CallError::Reject(format!("status {status}"));
        Failure { error, status: Some(status.try_into().unwrap()), body: body.to_owned().into() }
    }

    #[test]
    fn a_refusal_is_a_sentence() {
        assert_eq!(
            call(failure(400, ERROR)),
            CallError::Reject(
                "Webex refused the call with status 400 (The requested resource could not be found)"
                    .to_owned()
            )
        );
        assert!(matches!(edit(failure(400, ERROR)), CallError::Reject(text) if text.contains("ten times")));
        assert!(matches!(edit(failure(403, "")), CallError::Reject(text) if text.contains("author")));
        let gone = Failure { error: CallError::Gone, ..failure(404, ERROR) };
        assert_eq!(edit(gone), CallError::Gone);
    }

    #[test]
    fn what_may_hold_an_address_or_a_text_is_not_shown() {
        let say =
            |text: &str| sentence(&failure(400, &format!(r#"{{"errors":[{{"description":"{text}"}}]}}"#)));
        assert_eq!(say("no ada@acme.example"), None);
        assert_eq!(say(&"word ".repeat(40)), None);
        assert_eq!(say("Too many."), Some("Too many".to_owned()));
        assert_eq!(sentence(&failure(502, "<html>")), None);
    }
}
