//! What can be asked of a store, by what it is about.

pub mod channels;
pub mod console;
pub mod error;
pub mod inbox;
pub mod lanes;
pub mod links;
pub mod logins;
pub mod making;
pub mod mirrors;
pub mod outbox;
pub mod people;
pub mod rooms;
pub mod settings;
