//! One suite for every store. A case takes a fresh world; the macro runs it on each kind.

mod channels;
mod console;
mod finish;
mod inbox;
mod lanes;
mod lease;
mod links;
mod logins;
mod mirrors;
mod order;
mod outbox;
mod overdue;
mod people;
mod restart;
mod rooms;
mod settings;
mod settle;
mod sweep;
mod thread;

/// Makes a test of each case for each kind of store.
macro_rules! conformance {
    ($($case:ident)*) => {
        mod memory {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::world::World::memory()).await;
            })*
        }
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                super::$case(crate::world::World::sqlite()).await;
            })*
        }
    };
}
use conformance;
