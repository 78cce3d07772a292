//! How often Teams may be called. Graph: "Microsoft Graph service-specific throttling limits", Microsoft Teams; Teams:
//! "Optimize your bot with rate limiting". Graph counts by app and tenant, and one call a second by app and tenant in one
//! chat, whatever the call; so all calls about a chat share a key, and a wait that is asked for holds for that chat. What
//! counts for the whole app only sets our pace: Graph does not say which limit was hit, and one chat's must not silence
//! the others.
//!
//! We send a little slower than what is allowed. Requests do not all take the same time on their way, so what leaves once
//! a second arrives less than a second apart now and then, and each refusal costs more than the rest saves.

use entente_platform::Limit;

/// The part of what is allowed that we use: requests of one chat may catch up a tenth of a second on the way, and those
/// of the app as much as two of twenty are apart.
const USED: f64 = 0.9;

/// The limits of one app in one tenant.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    prefix: String,
}

impl Limits {
    /// For this app and tenant.
    pub(crate) fn new(tenant: &str, client_id: &str) -> Self {
        Self { prefix: format!("teams/{tenant}/{client_id}") }
    }

    /// Posting a chat message.
    pub(crate) fn post(&self, chat: &str) -> Vec<Limit> {
        vec![self.app("post", 20.0), self.chat(chat)]
    }

    /// Reading a chat's messages.
    pub(crate) fn read(&self, chat: &str) -> Vec<Limit> {
        vec![self.app("read", 20.0), self.chat(chat)]
    }

    /// Changing a message or taking it back.
    pub(crate) fn change(&self, chat: &str) -> Vec<Limit> {
        vec![self.app("other", 30.0), self.chat(chat)]
    }

    /// Looking at one chat of a person.
    pub(crate) fn one_chat(&self, person: &str, chat: &str) -> Vec<Limit> {
        [self.chats(person), vec![self.chat(chat)]].concat()
    }

    /// Looking at the chats of a person.
    pub(crate) fn chats(&self, person: &str) -> Vec<Limit> {
        vec![self.app("get", 30.0), self.own(&format!("chats/{person}"), 5.0)]
    }

    /// Making a chat.
    pub(crate) fn make_chat(&self) -> Vec<Limit> {
        vec![self.app("other", 30.0), self.own("make_chat", 30.0)]
    }

    /// Letting somebody into a chat or taking them out: four a minute.
    pub(crate) fn roster(&self, chat: &str) -> Vec<Limit> {
        let few = Limit::new(format!("{}/roster/{chat}", self.prefix), 4.0 / 60.0 * USED, 3.0);
        vec![self.app("other", 30.0), self.chat(chat), few]
    }

    /// Subscriptions. Graph: "Microsoft Graph service-specific throttling limits", change notifications: 1,000 writes in
    /// 20 seconds.
    pub(crate) fn subscriptions(&self) -> Vec<Limit> {
        vec![self.own("subscriptions", 50.0)]
    }

    /// Somebody's drive. Graph: "Avoid getting throttled or blocked in `SharePoint` Online": limits are of costs within minutes
    /// and are told when they are met; this keeps one person's files from being many at once.
    pub(crate) fn drive(&self, person: &str) -> Vec<Limit> {
        vec![self.own(&format!("drive/{person}"), 10.0)]
    }

    /// The directory, which is limited by costs that nobody is told; a page a moment does no harm.
    pub(crate) fn directory(&self) -> Vec<Limit> {
        vec![self.own("directory", 10.0)]
    }

    /// A bot in one conversation: 7 a second, 60 in half a minute, 1,800 an hour; this stays below all three.
    pub(crate) fn bot(&self, conversation: &str) -> Vec<Limit> {
        vec![self.app("bot", 50.0), Limit::new(format!("{}/bot/{conversation}", self.prefix), 0.49, 6.0)]
    }

    fn app(&self, what: &str, per_second: f64) -> Limit {
        self.own(what, per_second).pace()
    }

    fn own(&self, what: &str, per_second: f64) -> Limit {
        Limit::new(format!("{}/{what}", self.prefix), per_second * USED, per_second * USED)
    }

    fn chat(&self, chat: &str) -> Limit {
        Limit::new(format!("{}/chat/{chat}", self.prefix), USED, 1.0)
    }
}
