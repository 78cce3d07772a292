//! Entente: people on different chat platforms talk to each other, each in the app they already use.
//!
//! The binary sees everything and decides nothing: it reads the configuration, puts the engine together with the store,
//! the platforms and the surfaces, and runs it until it is told to stop. All other commands talk to a running server
//! over its API, so that there is one way to do a thing. `demo` and `sandbox` start the simulated platforms beside it;
//! nothing in the server can tell them from the real ones.

use std::process::ExitCode;

mod client;
mod commands;
mod config;
#[cfg(feature = "steps")]
mod death;
mod demo;
mod lifecycle;
mod platforms;
mod refusal;
mod said;
mod server;
mod table;
mod wire;

// An import of ten thousand people is large and over in a second; this allocator gives the memory back
// (`.cargo/config.toml` says how soon).
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("entente: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(commands::run());
    // What still runs after an orderly stop has had its time.
    runtime.shutdown_background();
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("entente: {error:#}");
            if error.is::<refusal::Refusal>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}
