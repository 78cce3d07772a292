//! The hand-shake: whoever is subscribed must be able to say so.
//!
//! Graph: "Receive change notifications through webhooks", section on validation of the notification URL. A POST with
//! `validationToken` in the query; within ten seconds the endpoint answers 200 with the *decoded* token as plain text.
//! It happens while the creating call is pending, once for each address.

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};

use crate::teams::answer::Refusal;
use crate::teams::sim::Sim;
use crate::teams::switches::ValidationToken;

const LIMIT: Duration = Duration::from_secs(10);

/// Makes the call and judges the answer.
pub(super) async fn reachable(sim: &Sim, url: &str) -> Result<(), Refusal> {
    let token = token(sim);
    let Ok(mut target) = url::Url::parse(url) else {
        return Err(failed("Subscription validation request failed. The address is not valid."));
    };
    target.query_pairs_mut().append_pair("validationToken", &token);
    let request = Request::builder()
        .method(Method::POST)
        .uri(target.as_str())
        .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
        .body(Bytes::new());
    let Ok(request) = request else {
        return Err(failed("Subscription validation request failed. The address is not valid."));
    };
    let begun = sim.now();
    let Some(answer) = sim.courier.send(request, LIMIT).await else {
        let waited = sim.now().duration_since(begun).unsigned_abs() >= LIMIT;
        return Err(failed(if waited {
            "Subscription validation request timed out."
        } else {
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request."
        }));
    };
    let plain = answer
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/plain"));
    if answer.status() != StatusCode::OK || !plain {
        return Err(failed(
            "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.",
        ));
    }
    if answer.body().as_ref() != token.as_bytes() {
        return Err(failed(
            "Subscription validation request failed. Response must exactly match validationToken query parameter.",
        ));
    }
    Ok(())
}

fn token(sim: &Sim) -> String {
    let words = "Validation: Testing client application reachability for subscription Request-Id:";
    let id = sim.dice.uuid();
    match sim.switches().validation_token {
        ValidationToken::Words => format!("{words} {id}"),
        ValidationToken::Awkward => format!("{words} {id} a+b 100%25 c&d=e%20f"),
    }
}

fn failed(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "ValidationError", message)
}
