//! The whole product between simulated platforms, in virtual time.

mod bad_input;
mod bugs;
mod changes;
mod channels;
mod crash;
mod directions;
mod feed;
mod files;
mod groups;
mod matrix;
mod mentions;
mod moved;
mod notices;
mod people;
mod reactions;
mod refused;
mod relay;
mod rotating;
mod seeds;
mod silent;
mod slack;
mod story;
mod telling;
mod unknown;
mod wedged;
