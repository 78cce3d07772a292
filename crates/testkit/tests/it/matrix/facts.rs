//! Why less arrives: facts about the vendors, each with the page that tells it. The matrix looks a reason up for every cell that
//! does not say full; a cell without one fails the run, and so does a reason that no cell needs.

use entente_testkit::Place::{self, *};

use super::features::Feature::{self, *};

pub(super) mod channels;
pub(super) mod groups;
pub(super) mod relayed;

/// Where a fact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// Wherever it is written there.
    Source(Place),
    /// Wherever it is read there.
    Target(Place),
    /// Everywhere.
    Anywhere,
}

/// A reason.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) features: &'static [Feature],
    pub(super) at: At,
    pub(super) why: &'static str,
    /// The vendor's page.
    pub(super) page: &'static str,
}

use At::{Anywhere, Source, Target};

pub(super) const FACTS: &[Fact] = &[
    Fact {
        features: &[Long(1_000), Long(3_500), Long(7_300), Long(12_000), Long(26_000), EditLong, Wide],
        at: Target(Zoom),
        why: "a message has at most 1,024 characters",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Long(3_500), Long(7_300), Long(12_000), Long(26_000), Wide],
        at: Source(Zoom),
        why: "a message has at most 1,024 characters",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Long(7_300), Long(12_000), Long(26_000), Wide],
        at: Target(Slack),
        why: "a text of more than 4,000 characters is cut by the service",
        page: "Slack, \"chat.postMessage\"",
    },
    Fact {
        features: &[Long(26_000)],
        at: Source(Slack),
        why: "the blocks of a message are too long then, `msg_blocks_too_long`",
        page: "Slack, \"chat.postMessage\"",
    },
    Fact {
        features: &[Long(12_000), Long(26_000), Wide],
        at: Target(Webex),
        why: "a message has at most 7,439 bytes",
        page: "Webex, \"Create a Message\"",
    },
    Fact {
        features: &[Long(12_000), Long(26_000), Wide],
        at: Source(Webex),
        why: "a message has at most 7,439 bytes",
        page: "Webex, \"Create a Message\"",
    },
    Fact {
        features: &[Strike],
        at: Target(Webex),
        why: "striking out is not among the formats",
        page: "Webex, \"Formatting Messages\"",
    },
    Fact {
        features: &[Strike],
        at: Source(Webex),
        why: "striking out is not among the formats",
        page: "Webex, \"Formatting Messages\"",
    },
    Fact {
        features: &[Code, CodeBlock],
        at: Target(Zoom),
        why: "code is not among the formats of `rich_text`",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Code, CodeBlock],
        at: Source(Zoom),
        why: "code is not among the formats of `rich_text`",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Nested],
        at: Target(Zoom),
        why: "lists have one level",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Nested],
        at: Source(Zoom),
        why: "lists have one level",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Heading],
        at: Target(Slack),
        why: "rich text has no headings",
        page: "Slack, \"Rich text block\"",
    },
    Fact {
        features: &[Heading],
        at: Source(Slack),
        why: "rich text has no headings",
        page: "Slack, \"Rich text block\"",
    },
    Fact {
        features: &[CustomEmoji],
        at: Source(Slack),
        why: "the picture is the workspace's own and known nowhere else",
        page: "Slack, \"emoji.list\"",
    },
    Fact {
        features: &[CustomEmoji],
        at: Source(Teams),
        why: "the picture is the tenant's own and known nowhere else",
        page: "Graph, \"chatMessage\", `customemoji`",
    },
    Fact {
        features: &[CustomEmoji],
        at: Source(Webex),
        why: "there are none",
        page: "Webex, \"Formatting Messages\"",
    },
    Fact {
        features: &[Name],
        at: Target(Webex),
        why: "the app marks bots, and who has no account there can only be a bot",
        page: "Webex, \"Bots\"",
    },
    Fact {
        features: &[Picture],
        at: Source(Teams),
        why: "a photo is had with a token only, and the picture of a bot has to be an address",
        page: "Graph, \"Get profilePhoto\"; Webex, \"Create an Application\"",
    },
    Fact {
        features: &[Picture],
        at: Source(Zoom),
        why: "lists of people tell no pictures",
        page: "Zoom, \"List users\"",
    },
    Fact {
        features: &[Mention, MentionThird],
        at: Target(Zoom),
        why: "`at_items` call people in channels only",
        page: "Zoom, \"Send a chat message\"",
    },
    Fact {
        features: &[Everybody],
        at: Source(Teams),
        why: "only groups and channels can be mentioned as a whole",
        page: "Graph, \"chatMessageMention\"",
    },
    Fact {
        features: &[Everybody],
        at: Anywhere,
        why: "of two people only one is there to be called, and a text never calls more people than its author could",
        page: "rule of Entente",
    },
    Fact {
        features: &[Reply, ReplyToOther],
        at: Target(Teams),
        why: "chats have no threads; an answer quotes",
        page: "Graph, \"chatMessageAttachment\", `messageReference`",
    },
    Fact {
        features: &[EditMarks],
        at: Target(Zoom),
        why: "the call for edits takes plain text only",
        page: "Zoom, \"Update a message\"",
    },
    Fact {
        features: &[EditOften],
        at: Target(Webex),
        why: "a message can be edited ten times",
        page: "Webex, \"Edit a Message\"",
    },
    Fact {
        features: &[EditOften],
        at: Source(Webex),
        why: "a message can be edited ten times",
        page: "Webex, \"Edit a Message\"",
    },
    Fact {
        features: &[React, ReactOwn, ReactTwice, Unreact, ReactCustom],
        at: Source(Webex),
        why: "there is no call for reactions, and nothing tells of them",
        page: "Webex, \"Messages\"",
    },
    Fact {
        features: &[React, ReactOwn, ReactTwice, ReactCustom],
        at: Target(Webex),
        why: "there is no call for reactions, and nothing tells of them",
        page: "Webex, \"Messages\"",
    },
    Fact {
        features: &[ReactTwice],
        at: Source(Teams),
        why: "somebody's next reaction takes the place of the one before",
        page: "Graph, \"chatMessage: setReaction\"",
    },
    Fact {
        features: &[ReactTwice],
        at: Target(Teams),
        why: "somebody's next reaction takes the place of the one before",
        page: "Graph, \"chatMessage: setReaction\"",
    },
    Fact {
        features: &[ReactCustom],
        at: Source(Slack),
        why: "the picture is the workspace's own and known nowhere else",
        page: "Slack, \"emoji.list\"",
    },
    Fact {
        features: &[FileVast],
        at: Target(Webex),
        why: "a file has at most 100 MB",
        page: "Webex, \"Attaching Files and Using Markdown\"",
    },
    Fact {
        features: &[FileVast],
        at: Target(Slack),
        why: "a file has at most 1 GB",
        page: "Slack, \"Add files to Slack\"",
    },
    Fact {
        features: &[FileHuge, FileVast],
        at: Target(Zoom),
        why: "a file has at most 20 MB",
        page: "Zoom, \"Send a chat file\"",
    },
    Fact {
        features: &[ImageLarge],
        at: Target(Zoom),
        why: "an image has at most 16 MB",
        page: "Zoom, \"Send a chat file\"",
    },
    Fact {
        features: &[Card],
        at: Source(Webex),
        why: "a card works in the app that made it only",
        page: "Webex, \"Cards\"",
    },
    Fact {
        features: &[Card],
        at: Source(Teams),
        why: "a card works in the app that made it only",
        page: "Graph, \"chatMessageAttachment\"",
    },
    Fact {
        features: &[Card],
        at: Source(Slack),
        why: "what is pressed or chosen works with the app that made it only",
        page: "Slack, \"Actions block\"",
    },
    Fact {
        features: &[Wide],
        at: Target(Teams),
        why: "a message has about 28 KB",
        page: "\"Limits and specifications for Microsoft Teams\"",
    },
    Fact {
        features: &[FileVast],
        at: Source(Webex),
        why: "a file has at most 100 MB",
        page: "Webex, \"Attaching Files and Using Markdown\"",
    },
    Fact {
        features: &[FileVast],
        at: Source(Slack),
        why: "a file has at most 1 GB",
        page: "Slack, \"Add files to Slack\"",
    },
];
