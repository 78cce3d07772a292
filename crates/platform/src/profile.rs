//! What a platform can do, as data: the engine decides by it before a call is made, and the suite of conformance holds
//! the connector to it.

use std::time::Duration;

use entente_model::{Emoji, Sender};

use crate::http::Verdict;

/// How well something works on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// As people there know it.
    Full,
    /// In a form that loses something.
    Partial,
    /// Not at all.
    Dropped,
}

/// Whose messages can call somebody by their account. Elsewhere a mention is the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mentions {
    /// Everybody's, the app's and bots' too.
    Everybodys,
    /// Those that people write, or what has an account like theirs.
    Peoples,
    /// Nobody's.
    Nobodys,
}

impl Mentions {
    /// Whether this sender's messages can.
    pub fn are_made_by(self, sender: Sender) -> bool {
        match self {
            Self::Everybodys => true,
            Self::Peoples => matches!(sender, Sender::Account(_)),
            Self::Nobodys => false,
        }
    }
}

/// Which reactions a login can make on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reactions {
    /// Any emoji of Unicode, several to a message.
    Many,
    /// Any emoji of Unicode, one to a message: the next takes the place of the one before.
    One,
    /// None, for this reason, which is the vendor's. They are shown as a line of text below the message instead.
    Never(&'static str),
}

impl Reactions {
    /// Whether this one can be made. A picture of a workspace's own is known nowhere else.
    pub fn shows(self, emoji: &Emoji) -> bool {
        !matches!(self, Self::Never(_)) && emoji.name().is_none()
    }
}

/// What a platform can show and do in direct conversations.
#[derive(Debug, Clone)]
pub struct Capabilities {
    /// How often one message may be edited; `None` without limit.
    pub max_edits: Option<u32>,
    /// Answering in a thread. `Full`: replies hang below a root. `Partial`: a reply quotes what it answers.
    pub threads: Level,
    /// The longest text of one message, as printed for the platform, in the unit that it counts in.
    pub max_text: usize,
    /// The longest file that is taken, in bytes; 0 where none is.
    pub max_file: u64,
    /// What the addresses of bots end with, behind the `@`, where a person can be represented by a bot of their own;
    /// `None` where they cannot.
    pub bot_domain: Option<&'static str>,
    /// Reacting to messages.
    pub reactions: Reactions,
    /// Calling people by their accounts in messages.
    pub mentions: Mentions,
    /// Reactions are told by no report of their own but as changes of the message, of which reports say nothing more.
    pub reactions_are_changes: bool,
    /// How channels work there; `None` where they cannot be linked.
    pub channels: Option<Channels>,
    /// How group conversations work there; `None` where Entente makes none.
    pub groups: Option<Groups>,
    /// Reports are pointers: the conversation is listed since its mark instead of opening what came.
    pub listed: bool,
}

/// How channels work on a platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about the platform")]
pub struct Channels {
    /// What the Entente app is there.
    pub app: Presence,
    /// Whether the app can speak under another name ([`entente_model::Draft::alias`]). Elsewhere the name stands in front.
    pub alias: bool,
    /// Whether the app can say files there. Elsewhere a line stands for what is passed on in somebody's name.
    pub app_files: bool,
    /// Whether the app can react there, with several emoji to a message. Elsewhere a line says who reacted with what.
    pub app_reacts: bool,
    /// Whose messages can call everybody.
    pub everybody: Mentions,
    /// A channel is a part of something whose name stands in front of its own, with a `/`.
    pub parts: bool,
}

/// How group conversations work on a platform. What the Entente app is in them is as in channels ([`Channels::app`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Groups {
    /// Who makes them.
    pub maker: Maker,
    /// Who is in a group cannot be changed: whoever should come is missing, which is told. A private channel that was made in
    /// a group's place is open to changes everywhere.
    pub fixed: bool,
    /// The Entente app can write in a group that it did not make and was not let into.
    pub app_anywhere: bool,
}

/// Who makes group conversations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// The Entente app, which is in them.
    App,
    /// An account that has given consent and should be in it.
    Member,
}

/// What the Entente app is in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// A member like everybody else, that sees who else is and hears everything.
    Hears,
    /// A member that sees who else is, and is told only what mentions it: an account that is a member has to hear.
    Joins,
    /// No member: it writes there, and accounts that have given consent look and hear.
    Writes,
}

impl Presence {
    /// Whether the app is a member.
    pub fn joins(self) -> bool {
        self != Self::Writes
    }

    /// Whether the app hears everything.
    pub fn hears(self) -> bool {
        self == Self::Hears
    }
}

/// Where and how a grant is asked for.
#[derive(Debug, Clone)]
pub struct OAuth {
    /// The name of the address the two paths belong to.
    pub address: &'static str,
    /// Path of the consent page; `{tenant}` is filled in.
    pub authorize_path: &'static str,
    /// Path of the token endpoint; `{tenant}` is filled in.
    pub token_path: &'static str,
    /// What a person's account is asked for.
    pub account_scopes: &'static [&'static str],
    /// What an administrator is asked for; empty where administrators grant by other means.
    pub admin_scopes: &'static [&'static str],
    /// Whether the consent page takes `login_hint` (`OpenID` Connect Core, 3.1.2.1): the address of whoever is expected, so
    /// that somebody who is signed in with several accounts does not consent with the wrong one.
    pub login_hint: bool,
    /// Whether the vendor accepts PKCE with S256.
    pub pkce: bool,
    /// The scope of the app's own token by client credentials; `None` where the vendor has no such grant.
    pub app_scope: Option<&'static str>,
    /// How the Entente app itself gets the token that it speaks with.
    pub speaker: Grant,
    /// What an answer of 2xx of the token endpoint really says, for vendors that refuse inside a success. `None` where
    /// refusals are told as RFC 6749, 5.2 has it.
    pub verdict: Option<Verdict>,
    /// The app that the directory is read by, and a feed opened ([`crate::Platform::feed`]), where the vendor lets no app
    /// have both what people and what administrators allow. Nobody consents to it in a browser.
    pub directory: Option<DirectoryApp>,
    /// Where the token endpoint is shown the app's id and secret.
    pub shown: Shown,
}

/// Where an app's id and secret are shown to a token endpoint (RFC 6749, 2.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// In the form, as `client_id` and `client_secret`.
    InForm,
    /// In the header, as Basic credentials.
    InHeader,
}

/// A second app of a site, for what concerns the whole organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DirectoryApp {
    /// The name of the site's setting that is its public id.
    pub client_id: &'static str,
    /// The name of the site's secret that is its secret.
    pub client_secret: &'static str,
    /// The grant that its tokens are got by, at the token endpoint.
    pub grant_type: &'static str,
    /// The parameter that names the site's tenant there.
    pub tenant: &'static str,
}

/// How the Entente app gets the token it speaks with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// It is a bot with a token of its own, made like the stand-ins.
    Bot,
    /// By client credentials at `path` (with `{tenant}`) for `scope`.
    ClientCredentials {
        /// Path of the token endpoint.
        path: &'static str,
        /// What it is for.
        scope: &'static str,
    },
}

/// All that is fixed about a platform.
#[derive(Debug, Clone)]
pub struct Profile {
    /// As people know it.
    pub name: &'static str,
    /// The addresses a site has, with the vendor's own as default.
    pub addresses: &'static [(&'static str, &'static str)],
    /// Whether a site needs a tenant.
    pub needs_tenant: bool,
    /// The secrets that an app may have beside its client secret, with what each is for, for the operator. Which of them
    /// are needed is told by [`crate::Platform::receiver`].
    pub secrets: &'static [(&'static str, &'static str)],
    /// What else an app may have that is no secret, likewise.
    pub settings: &'static [(&'static str, &'static str)],
    /// What it can do.
    pub capabilities: Capabilities,
    /// Its sign-in.
    pub oauth: OAuth,
    /// How long an effect may still appear after a call whose outcome is unknown. After that, and not found, it is
    /// sent again.
    pub quiet: Duration,
}
