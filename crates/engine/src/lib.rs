//! Everything between a stored webhook and a recorded delivery.
//!
//! Two kinds of lanes carry everything. An *inbound* lane is what was reported about one conversation: a worker claims
//! it, learns how the messages stand now, compares that with what is known, and plans. An *outbound* lane is what goes
//! to one conversation: a worker claims it, commits the intent of its head, performs it, and records what came of it.
//! Between them is only the store; each step is one transaction, so the path after a crash is the path of every day.

pub mod clock;
pub mod error;
pub mod grants;
pub mod people;
pub mod planted;
pub mod provision;
pub mod tuning;

mod announcing;
mod app_login;
mod asking;
mod authors;
mod certificate;
mod compare;
mod credit;
mod engine;
mod feeding;
mod fingerprint;
mod following;
mod in_flight;
mod inbound;
mod ingest;
mod keeper;
mod keys;
mod late;
mod linked;
mod linking;
mod listening;
mod locks;
mod naming;
mod obey;
mod outbound;
mod overdue;
mod payload;
mod reason;
mod rooms;
mod route;
mod schedule;
mod sites;
mod standing;
mod telling;
mod worker;

pub use clock::{Clock, Dice, RunningClock, WallClock};
pub use engine::{Engine, Parts};
pub use error::EngineError;
pub use ingest::Reception;
pub use linking::{Asked, Wanted};
pub use overdue::Overdue;
pub use reason::for_operators;
pub use sites::{Sites, Workspace};
pub use tuning::Tuning;
