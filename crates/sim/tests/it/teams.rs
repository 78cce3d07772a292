//! Microsoft Teams: every rule of its simulator through the router, both sides of every switch.

mod chats;
mod limits;
mod messages;
mod signin;
mod users;
mod world;
