//! The whole product between simulated platforms, in virtual time.

mod bugs;
mod changes;
mod crash;
mod notices;
mod people;
mod seeds;
mod story;
