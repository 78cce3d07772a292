//! The whole product between simulated platforms, in virtual time.

mod bugs;
mod crash;
mod seeds;
mod story;
