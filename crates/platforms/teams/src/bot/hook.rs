//! Where an activity comes from. Bot Framework: "Authenticate requests with the Bot Connector API", from the connector
//! to the bot: a bearer token signed by the Bot Framework for our app, by a key that is endorsed for Teams, naming the
//! service address that the activity names. Tokens of the emulator have another issuer and are refused.

use entente_model::Timestamp;
use entente_platform::{Checked, Hook, Refused, Unverified};
use http::{HeaderMap, header};

use crate::bot::CHANNEL;
use crate::receiver::TeamsReceiver;
use crate::wire::activity::ActivityProof;

/// Checks an activity.
pub(crate) fn check(
    receiver: &TeamsReceiver,
    hook: Hook<Unverified>,
    now: Timestamp,
) -> Result<Checked, Refused> {
    let token = bearer(&hook.headers).ok_or(Refused::Forged)?;
    let claims = receiver.bot_tokens.prove(token, now)?;
    let activity: ActivityProof<'_> = serde_json::from_slice(&hook.body).map_err(|_| Refused::Malformed)?;
    let service = activity.service_url.as_deref().filter(|url| !url.is_empty()).ok_or(Refused::Forged)?;
    if claims.serviceurl.as_deref() != Some(service) || activity.channel_id.as_deref() != Some(CHANNEL) {
        return Err(Refused::Forged);
    }
    if !claims.endorsements.iter().any(|channel| channel == CHANNEL) {
        return Err(Refused::Forged);
    }
    Ok(Checked::Deliver(hook.vouch()))
}

/// The one token of the request; two could be read differently by two readers.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
