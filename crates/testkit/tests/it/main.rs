//! The whole product between simulated platforms, in virtual time.

mod crash;
mod story;
