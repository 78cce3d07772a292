//! The Zoom connector against handwritten payloads and against the simulator.

mod calls;
mod reading;
mod support;
