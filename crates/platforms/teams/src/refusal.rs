//! What a refusal means where the common table cannot know, and how it is put to an administrator. Decided by status
//! and code, never by the message. Graph: "Microsoft Graph error responses and resource types"; Bot Connector: error
//! codes of "Send proactive messages".

use entente_model::CallError;
use entente_platform::Failure;

use crate::wire::error::ErrorBody;

/// A refusal by Graph of something that was asked for in a person's name.
pub(crate) fn graph(failure: &Failure) -> CallError {
    let Some(status) = failure.status.map(|status| status.as_u16()) else {
        return failure.error.clone();
    };
    let code = code(failure);
    let reject = |text: String| CallError::Reject(text);
    match (status, code.as_str()) {
        // Unlike a dead token (`InvalidAuthenticationToken`): Graph sends no message for an app that speaks for itself.
        (401, "Unauthorized") => reject(
            "Microsoft sends messages only for a signed-in person; this login holds a token of the app alone"
                .into(),
        ),
        (402, _) => reject(format!("Microsoft asks for a payment plan for this call ({code})")),
        (403, _) => reject(format!(
            "Microsoft does not allow it ({code}): the account has no Teams licence, is not in the chat, or a permission \
             is missing"
        )),
        (412, _) => CallError::Retry { after: None },
        (413, _) => reject("the message is longer than Teams takes".into()),
        (400..=499, _) if matches!(failure.error, CallError::Reject(_)) => {
            reject(format!("Microsoft refused the call: status {status} {code}"))
        }
        _ => failure.error.clone(),
    }
}

/// A refusal by somebody's own drive. Graph: "Error resource type" of `OneDrive`. It keeps back a file, never the messages
/// behind it.
pub(crate) fn drive(failure: &Failure) -> CallError {
    match failure.status.map(|status| status.as_u16()) {
        // Nobody is forbidden to use their own drive.
        Some(403) => CallError::Lacks("Microsoft wants Files.ReadWrite".to_owned()),
        Some(404 | 410) => CallError::Reject("the account has no drive at Microsoft".to_owned()),
        Some(409 | 412) => CallError::Retry { after: None },
        Some(507) => CallError::Reject("the account's drive at Microsoft is full".to_owned()),
        Some(status) if matches!(failure.error, CallError::Reject(_)) => {
            let code = code(failure);
            CallError::Reject(format!("Microsoft refused the file: status {status} {code}"))
        }
        _ => failure.error.clone(),
    }
}

/// Whether the Bot Framework says that the bot is not in the conversation. Teams: "Send proactive messages".
pub(crate) fn is_outside(failure: &Failure) -> bool {
    let status = failure.status.map(|status| status.as_u16());
    matches!(
        (status, code(failure).as_str()),
        (Some(403), "BotNotInConversationRoster") | (Some(404), "ConversationNotFound")
    )
}

/// A refusal by the Bot Framework.
pub(crate) fn bot(failure: &Failure) -> CallError {
    let Some(status) = failure.status.map(|status| status.as_u16()) else {
        return failure.error.clone();
    };
    let code = code(failure);
    let reject = |text: &str| CallError::Reject(format!("{text} ({code})"));
    match (status, code.as_str()) {
        (403, "BotNotInConversationRoster") => reject("the Entente app is not installed for this person"),
        (403, "BotDisabledByAdmin") => reject("an administrator of Teams has disabled the Entente app"),
        (403, "ConversationBlockedByUser" | "MessageWritesBlocked") => {
            reject("the person has blocked the Entente app")
        }
        (403, _) => reject("Teams does not let the Entente app write here"),
        (412, _) => CallError::Retry { after: None },
        (413, _) => reject("the message is longer than Teams takes from a bot"),
        (400..=499, _) if matches!(failure.error, CallError::Reject(_)) => reject("Teams refused the call"),
        _ => failure.error.clone(),
    }
}

/// The vendor's code, of which only what can be a word is kept.
pub(crate) fn code(failure: &Failure) -> String {
    let error = serde_json::from_slice::<ErrorBody>(&failure.body).ok();
    let code = error.and_then(|body| body.error.code).unwrap_or_default();
    let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(64).collect();
    if code.is_empty() { "no code".to_owned() } else { code }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, error: CallError, code: &str) -> Failure {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"to Bob: secret plans"}}}}"#);
        Failure { error, status: Some(status.try_into().unwrap()), body: body.into() }
    }

    fn rejected(status: u16) -> CallError {
        CallError::Reject(format!("status {status}"))
    }

    #[test]
    fn an_app_alone_is_told_from_a_dead_token() {
        let dead = failure(401, CallError::Reauthorize, "InvalidAuthenticationToken");
        assert_eq!(graph(&dead), CallError::Reauthorize);
        let app = failure(401, CallError::Reauthorize, "Unauthorized");
        assert!(matches!(graph(&app), CallError::Reject(text) if text.contains("signed-in person")));
    }

    #[test]
    fn refusals_are_sentences_without_the_vendors_message() {
        for (status, code) in [(400, "BadRequest"), (402, "PaymentRequired"), (403, "Forbidden"), (413, "X")]
        {
            let CallError::Reject(text) = graph(&failure(status, rejected(status), code)) else { panic!() };
            assert!(!text.contains("secret"), "{text}");
        }
        assert_eq!(
            graph(&failure(412, rejected(412), "PreconditionFailed")),
            CallError::Retry { after: None }
        );
        assert_eq!(graph(&failure(404, CallError::Gone, "NotFound")), CallError::Gone);
        assert_eq!(graph(&failure(503, CallError::Unknown, "ServiceUnavailable")), CallError::Unknown);
        let blocked = bot(&failure(403, rejected(403), "ConversationBlockedByUser"));
        assert!(matches!(blocked, CallError::Reject(text) if text.contains("blocked")));
        assert_eq!(bot(&failure(412, rejected(412), "PreconditionFailed")), CallError::Retry { after: None });
    }

    #[test]
    fn a_code_is_a_word() {
        let odd = failure(400, rejected(400), "Bad <b>\\n{}");
        assert_eq!(code(&odd), "Badb");
        let none = Failure { error: rejected(400), status: None, body: "<html>".into() };
        assert_eq!(code(&none), "no code");
    }
}
