//! Serves the Webex simulator by itself: `cargo run -p entente-sim --example webex -- 127.0.0.1:7701`.
//!
//! Prints the people and their tokens, so that any client can be pointed at it by base address alone.

use entente_sim::clock::Clock;
use entente_sim::courier::Courier;
use entente_sim::server::Port;
use entente_sim::webex::{Options, Switches, Webex};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let addr = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:7701".to_owned());
    let webex = Webex::new(Options {
        clock: Clock::system(),
        courier: Courier::tcp(),
        seed: 1,
        limits_factor: 1.0,
        switches: Switches::default(),
        public_base: None,
        people: entente_sim::org::acme(),
    });
    let port = Port::open(addr.parse()?, webex.router())?;
    println!("http://{}/v1 (people and tokens: http://{}/_sim/people)", port.addr(), port.addr());
    std::future::pending::<()>().await;
    Ok(())
}
