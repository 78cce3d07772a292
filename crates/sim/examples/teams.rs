//! Serves the Teams simulator alone, for trying a client against it by hand:
//! `cargo run -p entente-sim --example teams -- 127.0.0.1:7702`.

use std::error::Error;

use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::org;
use entente_sim::server::Port;
use entente_sim::teams::{Options, Switches, Teams};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let addr = args.next().unwrap_or_else(|| "127.0.0.1:7702".to_owned()).parse()?;
    let limits_factor: f64 = args.next().as_deref().unwrap_or("1").parse()?;
    let teams = Teams::new(Options {
        clock: Clock::system(),
        courier: Courier::tcp(),
        seed: 1,
        limits_factor,
        switches: Switches::default(),
        public_base: None,
        people: org::acme(),
    });
    let port = Port::open(addr, teams.router())?;
    println!("http://{}/_sim/people", port.addr());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
