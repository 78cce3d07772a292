//! Serves the Slack simulator by itself: `cargo run -p entente-sim --example slack -- 127.0.0.1:7703`.
//!
//! Prints where the people and their tokens are, so that any client can be pointed at it by base address alone. A second
//! argument multiplies the rate limits; 0 switches them off.

use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::org;
use entente_sim::server::Port;
use entente_sim::slack::{Options, Slack, Switches};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let addr = args.next().unwrap_or_else(|| "127.0.0.1:7703".to_owned()).parse()?;
    let limits_factor: f64 = args.next().as_deref().unwrap_or("1").parse()?;
    let slack = Slack::new(Options {
        clock: Clock::system(),
        courier: Courier::tcp(),
        seed: 1,
        limits_factor,
        switches: Switches::default(),
        public_base: None,
        people: [org::acme(), org::support()].concat(),
    });
    let port = Port::open(addr, slack.router())?;
    println!("http://{}/api/ (people and tokens: http://{}/_sim/people)", port.addr(), port.addr());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
