//! Why less arrives in linked channels, where an app passes on what people write who have no account there.

use entente_testkit::Place::*;

use super::At::{Anywhere, Source, Target};
use super::Fact;
use crate::matrix::features::Feature::*;

pub(in crate::matrix) const FACTS: &[Fact] = &[
    Fact {
        features: &[Long(3_500), Long(7_300), EditLong, DeleteLong],
        at: Target(Zoom),
        why: "a message has at most 1,024 characters",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Long(3_500), Long(7_300)],
        at: Source(Zoom),
        why: "a message has at most 1,024 characters",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Long(7_300)],
        at: Target(Slack),
        why: "a text of more than 4,000 characters is cut by the service",
        page: "Slack, \"chat.postMessage\"",
    },
    Fact {
        features: &[Bold, Code, Bullets, Link],
        at: Target(Zoom),
        why: "what a chatbot writes is plain, for its blocks have one format each",
        page: "Zoom, \"Send Chatbot messages\"",
    },
    Fact {
        features: &[Code],
        at: Source(Zoom),
        why: "code is not among the formats of `rich_text`",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Name],
        at: Target(Webex),
        why: "an app speaks by its own name",
        page: "Webex, \"Bots\"",
    },
    Fact {
        features: &[Name],
        at: Target(Teams),
        why: "an app speaks by its own name",
        page: "Bot Framework, \"Send and receive messages\"",
    },
    Fact {
        features: &[Name],
        at: Target(Zoom),
        why: "a chatbot speaks by its own name",
        page: "Zoom, \"Send Chatbot messages\"",
    },
    Fact {
        features: &[Name],
        at: Target(Slack),
        why: "an app may choose a name and is marked; the platform behind it keeps anybody from passing for somebody else",
        page: "Slack, \"chat.postMessage\", `username`",
    },
    Fact {
        features: &[Present],
        at: Target(Webex),
        why: "the app marks bots, and who has no account there can only be a bot",
        page: "Webex, \"Bots\"",
    },
    Fact {
        features: &[Present],
        at: Target(Teams),
        why: "in channels of teams the app speaks for everybody",
        page: "rule of Entente",
    },
    Fact {
        features: &[Picture],
        at: Anywhere,
        why: "pictures do not go along with what the app passes on",
        page: "rule of Entente",
    },
    Fact {
        features: &[MentionThird],
        at: Target(Teams),
        why: "in channels of teams the app calls nobody",
        page: "rule of Entente",
    },
    Fact {
        features: &[MentionThird],
        at: Target(Zoom),
        why: "`at_items` are for messages of people, and a chatbot has none",
        page: "Zoom, \"Send Chatbot messages\"",
    },
    Fact {
        features: &[Everybody],
        at: Anywhere,
        why: "a text does not call everybody unless the link allows it",
        page: "rule of Entente",
    },
    Fact {
        features: &[Moderated],
        at: Source(Zoom),
        why: "nobody but its author deletes a message",
        page: "Zoom, \"Delete a message\"",
    },
    Fact {
        features: &[React, ReactTogether, Unreact],
        at: Source(Webex),
        why: "there is no call for reactions, and nothing tells of them",
        page: "Webex, \"Messages\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Webex),
        why: "there is no call for reactions, and nothing tells of them",
        page: "Webex, \"Messages\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Slack),
        why: "an app reacts once for all who have no account there",
        page: "Slack, \"reactions.add\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Teams),
        why: "an app cannot react",
        page: "Bot Framework, \"Send and receive messages\"",
    },
    Fact {
        features: &[React, ReactTogether],
        at: Target(Zoom),
        why: "a chatbot cannot react",
        page: "Zoom, \"React to a chat message\"",
    },
    Fact {
        features: &[File, Image, Files],
        at: Target(Teams),
        why: "an app has no files of its own in a team",
        page: "Graph, \"Upload or replace the contents of a driveItem\"",
    },
    Fact {
        features: &[File, Image, Files],
        at: Target(Zoom),
        why: "files are sent by people alone",
        page: "Zoom, \"Send a chat file\"",
    },
    Fact {
        features: &[File, Image, Files],
        at: Source(Teams),
        why: "the app asks for no access to everybody's files",
        page: "rule of Entente",
    },
];
