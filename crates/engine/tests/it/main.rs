//! The engine against stores in memory and vendors made up for the purpose.

mod grants_consent;
mod people_sync;
mod people_world;
mod provision_bots;
