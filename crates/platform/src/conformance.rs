//! What every platform must do, as one suite. A connector's tests make a [`World`] of its simulator and call
//! [`conformance!`](crate::conformance!), which makes one test of each scenario.
//!
//! The suite names no platform and sees no simulator's types: it calls the client and the receiver, lets a person do
//! things by hand, sets faults through `POST /_sim/faults`, and judges by what that person sees and by `GET
//! /_sim/ledger`. What the connector believes is never the judge.
//!
//! All of it is meant for a paused clock (`start_paused`), in process: a wait of an hour takes no time.

use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use entente_model::{AccountRef, ConversationRef, MessageRef, Timestamp};
use url::Url;

use crate::{AppSecrets, Credentials, HookKey, Platform, Site, Transport};

mod bench;
mod ear;
pub mod failing;
pub mod files;
pub mod founding;
pub mod gathering;
pub mod hearing;
pub mod people;
pub mod reacting;
pub mod reading;
pub mod script;
pub mod speaking;

pub use bench::{Fault, Fixed};

/// A simulated workspace with one login of ours and one person who talks to it, in a direct conversation. Each scenario
/// gets a fresh one.
#[async_trait]
pub trait World: Send + Sync {
    /// The connector.
    fn platform(&self) -> Arc<dyn Platform>;
    /// The workspace, with the simulator's addresses.
    fn site(&self) -> Site;
    /// The way to the simulator.
    fn transport(&self) -> Arc<dyn Transport>;
    /// Scheme and authority of the simulator.
    fn simulator(&self) -> Url;
    /// The present instant on the simulator's clock.
    fn now(&self) -> Timestamp;

    /// The login that speaks and hears, and is not limited in what it may do in direct conversations.
    fn ours(&self) -> Credentials;
    /// An administrator's login, or one that lists the directory.
    fn admin(&self) -> Credentials;
    /// The person's account.
    fn person(&self) -> AccountRef;
    /// The work addresses that the directory must list, and no other people's.
    fn addresses(&self) -> Vec<String>;

    /// The secrets that webhooks are proven and opened with.
    async fn secrets(&self) -> AppSecrets;
    /// Our certificate, its id and DER, where content is encrypted to us.
    fn certificate(&self) -> Option<(String, Vec<u8>)> {
        None
    }
    /// Where our webhooks come in, without the channel.
    fn callback(&self) -> Url;
    /// Makes `router` answer for the authority of [`World::callback`].
    fn hear(&self, router: Router);
    /// Ends or deactivates all subscriptions, without telling anybody.
    async fn silence(&self);

    /// A token that the vendor takes no more, for good.
    async fn dead(&self) -> String {
        "dead".to_owned()
    }
    /// Whether a login can find out that its reports are off. `false` where the vendor lets nobody look at subscriptions,
    /// because the operator makes them by hand for the whole app.
    fn silence_shows(&self) -> bool {
        true
    }
    /// The same workspace with secrets that the vendor does not know.
    async fn strange(&self) -> (Site, AppSecrets) {
        (self.site(), AppSecrets { hook_key: HookKey::new([0xab; 32]), ..self.secrets().await })
    }

    /// The kinds of formatting that a message keeps there, as the neutral tree's names are written.
    fn shows(&self) -> &'static [&'static str] {
        &["Bold", "Italic", "Link", "Quote", "ordered: true", "Code {"]
    }

    /// The person writes to our account. In answer to a message, if one is named.
    async fn writes(&self, text: &str, thread: Option<&MessageRef>) -> MessageRef;
    /// The person changes their message.
    async fn edits(&self, message: &MessageRef, text: &str);
    /// The person takes their message back.
    async fn deletes(&self, message: &MessageRef);
    /// The person reacts to a message, or takes that back. Not called where nobody can.
    async fn reacts(&self, message: &MessageRef, emoji: &str, on: bool) {
        panic!("nobody reacts with {emoji} to {message:?} here: {on}");
    }
    /// What the person sees in this conversation, oldest first.
    async fn sees(&self, conversation: &ConversationRef) -> Vec<Seen>;

    /// The login that makes groups. Only asked where groups are made, like all that follows about them.
    fn maker(&self) -> Credentials {
        self.ours()
    }
    /// Accounts of three more people, who can be let into a group.
    fn others(&self) -> Vec<AccountRef> {
        panic!("nobody is let into groups here");
    }
    /// An account that is well-formed and nobody's.
    fn nobody(&self) -> AccountRef {
        panic!("nobody is let into groups here");
    }
    /// A login that is in no group that [`World::maker`] makes.
    fn outsider(&self) -> Credentials {
        self.admin()
    }
    /// Method and path of the call that makes a group with these members.
    fn gathering(&self, _members: usize) -> (&'static str, &'static str) {
        panic!("no groups are made here");
    }
    /// The login that makes channels. Only asked where channels are linked, like all that follows about them.
    fn founder(&self) -> Credentials {
        self.maker()
    }
    /// What a channel is asked for as that is called so, with what it is a part of.
    fn whole_name(&self, name: &str) -> String {
        name.to_owned()
    }
    /// Method and path of the call that makes a channel.
    fn founding(&self) -> (&'static str, &'static str) {
        self.gathering(usize::MAX)
    }
    /// A group as the person sees it. `None`: they are not in it.
    async fn gathered(&self, group: &ConversationRef) -> Option<Gathered> {
        panic!("nobody looks into {group:?} here");
    }

    /// Method and path (a prefix, or with `*` a suffix) of the visible call of a send.
    fn sending(&self) -> (&'static str, &'static str);
    /// The same of the visible call of a send with a file.
    fn sending_files(&self) -> (&'static str, &'static str) {
        self.sending()
    }
    /// Method and path of the call that lists a conversation's messages.
    fn listing(&self) -> (&'static str, &'static str);
    /// An id of a message that is well-formed and not there.
    fn nowhere(&self, conversation: &ConversationRef) -> MessageRef;
}

/// A message as the person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Its text, without markup.
    pub text: String,
    /// Whether our account wrote it.
    pub ours: bool,
    /// Whether it is marked as edited.
    pub edited: bool,
}

/// A group as somebody in it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    /// What it is called, if it was given a name.
    pub name: Option<String>,
    /// Who is in it, in order of their accounts.
    pub members: Vec<AccountRef>,
}

/// Makes a test of each scenario. The argument is an `async fn() -> impl World`.
#[macro_export]
macro_rules! conformance {
    ($make:path) => {
        $crate::conformance!(@tests $make, speaking, [
            a_message_arrives_as_it_was_said, it_opens_the_conversation_once, it_can_be_changed_and_taken_back,
            an_answer_belongs_to_what_it_answers, an_answer_to_an_answer_arrives, markup_stays_text, a_long_text_arrives_in_parts,
            what_is_not_there_is_gone
        ]);
        $crate::conformance!(@tests $make, reading, [
            what_is_new_is_read_in_order, an_edit_is_read_as_it_is_now, the_first_report_brings_no_history,
            a_mark_that_was_deleted_loses_nothing, a_long_absence_is_caught_up_with, only_our_own_is_what_we_sent,
            one_message_is_read_by_its_id, a_conversation_tells_who_is_in_it
        ]);
        $crate::conformance!(@tests $make, failing, [
            a_refusal_before_the_effect_is_certain, a_lost_answer_is_unknown_and_can_be_found,
            reading_may_be_repeated, a_dead_token_needs_a_person, no_connection_means_nothing_was_sent,
            our_own_limits_stay_below_the_vendors
        ]);
        $crate::conformance!(@tests $make, hearing, [
            what_happens_is_reported_and_proven, listening_again_changes_nothing, silence_is_noticed_and_ended,
            a_report_of_somebody_else_is_a_forgery
        ]);
        $crate::conformance!(@tests $make, reacting, [
            a_reaction_stands_until_it_is_taken_back, what_the_person_feels_is_reported,
            a_reaction_to_what_is_not_there_finds_it_gone
        ]);
        $crate::conformance!(@tests $make, files, [
            a_file_arrives_as_it_is, a_file_can_be_an_answer, half_a_file_is_none,
            a_file_whose_answer_is_lost_can_be_found
        ]);
        $crate::conformance!(@tests $make, gathering, [
            a_group_is_made_and_filled, a_group_whose_answer_is_lost_is_found, two_groups_of_the_same_people_are_two,
            who_is_in_a_group_changes_once, a_group_has_its_last_name, an_account_that_is_nobodys_is_refused_with_a_reason,
            whoever_is_not_in_a_group_changes_nothing
        ]);
        $crate::conformance!(@tests $make, founding, [
            a_channel_is_made_and_found_by_its_name, a_channel_whose_answer_is_lost_is_found, a_name_is_taken_once,
            a_name_that_cannot_be_is_made_fit_or_refused
        ]);
        $crate::conformance!(@tests $make, people, [
            the_login_knows_itself, the_directory_is_whole, a_bot_is_made_once
        ]);
    };
    (@tests $make:path, $module:ident, [$($name:ident),*]) => {
        mod $module {
            $(
                #[tokio::test(start_paused = true)]
                async fn $name() {
                    let world = $make().await;
                    $crate::conformance::$module::$name(&world).await;
                }
            )*
        }
    };
}
