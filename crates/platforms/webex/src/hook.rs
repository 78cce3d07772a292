//! Where a webhook comes from. "Webhooks" guide, "Handling requests": `X-Spark-Signature` is the hexadecimal HMAC-SHA1 of
//! the raw body with the webhook's secret. The channel is the login's id, and the secret is derived from it, so nothing
//! has to be looked up or parsed before the proof. Nothing in a delivery is dated by the signature, so repeats cannot be
//! refused as stale; they are absorbed, because what they point to is read anew.

use entente_model::{LoginId, MessageRef, Snapshot, Timestamp, WorkspaceRef};
use entente_platform::{Checked, Hook, HookKey, Item, Receiver, Refused, Unverified, Verified};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use crate::parse;

const SIGNATURE: &str = "x-spark-signature";

/// Takes the webhooks of one organisation.
pub(crate) struct WebexReceiver {
    workspace: WorkspaceRef,
    key: HookKey,
}

impl WebexReceiver {
    pub(crate) fn new(workspace: WorkspaceRef, key: HookKey) -> Self {
        Self { workspace, key }
    }
}

/// The name of a login in addresses and for its secret.
pub(crate) fn channel(login: LoginId) -> String {
    login.to_string()
}

/// The login of a channel, written the one way that we write it.
fn login(name: &str) -> Option<LoginId> {
    name.parse().ok().filter(|login| channel(*login) == name)
}

impl Receiver for WebexReceiver {
    fn check(&self, hook: Hook<Unverified>, _now: Timestamp) -> Result<Checked, Refused> {
        login(&hook.channel).ok_or(Refused::Forged)?;
        let mut given = hook.headers.get_all(SIGNATURE).iter();
        let (Some(signature), None) = (given.next(), given.next()) else { return Err(Refused::Forged) };
        let mut tag = [0; 20];
        hex::decode_to_slice(signature.as_bytes(), &mut tag).map_err(|_| Refused::Forged)?;
        let secret = self.key.secret(&hook.channel);
        let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).map_err(|_| Refused::Forged)?;
        mac.update(&hook.body);
        mac.verify_slice(&tag).map_err(|_| Refused::Forged)?;
        Ok(Checked::Deliver(hook.vouch()))
    }

    fn heads(&self, hook: &Hook<Verified>) -> Vec<Item> {
        match login(&hook.channel) {
            Some(watcher) => vec![parse::head(&self.workspace, watcher, &hook.body)],
            None => Vec::new(),
        }
    }

    fn open(&self, _message: &MessageRef, _body: &[u8]) -> Result<Snapshot, String> {
        Err("a Webex report never holds the message".to_owned())
    }
}

#[cfg(test)]
mod tests;
