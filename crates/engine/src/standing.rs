//! How reactions in the channels of a link stand, and how each channel shows them. A message has a copy in every channel, people
//! react to the copy that they see, and the other channels show all of it together.
//!
//! Where the app can react, whoever has an account there that may speak reacts with it, and everybody else shares the app's
//! reaction, which goes when the last of them takes theirs back. Elsewhere one line below the message says who reacted with
//! what. Both are found out when a row is at the head of its lane: what is true then is shown, whatever happened since it
//! was planned, and whichever of several channels is slow.
//!
//! Only what people make with the account that they work with is passed on: with all others we act ourselves.

use std::collections::BTreeMap;

use entente_model::{
    AccountId, AccountRef, Block, Body, ConversationRef, Emoji, Inline, MessageRef, PersonId,
};
use entente_platform::Platform;
use entente_store::{Everywhere, Represented, StoreError};

use crate::authors::Author;
use crate::engine::Engine;
use crate::linked::Doing;
use crate::outbound::preparing::voice_of;

/// So many emoji a line shows, and so many names beside all of them.
const MOST_SIGNS: usize = 12;
const MOST_NAMES: usize = 12;

/// Who reacted.
pub(crate) struct Feeler {
    name: String,
    represented: Option<Represented>,
}

/// Those whose reactions are passed on.
pub(crate) type Feelers = BTreeMap<AccountRef, Feeler>;

/// How reactions to a message and its copies stand.
pub(crate) struct Standing {
    feelers: Feelers,
    all: Vec<(ConversationRef, AccountId, Emoji)>,
}

impl Engine {
    /// Those of these whose reactions are passed on.
    pub(crate) async fn feelers(&self, accounts: Vec<AccountRef>) -> Result<Feelers, StoreError> {
        let mut feelers = BTreeMap::new();
        for (account, author) in self.authors(accounts).await? {
            let Some(name) = author.name() else { continue };
            let represented = match author {
                Author::Person(identity) if identity.primary => Some(identity.represented),
                Author::Person(_) => continue,
                Author::Listed(_) | Author::Outsider | Author::Bot => None,
            };
            feelers.insert(account, Feeler { name, represented });
        }
        Ok(feelers)
    }

    /// How the reactions to a message and its copies stand now. Those of a message that is gone are gone.
    pub(crate) async fn standing(&self, message: &MessageRef) -> Result<Standing, StoreError> {
        let Everywhere { gone, reactions, .. } = self.store.reactions_everywhere(message).await?;
        let all = if gone { Vec::new() } else { reactions };
        let feelers = self.feelers(all.iter().map(|(at, by, _)| account(at, by)).collect()).await?;
        Ok(Standing { feelers, all })
    }

    /// Whether somebody should react in a channel with this; the app, for `None`: for everybody whose own reaction does not stand
    /// there.
    pub(crate) fn should_react(
        &self,
        standing: &Standing,
        channel: &ConversationRef,
        who: Option<PersonId>,
        emoji: &Emoji,
    ) -> bool {
        let mut feelers = standing.elsewhere(channel).filter(|(_, with)| *with == emoji).map(|(one, _)| one);
        match who {
            Some(who) => feelers.any(|feeler| feeler.person() == Some(who)),
            None => feelers.any(|feeler| match self.reacts(feeler, channel) {
                Some(own) => !standing.stands(channel, &own, emoji),
                None => true,
            }),
        }
    }

    /// The account by which somebody reacts in a channel themselves.
    fn reacts(&self, feeler: &Feeler, channel: &ConversationRef) -> Option<AccountId> {
        let voice = voice_of(feeler.represented.clone(), self.sites.get(&channel.workspace.id)?).ok()?;
        let login = voice.sender.login();
        let stranger = self.linked.is_stranger(channel, login, Doing::Reacting, self.clock.now());
        (!stranger).then_some(voice.account)
    }
}

impl Feeler {
    /// Who of our people it is.
    pub(crate) fn person(&self) -> Option<PersonId> {
        self.represented.as_ref().map(|represented| represented.person.id)
    }
}

impl Standing {
    /// What people feel who react elsewhere: whoever does here is seen to.
    fn elsewhere(&self, here: &ConversationRef) -> impl Iterator<Item = (&Feeler, &Emoji)> {
        let all = self.all.iter().filter(move |(at, ..)| at != here);
        all.filter_map(|(at, by, emoji)| Some((self.feelers.get(&account(at, by))?, emoji)))
    }

    /// Whether an account's own reaction is known to stand in a channel.
    fn stands(&self, channel: &ConversationRef, account: &AccountId, emoji: &Emoji) -> bool {
        self.all.iter().any(|(at, by, with)| at == channel && by == account && with == emoji)
    }

    /// The line for what cannot be shown otherwise, if there is anything to say; with what the message says, where nobody could see
    /// which it is about.
    pub(crate) fn line(
        &self,
        here: &ConversationRef,
        platform: &dyn Platform,
        about: Option<&str>,
    ) -> Option<Body> {
        let below: Vec<_> = self.elsewhere(here).filter(|(_, emoji)| !app_shows(platform, emoji)).collect();
        if below.is_empty() {
            return None;
        }
        let about = about.map(|about| format!(", to “{about}”")).unwrap_or_default();
        let line = Inline::Text(format!(" {}{about}", names(&below)));
        let label = Inline::Italic(vec![Inline::Text("reacted:".to_owned())]);
        let body = Body(vec![Block::Paragraph(vec![label, line])]);
        // One message stands for all; what does not fit is left out.
        Some(platform.split(body.clone()).into_iter().next().unwrap_or(body))
    }
}

fn account(at: &ConversationRef, by: &AccountId) -> AccountRef {
    AccountRef { workspace: at.workspace.clone(), id: by.clone() }
}

/// Whether the app can react with this in channels.
pub(crate) fn app_shows(platform: &dyn Platform, emoji: &Emoji) -> bool {
    app_reacts(platform) && platform.reacts_with(emoji)
}

/// Whether the app can react in channels.
pub(crate) fn app_reacts(platform: &dyn Platform) -> bool {
    platform.profile().capabilities.channels.is_some_and(|channels| channels.app_reacts)
}

/// `👍 Ada Okafor, Ines Fischer · 🎉 Bo Lind and 3 others`: what most people chose first, names in order.
fn names(all: &[(&Feeler, &Emoji)]) -> String {
    let mut groups: BTreeMap<&Emoji, Vec<&str>> = BTreeMap::new();
    for (feeler, emoji) in all {
        groups.entry(emoji).or_default().push(&feeler.name);
    }
    let mut groups: Vec<(&Emoji, Vec<&str>)> = groups.into_iter().collect();
    groups.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    let mut left = MOST_NAMES;
    let more = groups.len() > MOST_SIGNS;
    let shown = groups.into_iter().take(MOST_SIGNS).map(|(emoji, mut names)| {
        names.sort_unstable();
        let named = names.len().min(left);
        left -= named;
        let others = match (named, names.len() - named) {
            (_, 0) => String::new(),
            (0, others) => others.to_string(),
            (_, 1) => " and another".to_owned(),
            (_, others) => format!(" and {others} others"),
        };
        format!("{} {}{others}", emoji.as_str(), names[..named].join(", "))
    });
    let shown: Vec<String> = shown.collect();
    format!("{}{}", shown.join(" · "), if more { " · …" } else { "" })
}

#[cfg(test)]
mod tests;
