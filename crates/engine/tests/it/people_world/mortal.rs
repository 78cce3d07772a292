//! A process that ends between any two steps: before the nth call to the store or a vendor, or after it, before its
//! caller learns of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    Account, AccountId, AccountRef, Away, Conversation, ConversationRef, DeliveryId, Emoji, Link, LinkId,
    LinkOptions, LinkState, LoginId, Member, MessageId, MessageRef, Mirror, Pair, Person, PersonId, StandIn,
    Timestamp, WorkspaceRef,
};
use entente_store::{
    Accepted, Arrived, Begin, Begun, Channels, Claim, Console, Counts, DeadLetter, Everywhere, Finish,
    Finished, Head, Identity, Imported, Inbox, Interest, Known, LaneId, LaneKey, Lanes, Links, Listening,
    Login, LoginSecret, LoginState, Logins, Making, Makings, Memory, Mirrors, Moved, NewArrival, News,
    Outbox, PendingGrant, People, Plan, Present, Queue, Represented, Room, Rooms, Routed, SetAside, Settings,
    Side, StoreError, Unreadable,
};
use tokio::sync::Notify;

/// How long a process lives, in steps.
#[derive(Clone)]
pub(crate) struct Life(Arc<Inner>);

struct Inner {
    steps: AtomicUsize,
    last: AtomicUsize,
    over: Notify,
}

impl Life {
    /// Never ends.
    pub(crate) fn immortal() -> Self {
        Self(Arc::new(Inner {
            steps: AtomicUsize::new(0),
            last: AtomicUsize::new(usize::MAX),
            over: Notify::new(),
        }))
    }

    /// From here on, so many more steps.
    pub(crate) fn end_after(&self, steps: usize) {
        self.0.last.store(self.0.steps.load(Ordering::SeqCst) + steps, Ordering::SeqCst);
    }

    /// What comes of `doing`; `None` if the process ends first.
    pub(crate) async fn lives<T>(&self, doing: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.0.over.notified() => None,
            done = doing => Some(done),
        }
    }

    /// One step. Does not return when it is the last.
    pub(crate) async fn step(&self) {
        if self.0.steps.fetch_add(1, Ordering::SeqCst) >= self.0.last.load(Ordering::SeqCst) {
            self.0.over.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// A store of a mortal process. What was committed before its end stays.
pub(crate) struct MortalStore {
    inner: Memory,
    life: Life,
}

impl MortalStore {
    pub(crate) fn new(inner: Memory, life: Life) -> Self {
        Self { inner, life }
    }
}

/// Hands methods on, with a step before and a step after each.
macro_rules! mortal {
    ($name:ident: $(fn $method:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        #[async_trait]
        impl $name for MortalStore {
            $(async fn $method(&self, $($argument: $type),*) -> Result<$result, StoreError> {
                self.life.step().await;
                let result = self.inner.$method($($argument),*).await;
                self.life.step().await;
                result
            })*
        }
    };
}

mortal! { Inbox:
    fn accept_all(arrivals: Vec<NewArrival>, unreadable: Vec<Unreadable>, now: Timestamp) -> Accepted;
    fn arrived(under: &Claim, limit: usize) -> Vec<Arrived>;
    fn routed(under: &Claim, routed: Routed, now: Timestamp) -> ();
}

mortal! { Links:
    fn known(conversation: &ConversationRef, messages: &[MessageId]) -> Known;
    fn reactions(conversation: &ConversationRef, message: &MessageId) -> Vec<(AccountId, Emoji)>;
    fn reactions_everywhere(message: &MessageRef) -> Everywhere;
    fn copies(message: &MessageRef) -> Vec<ConversationRef>;
    fn remember(conversation: &Conversation, interest: Interest, pair: Option<Pair>, now: Timestamp) -> ();
    fn forget(conversation: &ConversationRef) -> ();
    fn direct(pair: Pair, workspace: &WorkspaceRef) -> Option<ConversationRef>;
    fn directs_of(person: PersonId, workspace: &WorkspaceRef) -> Vec<ConversationRef>;
}

mortal! { Logins:
    fn save_login(login: &Login) -> ();
    fn login(id: LoginId) -> Option<Login>;
    fn logins(workspace: Option<&WorkspaceRef>) -> Vec<Login>;
    fn renew(id: LoginId, from: u64, secret: &LoginSecret) -> bool;
    fn set_login_state(id: LoginId, state: LoginState) -> ();
    fn save_grant(grant: &PendingGrant) -> ();
    fn grant(state: &[u8; 32], now: Timestamp) -> Option<PendingGrant>;
    fn redeem(invitation: &[u8; 32], login: &Login, now: Timestamp) -> bool;
    fn take_grant(state: &[u8; 32], now: Timestamp) -> Option<PendingGrant>;
    fn save_listening(login: LoginId, listening: &Listening) -> ();
    fn listening() -> Vec<(LoginId, Listening)>;
}

mortal! { Outbox:
    fn head(under: &Claim) -> Option<Head>;
    fn begin(under: &Claim, begin: Begin) -> ();
    fn finish(under: &Claim, delivery: DeliveryId, finish: Finish, now: Timestamp) -> Finished;
    fn begun(lane: &LaneKey) -> Vec<Begun>;
    fn plan(plans: Vec<Plan>, now: Timestamp) -> ();
}

mortal! { People:
    fn import(workspace: &WorkspaceRef, accounts: Vec<Account>, now: Timestamp) -> Imported;
    fn accounts(workspace: &WorkspaceRef) -> Vec<Account>;
    fn account(account: &AccountRef) -> Option<Account>;
    fn people() -> Vec<Represented>;
    fn person(id: PersonId) -> Option<Represented>;
    fn person_by_email(email: &str) -> Option<Represented>;
    fn save_people(people: Vec<(Person, Vec<AccountRef>)>) -> ();
    fn save_stand_in(stand_in: &StandIn) -> ();
    fn identities(accounts: &[AccountRef]) -> Vec<Option<Identity>>;
    fn pair(pair: Pair) -> Option<[Represented; 2]>;
    fn search(text: &str, limit: usize) -> Vec<Represented>;
    fn take_address(address: &str, person: PersonId) -> bool;
}

mortal! { Channels:
    fn add_link(link: &Link) -> Result<(), ConversationRef>;
    fn link(id: LinkId) -> Option<Link>;
    fn links() -> Vec<Link>;
    fn set_link_state(id: LinkId, state: &LinkState, notices: Vec<Plan>, now: Timestamp) -> bool;
    fn set_link_options(id: LinkId, options: LinkOptions) -> bool;
    fn attendance(channel: &ConversationRef) -> Option<BTreeSet<AccountRef>>;
    fn attend(channel: &ConversationRef, now: &BTreeSet<AccountRef>, moved: &[Moved], notices: Vec<Plan>, at: Timestamp) -> ();
    fn see_channel(
        channel: &ConversationRef, name: &str, topic: Option<&str>, away: Option<Away>
    ) -> bool;
}

mortal! { Makings:
    fn making(workspace: &WorkspaceRef, name: &str) -> Option<Making>;
    fn set_making(making: &Making) -> ();
    fn forget_making(workspace: &WorkspaceRef, name: &str) -> ();
}

mortal! { Mirrors:
    fn add_group(link: &Link, mirrors: &[Mirror], present: &[Present]) -> Result<(), ConversationRef>;
    fn mirrors(link: LinkId) -> Vec<Mirror>;
    fn unfinished() -> Vec<LinkId>;
    fn set_mirror(link: LinkId, mirror: &Mirror) -> ();
    fn mirror_made(link: LinkId, by: LoginId, member: &Member) -> Result<(), ConversationRef>;
    fn mirror_ready(link: LinkId, workspace: &WorkspaceRef, present: &[Present], notices: Vec<Plan>, now: Timestamp) -> bool;
    fn hear(link: LinkId, at: &ConversationRef, listener: LoginId) -> ();
    fn present(link: LinkId) -> Vec<Present>;
    fn set_present(link: LinkId, conversations: &[ConversationRef], present: &[Present], notices: Vec<Plan>, now: Timestamp) -> ();
}

mortal! { Rooms:
    fn room(pair: Pair, workspace: &WorkspaceRef) -> Option<Room>;
    fn rooms() -> Vec<(ConversationRef, Pair)>;
    fn set_room(room: &Room) -> bool;
    fn abandon_room(pair: Pair, workspace: &WorkspaceRef, notices: Vec<Plan>, now: Timestamp) -> bool;
}

mortal! { Settings:
    fn setting(name: &str) -> Option<Vec<u8>>;
    fn setting_or(name: &str, value: Vec<u8>) -> Vec<u8>;
    fn save_setting(name: &str, value: Vec<u8>) -> ();
}

// The rest is not called here, and what has methods of another kind is written out.

#[async_trait]
impl Lanes for MortalStore {
    async fn claim(
        &self,
        side: Side,
        max: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError> {
        self.inner.claim(side, max, lease, now).await
    }

    async fn release(&self, claim: Claim, ready_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.inner.release(claim, ready_at).await
    }

    async fn extend(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.inner.extend(claim, until).await
    }

    async fn wedge(&self, claim: Claim, reason: &str) -> Result<(), StoreError> {
        self.inner.wedge(claim, reason).await
    }

    async fn unwedge(&self, lane: LaneId) -> Result<bool, StoreError> {
        self.inner.unwedge(lane).await
    }

    async fn next_ready(&self, side: Side) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_ready(side).await
    }

    fn woken(&self, side: Side) -> Arc<Notify> {
        self.inner.woken(side)
    }
}

#[async_trait]
impl Console for MortalStore {
    async fn counts(&self) -> Result<Counts, StoreError> {
        self.inner.counts().await
    }

    fn count(&self, name: &str, by: u64) {
        self.inner.count(name, by);
    }

    async fn set_aside(
        &self,
        workspace: &WorkspaceRef,
        reason: &str,
        body: Bytes,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.inner.set_aside(workspace, reason, body, now).await
    }

    async fn aside(&self, limit: usize) -> Result<Vec<SetAside>, StoreError> {
        self.inner.aside(limit).await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.inner.dead(limit).await
    }

    async fn queues(&self, limit: usize) -> Result<Vec<Queue>, StoreError> {
        self.inner.queues(limit).await
    }

    async fn replay(&self, delivery: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        self.inner.replay(delivery, now).await
    }

    async fn news(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError> {
        self.inner.news(before, limit).await
    }

    async fn told(&self, news: &News, notices: Vec<Plan>, now: Timestamp) -> Result<bool, StoreError> {
        self.inner.told(news, notices, now).await
    }

    async fn late(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError> {
        self.inner.late(before, limit).await
    }

    async fn sweep(
        &self,
        before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.inner.sweep(before, seen_before, now).await
    }
}
