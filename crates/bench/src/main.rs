//! `entente-bench`: the product's figures, taken from outside.
//!
//! The product is the release binary as it is shipped, in a process of its own on one core, with a fresh database that
//! syncs every commit. This process has the other core: it is both platforms (the simulators, reached over TCP by their
//! addresses) and all people (who type by calling the simulators in process, so that typing costs no HTTP). Nothing of
//! the product is linked in, and nothing it believes is asked: a message counts when it stands in the target's ledger,
//! under the right name, in the right conversation, in order ([`tally`]).
//!
//! A figure alone says little about an unknown machine, so the same load goes through two *floors* in the same run
//! ([`floor`]): what a program must do at least, without and with a disk. A run in which the load's own core was nearly
//! full, or in which anything was lost, doubled, reordered or said by the wrong person, is void.
//!
//! `cargo xtask bench` builds everything and starts this pinned; see `run` for the cases and `kill` for the run in
//! which the product is killed again and again.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod cases;
mod chart;
mod configuration;
mod cpu;
mod floor;
mod four;
mod hosts;
mod judge;
mod load;
mod machine;
mod measure;
mod people;
mod product;
mod report;
mod run;
mod server;
mod stats;
mod tally;
mod typists;
mod world;

/// Figures of the product, from outside.
#[derive(Parser)]
#[command(name = "entente-bench", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take the figures.
    Run(run::Run),
    /// One of the floors, in a process of its own.
    #[command(hide = true)]
    Floor(floor::Floor),
}

fn main() -> ExitCode {
    // One thread: this process has one core, and a message's way through it is easier to follow.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("entente-bench: {error}");
            return ExitCode::FAILURE;
        }
    };
    let done = runtime.block_on(async {
        match Cli::parse().command {
            Command::Run(command) => command.run().await,
            Command::Floor(command) => command.run().await.map(|()| true),
        }
    });
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("entente-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
