//! What is true of a platform as such.

use std::sync::Arc;

use entente_model::{Body, ConversationId, Emoji, PlatformId};

use crate::{AppSecrets, Client, Credentials, Feed, Http, Profile, Receiver, Site, Tokens};

/// A kind of chat platform. One value for the whole process; it holds no state.
pub trait Platform: Send + Sync + 'static {
    /// Its name, as in the configuration.
    fn id(&self) -> PlatformId;

    /// What it can do and where its sign-in is. Static data.
    fn profile(&self) -> &Profile;

    /// Cuts a body into as many as the platform needs for its length limit, each printable in one message, formatting
    /// kept open across the cuts, numbered when there are several. One body, unchanged, when it fits. Pure.
    fn split(&self, body: Body) -> Vec<Body>;

    /// Whether a login can react with this emoji there; what it cannot is shown as a line of text. Pure.
    fn reacts_with(&self, emoji: &Emoji) -> bool {
        self.profile().capabilities.reactions.shows(emoji)
    }

    /// Whether what the Entente app says in a channel or group can be seen to be about another message there: below it, or quoting it.
    /// Where it cannot, a line about a message has to say what that says. Pure.
    fn app_answers(&self, _: &ConversationId) -> bool {
        true
    }

    /// The receiving half for one workspace. Does not call out; keys are parsed here, once, because every webhook
    /// needs them. Built anew when the secrets change.
    ///
    /// # Errors
    /// What is wrong with the site or the secrets, for the operator.
    fn receiver(&self, site: &Site, secrets: AppSecrets) -> Result<Arc<dyn Receiver>, String>;

    /// The calling half, acting as one login. Cheap; does not call out.
    fn client(&self, site: &Arc<Site>, http: Http, credentials: Credentials) -> Arc<dyn Client>;

    /// The feed that this workspace's reports come by, where the operator has the vendor wait for our connection instead
    /// of calling us. `app` is the token of the app that reads the directory, where that is an app of its own
    /// ([`crate::OAuth::directory`]), else the app's own token by client credentials, where the vendor has such a thing.
    /// Cheap; does not call out. `None`: reports come by webhook.
    fn feed(&self, _site: &Site, _http: Http, _app: Option<Arc<dyn Tokens>>) -> Option<Arc<dyn Feed>> {
        None
    }
}
