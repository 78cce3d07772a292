//! What deliveries were recorded to have lost: a copy of what the product told its store, by the message that it came from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use entente_model::{DeliveryId, Loss, MessageRef};
use entente_store::{Finish, Head};

/// A copy of every loss that was recorded. All clones are one.
#[derive(Clone, Default)]
pub struct Lost(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    /// What rows that are being worked on are about.
    rows: HashMap<DeliveryId, Vec<MessageRef>>,
    /// What was lost, and what the row was about.
    losses: Vec<(Vec<MessageRef>, Vec<Loss>)>,
}

impl Lost {
    /// A row is being looked at.
    pub(crate) fn looks(&self, head: &Head) {
        // A sign of a reaction comes from no message; it is about the one that it stands at.
        let about = head.delivery.source.iter().chain(&head.thread).cloned().collect();
        self.book().rows.insert(head.delivery.id, about);
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
        let book = self.book();
        let mut found = Vec::new();
        for (_, losses) in book.losses.iter().filter(|(about, _)| about.iter().any(&is)) {
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
