//! Bringing a bot to a person. Microsoft Teams: "Proactive installation of apps using Graph API to send messages",
//! "Conversation events in your Teams bot".
//!
//! In life an administrator's setup policy or the person does it; a personal chat comes about, and the bot hears of it.

use std::sync::Arc;

use super::inbound;
use crate::teams::apps::App;
use crate::teams::ids::opaque;
use crate::teams::people::Person;
use crate::teams::sim::Sim;

/// How a bot names a person; differs from bot to bot.
pub(crate) fn account(sim: &Sim, bot: &str, person: &str) -> String {
    format!("29:1{}", opaque(sim.seed, &format!("29 {bot} {person}")))
}

/// How a bot names its chat with a person.
pub(crate) fn conversation(sim: &Sim, bot: &str, person: &str) -> String {
    format!("a:1{}", opaque(sim.seed, &format!("a {bot} {person}")))
}

/// How Graph names the same chat.
pub(crate) fn chat_id(bot: &str, person: &str) -> Arc<str> {
    format!("19:{person}_{bot}@unq.gbl.spaces").into()
}

/// Makes the personal chat and, with `announced`, tells the bot under the address `base`.
pub(crate) fn install(sim: &Arc<Sim>, bot: &App, person: &Arc<Person>, announced: bool, base: &str) {
    let id = chat_id(&bot.client_id, &person.id);
    let conversation = conversation(sim, &bot.client_id, &person.id);
    sim.chats().add_bot(&id, person, &bot.client_id, conversation, sim.millis());
    let account = account(sim, &bot.client_id, &person.id);
    sim.apps().accounts.insert(account, Arc::clone(&person.id));
    if announced {
        inbound::installed(sim, bot, person, base);
    }
}
