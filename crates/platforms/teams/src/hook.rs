//! Where a webhook comes from. Three channels below the workspace's address: `changes` and `lifecycle` for Graph,
//! `messages` for the Bot Framework (its check is in [`crate::bot`]).
//!
//! Graph signs nothing over the body. What proves a batch is the client state of each item, which only Graph and we know
//! and which is derived from the login it names; for items with content also the tokens of the batch, which Microsoft
//! signs for our app. The envelope has to be read to find both; items stay unread until all are proven, and one forged
//! item refuses the batch as a whole. (Microsoft advises to answer 202 even to a forgery; refusing tells a misconfigured
//! sender more, and a genuine one never sees it.)

use bytes::Bytes;
use entente_model::{LoginId, Timestamp};
use entente_platform::{Checked, Hook, HookKey, Refused, Unverified};
use http::{HeaderValue, Response, header};

use crate::receiver::TeamsReceiver;
use crate::wire::notification::{Batch, Proof};

/// Notifications about messages.
pub(crate) const CHANGES: &str = "changes";
/// Notifications about subscriptions.
pub(crate) const LIFECYCLE: &str = "lifecycle";
/// Activities of the Bot Framework.
pub(crate) const MESSAGES: &str = "messages";

/// Graph's change tracking, the app that validation tokens are issued to. Graph: "Set up change notifications that
/// include resource data", validating the authenticity of notifications.
const CHANGE_TRACKING: &str = "0bf30f3b-4a52-48df-9a82-234910c4a086";

/// The longest validation text that is given back.
const LONGEST_VALIDATION: usize = 4 * 1024;

/// Checks a notification.
pub(crate) fn check(
    receiver: &TeamsReceiver,
    hook: Hook<Unverified>,
    now: Timestamp,
) -> Result<Checked, Refused> {
    if let Some(token) = validation_token(hook.query.as_deref()) {
        return handshake(token).map(Checked::Answer);
    }
    let batch: Batch<'_> = serde_json::from_slice(&hook.body).map_err(|_| Refused::Malformed)?;
    let mut content = false;
    for item in &batch.value {
        let proof: Proof<'_> = serde_json::from_str(item.get()).map_err(|_| Refused::Forged)?;
        let state = proof.client_state.ok_or(Refused::Forged)?;
        if !is_ours(&receiver.hook_key, &state) {
            return Err(Refused::Forged);
        }
        if proof.tenant_id.is_some_and(|tenant| !tenant.eq_ignore_ascii_case(&receiver.tenant)) {
            return Err(Refused::Forged);
        }
        content |= proof.encrypted_content.is_some();
    }
    // A batch of nothing proves nothing.
    if batch.value.is_empty() {
        return Err(Refused::Forged);
    }
    let tokens = batch.validation_tokens.unwrap_or_default();
    if content && tokens.is_empty() {
        return Err(Refused::Forged);
    }
    for token in &tokens {
        let claims = receiver.graph_tokens.prove(token, now)?;
        let made_for = claims.appid.as_deref().or(claims.azp.as_deref());
        if made_for != Some(CHANGE_TRACKING) {
            return Err(Refused::Forged);
        }
    }
    Ok(Checked::Deliver(hook.vouch()))
}

/// What a subscription's reports must bring back: whose it is, and the secret derived from that.
pub(crate) fn client_state(key: &HookKey, login: LoginId) -> String {
    let login = login.to_string();
    let secret = key.secret(&login);
    format!("{login}.{secret}")
}

/// The login that a client state names. Only of a batch that was checked.
pub(crate) fn login_of(state: &str) -> Option<LoginId> {
    state.split_once('.')?.0.parse().ok()
}

/// Whether a client state was made by us.
fn is_ours(key: &HookKey, state: &str) -> bool {
    login_of(state).is_some()
        && state.split_once('.').is_some_and(|(label, secret)| key.verify(label, secret))
}

fn validation_token(query: Option<&str>) -> Option<String> {
    url::form_urlencoded::parse(query?.as_bytes())
        .find(|(name, _)| name == "validationToken")
        .map(|(_, value)| value.into_owned())
}

/// The text that Graph sends when a subscription is made, given back decoded and as plain text only, so that it can be
/// no page. Graph: "Receive change notifications through webhooks", notification URL validation.
fn handshake(token: String) -> Result<Response<Bytes>, Refused> {
    if token.len() > LONGEST_VALIDATION {
        return Err(Refused::Malformed);
    }
    let mut answer = Response::new(Bytes::from(token));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(answer)
}
