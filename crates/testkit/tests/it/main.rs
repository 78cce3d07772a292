//! The whole product between simulated platforms, in virtual time.

mod bugs;
mod changes;
mod crash;
mod moved;
mod notices;
mod people;
mod refused;
mod seeds;
mod silent;
mod story;
mod telling;
mod unknown;
mod wedged;
