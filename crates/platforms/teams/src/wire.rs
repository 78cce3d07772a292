//! The payloads as Microsoft names them, one file a resource. Only what is read or written here is listed; everything
//! else that the vendor sends is skipped. Absent and null mean the same (Graph sends both).

pub(crate) mod activity;
pub(crate) mod catalog;
pub(crate) mod chat;
pub(crate) mod drive;
pub(crate) mod error;
pub(crate) mod keys;
pub(crate) mod list;
pub(crate) mod message;
pub(crate) mod notification;
pub(crate) mod outgoing;
pub(crate) mod subscription;
pub(crate) mod user;
