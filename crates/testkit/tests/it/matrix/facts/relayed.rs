//! Why less arrives where the app speaks for somebody to one other. What an app cannot do in a channel either is told there.

use entente_testkit::Place::*;

use super::At::{Source, Target};
use super::Fact;
use crate::matrix::features::Feature::*;

pub(in crate::matrix) const FACTS: &[Fact] = &[
    Fact {
        features: &[Italic],
        at: Target(Zoom),
        why: "what a chatbot writes is plain, for its blocks have one format each",
        page: "Zoom, \"Send Chatbot messages\"",
    },
    Fact {
        features: &[Reply, ReplyToOther],
        at: Target(Teams),
        why: "what an app says in a chat answers nothing",
        page: "Bot Framework, \"Send and receive messages\"",
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
];
