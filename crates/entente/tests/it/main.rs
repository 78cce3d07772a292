//! The real binary, on real ports: what it refuses, how it starts and stops, and the demo from its first line to a message
//! that crosses.

mod api;
mod commands;
mod demo;
mod program;
mod refusals;
mod serving;
mod world;
