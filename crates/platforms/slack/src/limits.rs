//! How often Slack may be called. "Rate limits": counted by method, workspace and app, so all people share them; tiers of at
//! least 20, 50 and 100 calls a minute; posting about one message a second in one conversation, and "several hundred a minute"
//! in the workspace. What is kept here, with its burst, stays within a minute's number.
//!
//! A 429 is about one method in the workspace, so a wait holds for that method; where it is posting, it holds for the
//! conversation, because nothing says which of its two limits was met, and one conversation must not silence the others.

use entente_platform::{Limit, Site};

/// The limits of one app in one workspace.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    prefix: String,
}

impl Limits {
    /// Of this workspace's app.
    pub(crate) fn new(site: &Site) -> Self {
        Self { prefix: format!("slack/{}/{}", site.workspace.id, site.client_id) }
    }

    /// "chat.postMessage" in a conversation.
    pub(crate) fn post(&self, channel: &str) -> Vec<Limit> {
        let all = Limit::new(format!("{}/chat.postMessage", self.prefix), 5.0, 20.0).pace();
        vec![all, Limit::new(format!("{}/to/{channel}", self.prefix), 1.0, 2.0)]
    }

    /// A method of this name: within the number of calls a minute of its tier.
    pub(crate) fn method(&self, method: &str) -> Vec<Limit> {
        let (per_minute, burst) = match method {
            // Tier 2.
            "users.list" | "reactions.remove" | "conversations.create" | "conversations.rename" => {
                (15.0, 5.0)
            }
            // Tier 4.
            "users.info" | "files.info" | "files.getUploadURLExternal" | "files.completeUploadExternal" => {
                (80.0, 20.0)
            }
            // Special; the vendor's own client for Java allows 600 a minute.
            "auth.test" => (240.0, 60.0),
            // Tier 3: what else is called here.
            _ => (38.0, 12.0),
        };
        vec![Limit::new(format!("{}/{method}", self.prefix), per_minute / 60.0, burst)]
    }

    /// What is looked at only to be sure takes no more than a part of what reading may.
    pub(crate) fn probe(&self, method: &str) -> Vec<Limit> {
        let mut limits = self.method(method);
        limits.push(Limit::new(format!("{}/probe", self.prefix), 0.2, 8.0).pace());
        limits
    }
}
