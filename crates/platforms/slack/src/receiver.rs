//! The receiving half of a workspace: what proves webhooks, and who of ours hears.

use std::collections::BTreeMap;

use entente_model::{AccountId, LoginId, MessageRef, Snapshot, Timestamp, WorkspaceRef};
use entente_platform::{AppSecrets, Checked, Hook, Item, Receiver, Refused, Site, Unverified, Verified};
use secrecy::SecretString;

use crate::profile::{APP_TOKEN, SIGNING};
use crate::{hook, parse};

/// Takes the reports of one workspace.
pub(crate) struct SlackReceiver {
    pub(crate) workspace: WorkspaceRef,
    /// The workspace's id at Slack.
    pub(crate) team: Option<String>,
    pub(crate) app_login: Option<LoginId>,
    pub(crate) logins: BTreeMap<AccountId, LoginId>,
    signing: Option<SecretString>,
}

impl SlackReceiver {
    /// Takes the secrets.
    pub(crate) fn new(site: &Site, secrets: AppSecrets) -> Result<Self, String> {
        let signing = site.secrets.get(SIGNING).cloned();
        if signing.is_none() && !site.secrets.contains_key(APP_TOKEN) {
            return Err(format!(
                "a Slack workspace needs the secret `{SIGNING}` to be called by Slack, or `{APP_TOKEN}` to use Socket Mode"
            ));
        }
        Ok(Self {
            workspace: site.workspace.clone(),
            team: site.tenant.clone(),
            app_login: secrets.app_login,
            logins: secrets.logins,
            signing,
        })
    }
}

impl Receiver for SlackReceiver {
    fn check(&self, hook: Hook<Unverified>, now: Timestamp) -> Result<Checked, Refused> {
        hook::check(self.signing.as_ref(), hook, now)
    }

    fn heads(&self, hook: &Hook<Verified>) -> Vec<Item> {
        parse::items(self, &hook.body)
    }

    fn open(&self, message: &MessageRef, body: &[u8]) -> Result<Snapshot, String> {
        parse::opened(message, body)
    }
}
