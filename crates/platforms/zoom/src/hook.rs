//! Where a webhook comes from. "Using webhooks", verify with Zoom's header: `x-zm-signature` is `v0=` and the hexadecimal
//! HMAC-SHA256 of `v0:{x-zm-request-timestamp}:{raw body}` with the app's secret token. The app has one address, so there is
//! one channel.
//!
//! Zoom documents no time after which a report is too old. It repeats what was not acknowledged after 5, 20 and 60 minutes
//! more, and does not say whether it signs anew, so a report is good for a little longer than that. A repeat does no harm:
//! a new message is accepted once, and an edit is as old as it says.
//!
//! The hand-shake ("Using webhooks", validate your webhook endpoint) is signed like everything else, and what is answered is
//! a proof that we know the secret token; so it is answered only after Zoom has proven the same.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use entente_model::{AccountId, LoginId, MessageRef, Snapshot, Timestamp, WorkspaceRef};
use entente_platform::{
    AppSecrets, Checked, Hook, Item, Receiver, Refused, Signed, Site, Unverified, Verified,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use http::{HeaderMap, HeaderValue, Response, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::Sha256;

use crate::profile::{DIRECTORY_ID, DIRECTORY_SECRET, SECRET_TOKEN, SUBSCRIPTION};
use crate::wire::event::{Event, Validation};
use crate::{parse, roster};

/// Where events of the app come in.
pub(crate) const EVENTS: &str = "events";

const SIGNATURE: &str = "x-zm-signature";
const TIMESTAMP: &str = "x-zm-request-timestamp";
const SIGNED: Signed = Signed { signature: SIGNATURE, time: TIMESTAMP };

/// The last repeat comes 85 minutes after the first attempt.
const OLDEST: Duration = Duration::from_hours(2);

/// How far the vendor's clock may be ahead of ours.
const AHEAD: Duration = Duration::from_mins(5);

/// The longest text of a hand-shake that is answered.
const LONGEST_TOKEN: usize = 1_024;

/// The name of the hand-shake.
const VALIDATION: &str = "endpoint.url_validation";

/// Takes the webhooks of one account.
pub(crate) struct ZoomReceiver {
    pub(crate) workspace: WorkspaceRef,
    /// Our logins by their accounts.
    pub(crate) logins: BTreeMap<AccountId, LoginId>,
    /// The login of the Entente app.
    pub(crate) app_login: Option<LoginId>,
    /// `None` where events come by WebSocket.
    secret_token: Option<SecretString>,
}

impl ZoomReceiver {
    /// Takes the secrets.
    pub(crate) fn new(site: &Site, secrets: AppSecrets) -> Result<Self, String> {
        let given = |name: &str| site.settings.contains_key(name);
        let secret_token = site.secrets.get(SECRET_TOKEN).cloned();
        if secret_token.is_none() && !given(SUBSCRIPTION) {
            return Err(format!(
                "a Zoom workspace needs `secrets.{SECRET_TOKEN}`, the secret token of the app's event subscriptions, to be \
                 called by Zoom, or `settings.{SUBSCRIPTION}` to hear by WebSocket"
            ));
        }
        if given(SUBSCRIPTION) && !(given(DIRECTORY_ID) && site.secrets.contains_key(DIRECTORY_SECRET)) {
            return Err(format!(
                "`settings.{SUBSCRIPTION}` belongs to a Server-to-Server OAuth app, which is given as \
                 `settings.{DIRECTORY_ID}` and `secrets.{DIRECTORY_SECRET}`"
            ));
        }
        Ok(Self {
            workspace: site.workspace.clone(),
            logins: secrets.logins,
            app_login: secrets.app_login,
            secret_token,
        })
    }

    fn mac(&self) -> Result<Hmac<Sha256>, Refused> {
        let secret = self.secret_token.as_ref().ok_or(Refused::Forged)?;
        Hmac::new_from_slice(secret.expose_secret().as_bytes()).map_err(|_| Refused::Forged)
    }

    fn prove(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Refused> {
        let secret = self.secret_token.as_ref().ok_or(Refused::Forged)?;
        let seconds = SIGNED.prove(secret, headers, body)?;
        let sent = Timestamp::from_millis(seconds.saturating_mul(1_000));
        if now.since(sent) > OLDEST || sent.since(now) > AHEAD {
            return Err(Refused::Stale);
        }
        Ok(())
    }

    /// The answer that proves who we are. The text is given back as JSON only, so that it can be no page.
    fn handshake(&self, body: &[u8]) -> Result<Option<Response<Bytes>>, Refused> {
        let Ok(event) = serde_json::from_slice::<Event<'_>>(body) else { return Ok(None) };
        if event.name != VALIDATION {
            return Ok(None);
        }
        let payload = event.payload.map_or("null", |payload| payload.get());
        let asked: Validation = serde_json::from_str(payload).map_err(|_| Refused::Malformed)?;
        if asked.plain_token.len() > LONGEST_TOKEN {
            return Err(Refused::Malformed);
        }
        let mut mac = self.mac()?;
        mac.update(asked.plain_token.as_bytes());
        let encrypted = hex::encode(mac.finalize().into_bytes());
        let answer = json!({"plainToken": asked.plain_token, "encryptedToken": encrypted});
        let mut response = Response::new(Bytes::from(answer.to_string()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        Ok(Some(response))
    }
}

impl Receiver for ZoomReceiver {
    fn check(&self, hook: Hook<Unverified>, now: Timestamp) -> Result<Checked, Refused> {
        if hook.channel != EVENTS {
            return Err(Refused::Malformed);
        }
        self.prove(&hook.headers, &hook.body, now)?;
        match self.handshake(&hook.body)? {
            Some(answer) => Ok(Checked::Answer(answer)),
            None => Ok(Checked::Deliver(hook.vouch())),
        }
    }

    fn heads(&self, hook: &Hook<Verified>) -> Vec<Item> {
        let roster = roster::told(self, &hook.body);
        roster.unwrap_or_else(|| vec![parse::item(self, &hook.body)])
    }

    fn open(&self, message: &MessageRef, body: &[u8]) -> Result<Snapshot, String> {
        parse::open(message, body)
    }
}

#[cfg(test)]
mod tests;
