//! Where a webhook comes from. "Verifying requests from Slack": `X-Slack-Signature` is `v0=` and the hexadecimal HMAC-SHA256,
//! with the app's signing secret as it is written, of `v0:`, the time in `X-Slack-Request-Timestamp`, `:` and the raw body. A
//! time more than five minutes off is refused, so an old delivery cannot be played again.
//!
//! An app has one address for all its workspaces and people, so there is one channel, `events`.

use bytes::Bytes;
use entente_model::Timestamp;
use entente_platform::{Checked, Hook, Refused, Signed, Unverified};
use http::{HeaderValue, Response, header};
use secrecy::SecretString;

use crate::wire::envelope::Envelope;

/// The channel that webhooks come to.
pub(crate) const EVENTS: &str = "events";

const SIGNATURE: &str = "x-slack-signature";
const TIME: &str = "x-slack-request-timestamp";
const SIGNED: Signed = Signed { signature: SIGNATURE, time: TIME };

/// How far the signed time may be off, in seconds.
const FRESH: u64 = 300;

/// The longest challenge that is given back.
const LONGEST_CHALLENGE: usize = 4 * 1024;

/// Checks a webhook.
pub(crate) fn check(
    secret: Option<&SecretString>,
    hook: Hook<Unverified>,
    now: Timestamp,
) -> Result<Checked, Refused> {
    let secret = secret.filter(|_| hook.channel == EVENTS).ok_or(Refused::Forged)?;
    let time = SIGNED.prove(secret, &hook.headers, &hook.body)?;
    if time.abs_diff(now.millis().div_euclid(1_000)) > FRESH {
        return Err(Refused::Stale);
    }
    match challenge(&hook.body)? {
        Some(answer) => Ok(Checked::Answer(answer)),
        None => Ok(Checked::Deliver(hook.vouch())),
    }
}

/// "Event: `url_verification`": when the address is configured, Slack sends a text and wants it back, as text here so that it can be no
/// page.
fn challenge(body: &[u8]) -> Result<Option<Response<Bytes>>, Refused> {
    // What is no JSON is properly signed all the same, and set aside later.
    let Ok(envelope) = serde_json::from_slice::<Envelope<'_>>(body) else { return Ok(None) };
    if &*envelope.kind != "url_verification" {
        return Ok(None);
    }
    let challenge =
        envelope.challenge.filter(|text| text.len() <= LONGEST_CHALLENGE).ok_or(Refused::Malformed)?;
    let mut answer = Response::new(Bytes::copy_from_slice(challenge.as_bytes()));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(Some(answer))
}

#[cfg(test)]
mod tests;
