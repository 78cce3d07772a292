//! The receiving half of a workspace: keys parsed once, everything else by channel.

use entente_model::{LoginId, MessageRef, Snapshot, Timestamp, WorkspaceRef};
use entente_platform::{
    AppSecrets, Checked, Hook, HookKey, Item, Receiver, Refused, Site, Unverified, Verified,
};
use http::StatusCode;

use crate::crypto::Keys;
use crate::jwt::Verifier;
use crate::wire::notification::EncryptedContent;
use crate::{bot, hook, parse};

/// The name of the sign-in service's keys in [`AppSecrets::public_keys`].
pub(crate) const GRAPH_KEYS: &str = "graph";
/// The name of the Bot Framework's keys in [`AppSecrets::public_keys`].
pub(crate) const BOT_KEYS: &str = "bot";

/// Takes the webhooks of one workspace.
pub(crate) struct TeamsReceiver {
    pub(crate) workspace: WorkspaceRef,
    /// The directory's id.
    pub(crate) tenant: String,
    pub(crate) hook_key: HookKey,
    pub(crate) app_login: Option<LoginId>,
    pub(crate) graph_tokens: Verifier,
    pub(crate) bot_tokens: Verifier,
    private_keys: Keys,
}

impl TeamsReceiver {
    /// Parses the keys.
    pub(crate) fn new(site: &Site, secrets: &AppSecrets) -> Result<Self, String> {
        let tenant = site.tenant.as_deref().unwrap_or_default().to_ascii_lowercase();
        if tenant.is_empty() {
            return Err("a Teams workspace needs `tenant`, the directory's id".to_owned());
        }
        let keys = |name: &str| secrets.public_keys.get(name).map(AsRef::as_ref);
        // Tokens of the first version of the sign-in service name the directory so.
        let issuer = format!("https://sts.windows.net/{tenant}/");
        Ok(Self {
            workspace: site.workspace.clone(),
            hook_key: secrets.hook_key.clone(),
            app_login: secrets.app_login,
            graph_tokens: Verifier::new(keys(GRAPH_KEYS), &issuer, &site.client_id)?,
            bot_tokens: Verifier::new(keys(BOT_KEYS), bot::ISSUER, &site.client_id)?,
            private_keys: Keys::new(&secrets.private_keys)?,
            tenant,
        })
    }
}

impl Receiver for TeamsReceiver {
    fn check(&self, hook: Hook<Unverified>, now: Timestamp) -> Result<Checked, Refused> {
        match hook.channel.as_str() {
            hook::CHANGES | hook::LIFECYCLE => hook::check(self, hook, now),
            hook::MESSAGES => bot::hook::check(self, hook, now),
            _ => Err(Refused::Malformed),
        }
    }

    fn heads(&self, hook: &Hook<Verified>) -> Vec<Item> {
        if hook.channel == hook::MESSAGES {
            bot::parse::items(self, &hook.body)
        } else {
            parse::heads(self, &hook.body)
        }
    }

    fn open(&self, message: &MessageRef, body: &[u8]) -> Result<Snapshot, String> {
        // What Graph reports is encrypted, what the Bot Framework reports is the activity itself.
        if let Ok(content) = serde_json::from_slice::<EncryptedContent<'_>>(body) {
            let plain = self.private_keys.open(&content)?;
            parse::snapshot_of(message, &plain)
        } else {
            bot::parse::snapshot_of(message, body)
        }
    }

    /// Graph: "Receive change notifications through webhooks" asks for 202; the Bot Framework takes it too.
    fn thanks(&self) -> StatusCode {
        StatusCode::ACCEPTED
    }
}
