//! What a call needs of its token: the scopes by call, as the Team Chat, Users and Chatbot references list them.
//!
//! An app has either classic or granular scopes. A user-level token carries the plain form, an account-level one the
//! form with `:admin`; the two do not stand in for each other.

use super::answer::Refusal;
use super::call::{Caller, Level};
use super::switches::Switches;

/// What a call needs.
#[derive(Debug, Clone, Copy)]
pub(super) enum Need {
    /// No token: sign-in and control paths.
    Nothing,
    /// A token, whatever it may do: downloads ask for no scope of their own.
    Token,
    /// A user's or an account's token with one of the scopes.
    Scope(Scopes),
    /// A chatbot's token (`client_credentials`).
    Bot,
    /// An app's own token (`client_credentials` or `account_credentials`).
    App,
}

/// The scopes of one call, any of which is enough.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scopes {
    pub(super) classic: &'static [&'static str],
    pub(super) granular: &'static str,
    pub(super) levels: Levels,
}

/// At which levels a call exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Levels {
    /// With and without `:admin`.
    Both,
    /// Without only.
    User,
    /// The granular scope exists with `:admin` only.
    Admin,
}

const READ: &[&str] = &["chat_message:read", "chat_message:write"];
const WRITE: &[&str] = &["chat_message:write"];

const fn both(classic: &'static [&'static str], granular: &'static str) -> Need {
    Need::Scope(Scopes { classic, granular, levels: Levels::Both })
}

pub(super) const LIST_MESSAGES: Need = both(READ, "team_chat:read:list_user_messages");
pub(super) const READ_MESSAGE: Need = both(READ, "team_chat:read:user_message");
pub(super) const READ_THREAD: Need = both(&["chat_message:read"], "team_chat:read:thread_message");
pub(super) const LIST_SESSIONS: Need = both(&["chat_message:read"], "team_chat:read:list_user_sessions");
pub(super) const SEND_MESSAGE: Need = both(WRITE, "team_chat:write:user_message");
pub(super) const EDIT_MESSAGE: Need = both(WRITE, "team_chat:update:user_message");
pub(super) const DELETE_MESSAGE: Need = both(WRITE, "team_chat:delete:user_message");
pub(super) const MARK_MESSAGE: Need = both(WRITE, "team_chat:update:message_status");
pub(super) const REACT: Need = both(WRITE, "team_chat:update:message_emoji");
pub(super) const UPLOAD_FILE: Need = both(WRITE, "team_chat:write:files");
pub(super) const SEND_FILE: Need = both(WRITE, "team_chat:write:message_files");
pub(super) const READ_FILE: Need = both(&["chat:read"], "team_chat:read:file");
pub(super) const DELETE_FILE: Need = both(&["chat:write"], "team_chat:delete:file");
const CHANNELS: &[&str] = &["chat_channel:read"];
const CHANGE_CHANNELS: &[&str] = &["chat_channel:write"];
pub(super) const LIST_CHANNELS: Need = both(CHANNELS, "team_chat:read:list_user_channels");
pub(super) const READ_CHANNEL: Need = both(CHANNELS, "team_chat:read:user_channel");
pub(super) const LIST_MEMBERS: Need = both(CHANNELS, "team_chat:read:list_members");
pub(super) const MAKE_CHANNEL: Need = both(CHANGE_CHANNELS, "team_chat:write:user_channel");
pub(super) const DELETE_CHANNEL: Need = both(CHANGE_CHANNELS, "team_chat:delete:user_channel");
pub(super) const ADD_MEMBERS: Need = both(CHANGE_CHANNELS, "team_chat:write:members");
pub(super) const RENAME_CHANNEL: Need = both(CHANGE_CHANNELS, "team_chat:update:user_channel");
/// Of somebody who is named in the path: the granular scope exists for whole accounts only.
pub(super) const REMOVE_MEMBER: Need = Need::Scope(Scopes {
    classic: CHANGE_CHANNELS,
    granular: "team_chat:delete:member",
    levels: Levels::Admin,
});
pub(super) const REMOVE_OWN_MEMBER: Need = both(CHANGE_CHANNELS, "team_chat:delete:member");
pub(super) const INVITE: Need = both(&["chat_contact:write"], "team_chat:write:contact_information");
pub(super) const SEARCH_CONTACTS: Need = both(&["contact:read"], "contact:read:list_contacts");
pub(super) const READ_USER: Need =
    both(&["user:read", "user:write", "user_profile", "user_info:read"], "user:read:user");
pub(super) const LIST_USERS: Need = Need::Scope(Scopes {
    classic: &["user:read", "user:write"],
    granular: "user:read:list_users",
    levels: Levels::Admin,
});
pub(super) const LIST_CONTACTS: Need = Need::Scope(Scopes {
    classic: &["chat_contact:read"],
    granular: "team_chat:read:list_contacts",
    levels: Levels::User,
});
pub(super) const READ_CONTACT: Need = Need::Scope(Scopes {
    classic: &["chat_contact:read"],
    granular: "team_chat:read:contact",
    levels: Levels::User,
});

impl Scopes {
    /// Passes a token that has one of the scopes at its level.
    ///
    /// # Errors
    /// 400 with code 4711, naming what is missing.
    pub(super) fn check(&self, caller: &Caller, switches: &Switches) -> Result<(), Refusal> {
        let Some(granted) = &caller.scopes else {
            return Ok(());
        };
        let has = |scope: &str| granted.iter().any(|one| one == scope);
        let suffix = if caller.level == Level::Account { ":admin" } else { "" };
        let fits = match (caller.level, self.levels) {
            (Level::Account, Levels::User) => false,
            // The granular scope has one form; the classic ones have two.
            (_, Levels::Admin) => {
                has(&format!("{}:admin", self.granular)) && caller.level == Level::Account
                    || self.classic.iter().any(|scope| has(&format!("{scope}{suffix}")))
            }
            _ => {
                has(&format!("{}{suffix}", self.granular))
                    || self.classic.iter().any(|scope| has(&format!("{scope}{suffix}")))
            }
        };
        if fits { Ok(()) } else { Err(self.missing(caller, suffix, switches)) }
    }

    /// The refusal of a token without the scopes, in the family of scopes that its app uses.
    pub(super) fn missing(&self, caller: &Caller, suffix: &str, switches: &Switches) -> Refusal {
        // What exists for users alone has no other form to ask for.
        let suffix = if self.levels == Levels::User { "" } else { suffix };
        let classic = caller.scopes.as_ref().is_some_and(|scopes| scopes.iter().any(|one| is_classic(one)));
        let wanted = if classic {
            self.classic.iter().map(|scope| format!("{scope}{suffix}")).collect::<Vec<_>>().join(",")
        } else if self.levels == Levels::Admin {
            format!("{}:admin", self.granular)
        } else {
            format!("{}{suffix}", self.granular)
        };
        lacking(&wanted, switches)
    }
}

/// The refusal that names missing scopes.
pub(super) fn lacking(wanted: &str, switches: &Switches) -> Refusal {
    let message = format!("Invalid access token, does not contain scopes:[{wanted}].");
    Refusal::new(400, switches.missing_scope_code, message)
}

/// Classic scopes have two parts, and `admin` or `master` as a third; granular ones name a thing there.
fn is_classic(scope: &str) -> bool {
    let parts: Vec<&str> = scope.split(':').collect();
    match parts.as_slice() {
        ["imchat", "bot"] => false,
        [_, _] | [_, _, "admin" | "master"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_families_of_scopes_are_told_apart() {
        for classic in ["chat_message:read", "user:read:admin", "imchat:write"] {
            assert!(is_classic(classic), "{classic}");
        }
        for granular in ["imchat:bot", "team_chat:read:user_message", "user:read:user:admin"] {
            assert!(!is_classic(granular), "{granular}");
        }
    }
}
