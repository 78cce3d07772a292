//! Wire-level tests of the simulators, through their routers and, where connections matter, over TCP.

mod control;
mod server;
mod slack;
mod teams;
mod webex;
mod wire;
mod zoom;
