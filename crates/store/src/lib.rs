//! Durable state. One method is one transaction, so no transaction leaks out, none is open while a platform is called,
//! and the memory twin is honest.
//!
//! The traits are grouped by what they are about, and a function takes the narrowest group it needs. Everything that a
//! message says, and every token, is sealed before it is written; the keys of messages are destroyed with
//! them, so that a delivered text cannot be read from a freed page, a log or a copy of the file.
//!
//! # How to add a query
//!
//! 1. Add a method to the trait it belongs to in `api/`, and say what it does when it is called twice.
//! 2. Add its case to the conformance suite (`tests/it/conformance.rs`), which every store passes.
//! 3. Write it for the memory twin (`memory/`), then for SQL (`sql/`): one constant per statement at the top of the file.

pub mod api;
mod key_file;
mod leases;
mod memory;
mod moved;
mod payload_keys;
mod seal;
mod sql;

pub use api::channels::{Channels, Moved};
pub use api::console::{
    About, COMMITS, Console, Counts, DeadLetter, EXPIRED, News, Queue, SYNCS, SetAside, UNKNOWN_OUTCOME, What,
};
pub use api::error::StoreError;
pub use api::inbox::{
    Accepted, Arrived, Inbox, NewArrival, ReactionsNow, Report, Routed, SeenNow, Settled, Unreadable,
};
pub use api::lanes::{Claim, LaneId, LaneKey, Lanes, Side};
pub use api::links::{Everywhere, Interest, Known, KnownConversation, Links, Seen};
pub use api::logins::{Listening, Login, LoginSecret, LoginState, Logins, PendingGrant};
pub use api::making::{Making, Makings};
pub use api::mirrors::{Mirrors, Present};
pub use api::outbox::{
    Begin, Begun, Counterpart, Delivery, DeliveryState, Finish, Finished, Head, Outbox, Plan, Work,
};
pub use api::people::{Identity, Imported, People, Represented};
pub use api::rooms::{Room, Rooms};
pub use api::settings::Settings;
pub use key_file::{KeyFile, KeyFileError};
pub use memory::Memory;
pub use seal::MasterKey;
pub use sql::{OpenError, Sqlite};

/// Everything that is durable.
pub trait Store:
    Inbox + Outbox + Lanes + Links + Channels + Makings + Mirrors + Rooms + People + Logins + Settings + Console
{
}

impl<T> Store for T where
    T: Inbox
        + Outbox
        + Lanes
        + Links
        + Channels
        + Makings
        + Mirrors
        + Rooms
        + People
        + Logins
        + Settings
        + Console
{
}
