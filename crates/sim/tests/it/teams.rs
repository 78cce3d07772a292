//! Microsoft Teams: every rule of its simulator through the router, both sides of every switch.

mod bots;
mod byhand;
mod chats;
mod crypto;
mod files;
mod groups;
mod lifecycle;
mod limits;
mod listener;
mod messages;
mod notifications;
mod signin;
mod subscriptions;
mod users;
mod world;
