//! Teams through its public face: documented payloads in, documented requests out, and forgeries refused.

mod conforming;
mod creating;
mod drives;
mod fetching;
mod files;
mod forged;
mod groups;
mod pacing;
mod reading;
mod receiving;
mod requests;
mod simulated;
mod speaking;
mod subscribing;
mod support;
mod together;
mod wiretap;
mod world;
