//! Rate limits. Graph: "Microsoft Graph service-specific throttling limits", section Microsoft Teams, and for
//! subscriptions section Change notifications. Bots: "Rate limit" of the Teams bot documentation.
//!
//! The documents give requests a second and no burst, so a bucket holds what one second allows. Bot limits come as
//! several windows at once; each is a bucket that holds the window's number and refills over the window's length, and
//! the strictest decides.

use jiff::Timestamp;

use super::answer::Refusal;
use super::caller::Caller;
use super::sim::Sim;

/// The kinds of requests that have limits of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `GET` of a chat's message or messages.
    ReadMessages,
    /// `POST` of a message to a chat.
    PostMessage,
    /// `GET` of chats or one chat: five a second for each user.
    ReadChats,
    /// Any other `GET`.
    Read,
    /// Any other write.
    Write,
    /// Letting somebody into a chat or taking them out: four a minute for each chat.
    Roster,
    /// `GET` of subscriptions.
    ReadSubscriptions,
    /// Writes of subscriptions.
    WriteSubscriptions,
}

impl Sim {
    /// Takes from every bucket a Graph request counts against.
    pub(crate) fn throttle(&self, caller: &Caller, kind: Kind, chat: Option<&str>) -> Result<(), Refusal> {
        if self.limits.factor() <= 0.0 {
            return Ok(());
        }
        let switches = self.switches();
        let app = caller.app();
        if *app == self.own_app && !switches.own_app_limited {
            return Ok(());
        }
        let now = self.now();
        let (word, per_app, burst) = match kind {
            Kind::ReadMessages => ("read", 20.0, 20.0),
            Kind::PostMessage => ("post", 20.0, 20.0),
            Kind::ReadChats | Kind::Read => ("get", 30.0, 30.0),
            Kind::Write | Kind::Roster => ("write", 30.0, 30.0),
            Kind::ReadSubscriptions => ("subscriptions read", 250.0, 5_000.0),
            Kind::WriteSubscriptions => ("subscriptions write", 50.0, 1_000.0),
        };
        self.take(&format!("{word} {app}"), per_app, burst, now)?;
        if let (Kind::Roster, Some(chat)) = (kind, chat) {
            return self.take(&format!("roster {app} {chat}"), 4.0 / 60.0, 4.0, now);
        }
        if let Some(chat) = chat {
            let word = if switches.chat_limit_shared { "any" } else { word };
            self.take(&format!("{word} {app} {chat}"), 1.0, 1.0, now)?;
        }
        let Some(person) = caller.person() else { return Ok(()) };
        match (kind, chat) {
            (Kind::PostMessage, Some(chat)) => {
                self.take(&format!("post {} {chat}", person.id), 1.0, 1.0, now)
            }
            (Kind::ReadChats, _) => self.take(&format!("chats {}", person.id), 5.0, 5.0, now),
            _ => Ok(()),
        }
    }

    /// Takes from every bucket a connector request counts against: `sends`, or else a read of members.
    pub(crate) fn throttle_bot(&self, bot: &str, conversation: &str, sends: bool) -> Result<(), Refusal> {
        if self.limits.factor() <= 0.0 {
            return Ok(());
        }
        let now = self.now();
        self.take_as_bot(&format!("bot {bot}"), 50.0, 50.0, now)?;
        let (word, windows) = if sends {
            ("send", [(7.0, 1.0), (8.0, 2.0), (60.0, 30.0), (1_800.0, 3_600.0)])
        } else {
            ("members", [(14.0, 1.0), (16.0, 2.0), (120.0, 30.0), (3_600.0, 3_600.0)])
        };
        for (number, seconds) in windows {
            let key = format!("bot {bot} {word} {seconds} {conversation}");
            self.take_as_bot(&key, number / seconds, number, now)?;
        }
        Ok(())
    }

    fn take(&self, key: &str, rate: f64, burst: f64, now: Timestamp) -> Result<(), Refusal> {
        self.limits.take(key, rate, burst, now).map_err(Refusal::throttled)
    }

    fn take_as_bot(&self, key: &str, rate: f64, burst: f64, now: Timestamp) -> Result<(), Refusal> {
        self.limits.take(key, rate, burst, now).map_err(|wait| Refusal {
            code: "Throttled",
            message: "Too many requests.".into(),
            ..Refusal::throttled(wait)
        })
    }
}
