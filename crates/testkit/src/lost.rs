//! What deliveries were recorded to have lost: a copy of what the product told its store, by the message that it came from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entente_model::{DeliveryId, Loss, MessageRef, WorkspaceId};
use entente_store::{Finish, Head, LaneKey};

/// A copy of every loss that was recorded. All clones are one.
#[derive(Clone, Default)]
pub struct Lost(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    /// What rows that are being worked on are about.
    rows: HashMap<DeliveryId, About>,
    /// What was lost, and what the row was about.
    losses: Vec<(About, Vec<Loss>)>,
}

/// What a row is about, and the workspace that it goes to.
#[derive(Default)]
struct About {
    messages: Vec<MessageRef>,
    to: Option<WorkspaceId>,
}

impl Lost {
    /// A row of this lane is being looked at.
    pub(crate) fn looks(&self, lane: &LaneKey, head: &Head) {
        let to = match lane {
            LaneKey::Direct(_, workspace) => workspace,
            LaneKey::Conversation(conversation) | LaneKey::Reports(conversation) => &conversation.workspace,
            LaneKey::App(_, account) => &account.workspace,
        };
        // A sign of a reaction comes from no message; it is about the one that it stands at.
        let messages = head.delivery.source.iter().chain(&head.thread).cloned().collect();
        self.book().rows.insert(head.delivery.id, About { messages, to: Some(to.id.clone()) });
    }

    /// A row has ended.
    pub(crate) fn ends(&self, delivery: DeliveryId, finish: &Finish) {
        let mut book = self.book();
        let about = book.rows.remove(&delivery).unwrap_or_default();
        if let Finish::Delivered { losses, .. } = finish {
            book.losses.push((about, losses.clone()));
        }
    }

    /// What was lost by rows that came from a message, or were about it, as `is` knows it.
    pub fn by(&self, is: impl Fn(&MessageRef) -> bool) -> Vec<Loss> {
        self.found(|about| about.messages.iter().any(&is))
    }

    /// The same, on the way to one workspace.
    pub fn towards(&self, to: &str, is: impl Fn(&MessageRef) -> bool) -> Vec<Loss> {
        let there = |about: &About| about.to.as_ref().is_some_and(|id| id.as_str() == to);
        self.found(|about| there(about) && about.messages.iter().any(&is))
    }

    fn found(&self, fits: impl Fn(&About) -> bool) -> Vec<Loss> {
        let book = self.book();
        let mut found = Vec::new();
        for (_, losses) in book.losses.iter().filter(|(about, _)| fits(about)) {
            for loss in losses {
                if !found.contains(loss) {
                    found.push(*loss);
                }
            }
        }
        found
    }

    fn book(&self) -> std::sync::MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
