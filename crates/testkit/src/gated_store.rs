//! The store through the gate.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use entente_model::{
    Account, AccountId, AccountRef, Conversation, ConversationRef, DeliveryId, Emoji, LoginId, MessageId,
    MessageRef, Pair, Person, PersonId, StandIn, Timestamp, WorkspaceRef,
};
use entente_store::{
    Accepted, Arrived, Begin, Begun, Claim, Console, Counts, DeadLetter, Everywhere, Finish, Finished, Head,
    Identity, Imported, Inbox, Interest, Known, LaneId, LaneKey, Lanes, Links, Listening, Login, LoginSecret,
    LoginState, Logins, Memory, NewArrival, News, Outbox, PendingGrant, People, Plan, Queue, Represented,
    Routed, SetAside, Side, StoreError, Unreadable,
};
use tokio::sync::Notify;

use crate::gate::Gate;
use crate::lost::Lost;

mod channels;
mod mirrors;
mod rooms;
mod settings;

/// A memory store through a gate.
pub struct Gated {
    inner: Memory,
    gate: Arc<Gate>,
    lost: Lost,
}

impl Gated {
    /// `inner` through `gate`; what deliveries lose is copied into `lost`.
    pub fn new(inner: Memory, gate: Arc<Gate>, lost: Lost) -> Self {
        Self { inner, gate, lost }
    }
}

#[async_trait]
impl Inbox for Gated {
    async fn accept_all(
        &self,
        arrivals: Vec<NewArrival>,
        unreadable: Vec<Unreadable>,
        now: Timestamp,
    ) -> Result<Accepted, StoreError> {
        self.gate.through("accept", self.inner.accept_all(arrivals, unreadable, now)).await
    }

    async fn arrived(&self, under: &Claim, limit: usize) -> Result<Vec<Arrived>, StoreError> {
        self.gate.through("arrived", self.inner.arrived(under, limit)).await
    }

    async fn routed(&self, under: &Claim, routed: Routed, now: Timestamp) -> Result<(), StoreError> {
        self.gate.through("routed", self.inner.routed(under, routed, now)).await
    }
}

#[async_trait]
impl Outbox for Gated {
    async fn head(&self, under: &Claim) -> Result<Option<Head>, StoreError> {
        let head = self.gate.through("head", self.inner.head(under)).await?;
        if let Some(head) = &head {
            self.lost.looks(&under.key, head);
        }
        Ok(head)
    }

    async fn begin(&self, under: &Claim, begin: Begin) -> Result<(), StoreError> {
        self.gate.through("begin", self.inner.begin(under, begin)).await
    }

    async fn finish(
        &self,
        under: &Claim,
        delivery: DeliveryId,
        finish: Finish,
        now: Timestamp,
    ) -> Result<Finished, StoreError> {
        let ended = finish.clone();
        let finished = self.gate.through("finish", self.inner.finish(under, delivery, finish, now)).await?;
        self.lost.ends(delivery, &ended);
        Ok(finished)
    }

    async fn begun(&self, lane: &LaneKey) -> Result<Vec<Begun>, StoreError> {
        self.gate.through("begun", self.inner.begun(lane)).await
    }

    async fn plan(&self, plans: Vec<Plan>, now: Timestamp) -> Result<(), StoreError> {
        self.gate.through("plan", self.inner.plan(plans, now)).await
    }
}

#[async_trait]
impl Lanes for Gated {
    async fn claim(
        &self,
        side: Side,
        max: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Claim>, StoreError> {
        self.gate.through("claim", self.inner.claim(side, max, lease, now)).await
    }

    async fn release(&self, claim: Claim, ready_at: Option<Timestamp>) -> Result<(), StoreError> {
        self.gate.through("release", self.inner.release(claim, ready_at)).await
    }

    async fn extend(&self, claim: &Claim, until: Timestamp) -> Result<(), StoreError> {
        self.gate.through("extend", self.inner.extend(claim, until)).await
    }

    async fn wedge(&self, claim: Claim, reason: &str) -> Result<(), StoreError> {
        self.gate.through("wedge", self.inner.wedge(claim, reason)).await
    }

    async fn unwedge(&self, lane: LaneId) -> Result<bool, StoreError> {
        self.gate.through("unwedge", self.inner.unwedge(lane)).await
    }

    async fn next_ready(&self, side: Side) -> Result<Option<Timestamp>, StoreError> {
        self.gate.through("next_ready", self.inner.next_ready(side)).await
    }

    fn woken(&self, side: Side) -> Arc<Notify> {
        self.inner.woken(side)
    }
}

#[async_trait]
impl Links for Gated {
    async fn known(
        &self,
        conversation: &ConversationRef,
        messages: &[MessageId],
    ) -> Result<Known, StoreError> {
        self.gate.through("known", self.inner.known(conversation, messages)).await
    }

    async fn reactions(
        &self,
        conversation: &ConversationRef,
        message: &MessageId,
    ) -> Result<Vec<(AccountId, Emoji)>, StoreError> {
        self.gate.through("reactions", self.inner.reactions(conversation, message)).await
    }

    async fn reactions_everywhere(&self, message: &MessageRef) -> Result<Everywhere, StoreError> {
        self.gate.through("reactions_everywhere", self.inner.reactions_everywhere(message)).await
    }

    async fn copies(&self, message: &MessageRef) -> Result<Vec<ConversationRef>, StoreError> {
        self.gate.through("copies", self.inner.copies(message)).await
    }

    async fn remember(
        &self,
        conversation: &Conversation,
        interest: Interest,
        pair: Option<Pair>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.gate.through("remember", self.inner.remember(conversation, interest, pair, now)).await
    }

    async fn forget(&self, conversation: &ConversationRef) -> Result<(), StoreError> {
        self.gate.through("forget", self.inner.forget(conversation)).await
    }

    async fn direct(
        &self,
        pair: Pair,
        workspace: &WorkspaceRef,
    ) -> Result<Option<ConversationRef>, StoreError> {
        self.gate.through("direct", self.inner.direct(pair, workspace)).await
    }

    async fn directs_of(
        &self,
        person: PersonId,
        workspace: &WorkspaceRef,
    ) -> Result<Vec<ConversationRef>, StoreError> {
        self.gate.through("directs_of", self.inner.directs_of(person, workspace)).await
    }
}

#[async_trait]
impl People for Gated {
    async fn import(
        &self,
        workspace: &WorkspaceRef,
        accounts: Vec<Account>,
        now: Timestamp,
    ) -> Result<Imported, StoreError> {
        self.gate.through("import", self.inner.import(workspace, accounts, now)).await
    }

    async fn accounts(&self, workspace: &WorkspaceRef) -> Result<Vec<Account>, StoreError> {
        self.gate.through("accounts", self.inner.accounts(workspace)).await
    }

    async fn account(&self, account: &AccountRef) -> Result<Option<Account>, StoreError> {
        self.gate.through("account", self.inner.account(account)).await
    }

    async fn people(&self) -> Result<Vec<Represented>, StoreError> {
        self.gate.through("people", self.inner.people()).await
    }

    async fn person(&self, id: PersonId) -> Result<Option<Represented>, StoreError> {
        self.gate.through("person", self.inner.person(id)).await
    }

    async fn person_by_email(&self, email: &str) -> Result<Option<Represented>, StoreError> {
        self.gate.through("person_by_email", self.inner.person_by_email(email)).await
    }

    async fn save_people(&self, people: Vec<(Person, Vec<AccountRef>)>) -> Result<(), StoreError> {
        self.gate.through("save_people", self.inner.save_people(people)).await
    }

    async fn save_stand_in(&self, stand_in: &StandIn) -> Result<(), StoreError> {
        self.gate.through("save_stand_in", self.inner.save_stand_in(stand_in)).await
    }

    async fn identities(&self, accounts: &[AccountRef]) -> Result<Vec<Option<Identity>>, StoreError> {
        self.gate.through("identities", self.inner.identities(accounts)).await
    }

    async fn pair(&self, pair: Pair) -> Result<Option<[Represented; 2]>, StoreError> {
        self.gate.through("pair", self.inner.pair(pair)).await
    }

    async fn search(&self, text: &str, limit: usize) -> Result<Vec<Represented>, StoreError> {
        self.gate.through("search", self.inner.search(text, limit)).await
    }

    async fn take_address(&self, address: &str, person: PersonId) -> Result<bool, StoreError> {
        self.gate.through("take_address", self.inner.take_address(address, person)).await
    }
}

#[async_trait]
impl Logins for Gated {
    async fn save_login(&self, login: &Login) -> Result<(), StoreError> {
        self.gate.through("save_login", self.inner.save_login(login)).await
    }

    async fn login(&self, id: LoginId) -> Result<Option<Login>, StoreError> {
        self.gate.through("login", self.inner.login(id)).await
    }

    async fn logins(&self, workspace: Option<&WorkspaceRef>) -> Result<Vec<Login>, StoreError> {
        self.gate.through("logins", self.inner.logins(workspace)).await
    }

    async fn renew(&self, id: LoginId, from: u64, secret: &LoginSecret) -> Result<bool, StoreError> {
        self.gate.through("renew", self.inner.renew(id, from, secret)).await
    }

    async fn set_login_state(&self, id: LoginId, state: LoginState) -> Result<(), StoreError> {
        self.gate.through("set_login_state", self.inner.set_login_state(id, state)).await
    }

    async fn save_grant(&self, grant: &PendingGrant) -> Result<(), StoreError> {
        self.gate.through("save_grant", self.inner.save_grant(grant)).await
    }

    async fn grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError> {
        self.gate.through("grant", self.inner.grant(state, now)).await
    }

    async fn redeem(&self, invitation: &[u8; 32], login: &Login, now: Timestamp) -> Result<bool, StoreError> {
        self.gate.through("redeem", self.inner.redeem(invitation, login, now)).await
    }

    async fn take_grant(&self, state: &[u8; 32], now: Timestamp) -> Result<Option<PendingGrant>, StoreError> {
        self.gate.through("take_grant", self.inner.take_grant(state, now)).await
    }

    async fn save_listening(&self, login: LoginId, listening: &Listening) -> Result<(), StoreError> {
        self.gate.through("save_listening", self.inner.save_listening(login, listening)).await
    }

    async fn listening(&self) -> Result<Vec<(LoginId, Listening)>, StoreError> {
        self.gate.through("listening", self.inner.listening()).await
    }
}

#[async_trait]
impl Console for Gated {
    async fn counts(&self) -> Result<Counts, StoreError> {
        self.gate.through("counts", self.inner.counts()).await
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
        self.gate.through("set_aside", self.inner.set_aside(workspace, reason, body, now)).await
    }

    async fn aside(&self, limit: usize) -> Result<Vec<SetAside>, StoreError> {
        self.gate.through("aside", self.inner.aside(limit)).await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadLetter>, StoreError> {
        self.gate.through("dead", self.inner.dead(limit)).await
    }

    async fn queues(&self, limit: usize) -> Result<Vec<Queue>, StoreError> {
        self.gate.through("queues", self.inner.queues(limit)).await
    }

    async fn replay(&self, delivery: DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
        self.gate.through("replay", self.inner.replay(delivery, now)).await
    }

    async fn news(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError> {
        self.gate.through("news", self.inner.news(before, limit)).await
    }

    async fn told(&self, news: &News, notices: Vec<Plan>, now: Timestamp) -> Result<bool, StoreError> {
        self.gate.through("told", self.inner.told(news, notices, now)).await
    }

    async fn late(&self, before: Timestamp, limit: usize) -> Result<Vec<News>, StoreError> {
        self.gate.through("late", self.inner.late(before, limit)).await
    }

    async fn sweep(
        &self,
        before: Timestamp,
        seen_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.gate.through("sweep", self.inner.sweep(before, seen_before, now)).await
    }
}
