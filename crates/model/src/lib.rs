//! The words Entente thinks in: ids, events, bodies, operations, outcomes, people.
//!
//! The model knows nothing: no I/O, no async, no serialization, no platform. Rows, wire payloads and API bodies are
//! types of their own at their own edge, so that none of them can pull the core along when it changes.

pub mod body;
pub mod event;
pub mod file;
pub mod id;
pub mod link;
mod mentions;
pub mod mirror;
pub mod name;
pub mod operation;
pub mod outcome;
pub mod people;
pub mod plain;
pub mod reaction;
pub mod time;

pub use body::{Block, Body, Inline, Mention};
pub use event::{Change, Event, Message, Snapshot};
pub use file::FileRef;
pub use id::{
    AccountId, AccountRef, ArrivalId, ConversationId, ConversationRef, DeliveryId, EventKey, FileId, LinkId,
    LoginId, MessageId, MessageRef, PersonId, PlatformId, WorkspaceId, WorkspaceRef,
};
pub use link::{Away, Backfill, Files, Flow, LONGEST_HISTORY, Link, LinkOptions, LinkState, Member};
pub use mirror::{Mirror, MirrorState};
pub use name::{plain_line, plain_name, plain_person};
pub use operation::{Alias, Destination, Draft, Operation, Sender};
pub use outcome::{CallError, DropReason, Loss, Receipt};
pub use people::{
    Account, Channel, ChannelNow, Conversation, ConversationKind, Pair, Person, Primary, StandIn,
    StandInMode, StandInState,
};
pub use plain::is_visible;
pub use reaction::{Emoji, Reaction};
pub use time::Timestamp;
