//! The door: a webhook is proven, read to its heads, stored in one transaction, and acknowledged. No call goes out and
//! nothing is decrypted here.

use bytes::Bytes;
use entente_model::{LoginId, WorkspaceId};
use entente_platform::{Checked, Head, HeadKind, Hook, Item, Place, Refused, Step, Unverified};
use entente_store::{NewArrival, Report, Unreadable};
use http::{Response, StatusCode};

use crate::engine::Engine;
use crate::listening::look;
use crate::planted::{Bug, planted};
use crate::sites::Workspace;

/// What to answer to a webhook.
#[derive(Debug)]
pub enum Reception {
    /// Exactly this: a hand-shake.
    Answer(Response<Bytes>),
    /// Stored, or nothing to store.
    Done(StatusCode),
    /// Not the vendor's, or not readable.
    Refused(StatusCode),
    /// Not stored; the vendor should try again.
    Unavailable,
}

impl Engine {
    /// Takes a webhook of this workspace.
    pub async fn receive(&self, workspace: &WorkspaceId, hook: Hook<Unverified>) -> Reception {
        let Some(workspace) = self.sites.get(workspace) else {
            return Reception::Refused(StatusCode::NOT_FOUND);
        };
        let receiver = workspace.receiver();
        let hook = match receiver.check(hook, self.clock.now()) {
            Ok(Checked::Answer(response)) => return Reception::Answer(response),
            Ok(Checked::Deliver(hook)) => hook,
            Err(refused) => return self.refuse(workspace, refused),
        };
        match self.store_items(workspace, receiver.heads(&hook)).await {
            Ok(()) => {
                self.steps.reached(Step::Accepted);
                Reception::Done(receiver.thanks())
            }
            Err(error) => {
                tracing::error!(workspace = %workspace.at().id, %error, "a webhook could not be stored");
                workspace.missed.store(true, std::sync::atomic::Ordering::Relaxed);
                Reception::Unavailable
            }
        }
    }

    fn refuse(&self, workspace: &Workspace, refused: Refused) -> Reception {
        let (name, status) = match refused {
            Refused::Forged => ("refused_forged", StatusCode::UNAUTHORIZED),
            Refused::Stale => ("refused_stale", StatusCode::UNAUTHORIZED),
            Refused::Malformed => ("refused_malformed", StatusCode::BAD_REQUEST),
            Refused::UnknownKey => {
                workspace.keys_wanted.notify_one();
                ("refused_unknown_key", StatusCode::SERVICE_UNAVAILABLE)
            }
        };
        self.store.count(name, 1);
        Reception::Refused(status)
    }

    /// Stores what was reported. Durable when it returns.
    pub(crate) async fn store_items(
        &self,
        workspace: &Workspace,
        items: Vec<Item>,
    ) -> Result<(), entente_store::StoreError> {
        let now = self.clock.now();
        let app = workspace.app_login();
        let told_as_changes = workspace.profile().capabilities.reactions_are_changes;
        let mut arrivals = Vec::with_capacity(items.len());
        let mut unreadable = Vec::new();
        for item in items {
            match item {
                Item::Head(head) if !self.lets_in(&head, app) => {
                    self.store.count("no_interest", 1);
                }
                Item::Head(head) => {
                    let always =
                        app == Some(head.watcher) && matches!(head.place, Place::Direct | Place::Untold);
                    // What people say to the app is not passed on, and neither is what they feel about it.
                    let felt = told_as_changes && !always;
                    arrivals.push(arrival(head, always, felt));
                }
                Item::Joined(joined) => {
                    self.store.count("joined_or_left", 1);
                    if self.rooms.has(&joined.conversation) {
                        if !joined.came {
                            self.rooms.left(joined.conversation);
                        }
                        continue;
                    }
                    let linked = self.linked.has(&joined.conversation);
                    self.look_soon(joined.conversation.clone(), None);
                    if app == Some(joined.watcher) && !linked {
                        // An administrator may be about to link it.
                        continue;
                    }
                    if !linked {
                        // It may have come to concern somebody.
                        self.store.forget(&joined.conversation).await?;
                    }
                    arrivals.push(look(joined.conversation, joined.watcher));
                }
                Item::Channel(about) => self.look_soon(about.at, about.when),
                Item::Lifecycle(lifecycle) => {
                    self.store.count("lifecycle_notices", 1);
                    self.attend(lifecycle.login, lifecycle.kind);
                }
                Item::Unknown(kind) => {
                    tracing::debug!(workspace = %workspace.at().id, kind, "a report of a kind that is not carried");
                    self.store.count("unknown_kind", 1);
                }
                Item::Malformed { reason, body } => {
                    unreadable.push(Unreadable { workspace: workspace.at().clone(), reason, body });
                }
            }
        }
        let malformed = u64::try_from(unreadable.len()).unwrap_or(u64::MAX);
        if arrivals.is_empty() && malformed == 0 {
            return Ok(());
        }
        if planted(Bug::AckBeforeCommit) {
            let store = std::sync::Arc::clone(&self.store);
            tokio::spawn(async move {
                tokio::task::yield_now().await;
                drop(store.accept_all(arrivals, unreadable, now).await);
            });
            return Ok(());
        }
        self.store.accept_all(arrivals, unreadable, now).await?;
        self.store.count("malformed", malformed);
        Ok(())
    }

    /// Whether it may be carried. Of channels what happens in those that are in a link is, and of groups that only the app was
    /// told of; and what the app hears in a room of its own. Not every platform says of a reaction whether it is in a channel; what is in no link and between no people of
    /// ours is passed over later.
    fn lets_in(&self, head: &Head, app: Option<LoginId>) -> bool {
        match head.place {
            Place::Direct | Place::Untold => true,
            Place::Group if app != Some(head.watcher) => true,
            Place::Group | Place::Channel => {
                let at = &head.message.conversation;
                self.linked.has(at) || self.heard_in_room(at)
            }
        }
    }
}

fn arrival(head: Head, always: bool, told_as_changes: bool) -> NewArrival {
    let report = match head.kind {
        HeadKind::Created => Report::Created,
        HeadKind::Changed if told_as_changes => Report::Reacted,
        HeadKind::Changed => Report::Changed,
        HeadKind::Reacted => Report::Reacted,
        HeadKind::Deleted => Report::Deleted,
    };
    NewArrival {
        message: head.message,
        report,
        watcher: head.watcher,
        actor: head.actor,
        body: head.body,
        always,
    }
}
