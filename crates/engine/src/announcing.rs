//! What the Entente app says of its own accord in a channel of a link: as a plan, for whoever changes the link to write with the
//! change.

use entente_model::{Block, Body, ConversationRef, Inline, Link, Member};
use entente_store::{LaneKey, Plan, Work};

use crate::Engine;
use crate::payload::{Payload, Speaker, To};

impl Engine {
    /// A line of the app in this channel; `None` where it has no voice.
    pub(crate) fn announcement(&self, at: &ConversationRef, text: &str) -> Option<Plan> {
        let app = self.sites.get(&at.workspace.id)?.app_login()?;
        let said =
            vec![Inline::Bold(vec![Inline::Text("Entente:".to_owned())]), Inline::Text(format!(" {text}"))];
        let payload = Payload {
            body: Some(Body(vec![Block::Paragraph(said)])),
            cut: true,
            introduced: true,
            ..Payload::new(Speaker::App(app), To::Conversation(at.id.clone()))
        };
        Some(Plan {
            lane: LaneKey::Conversation(at.clone()),
            work: Work::Notice,
            source: None,
            part: 0,
            thread: None,
            payload: payload.encode(),
            accepted_at: self.now(),
        })
    }

    /// The same in all channels of a link but one.
    pub(crate) fn announcements(&self, link: &Link, but: &Member, text: &str) -> Vec<Plan> {
        let others = link.members.iter().filter(|member| member.at != but.at);
        others.filter_map(|member| self.announcement(&member.at, text)).collect()
    }

    /// The platform of a channel, as people know it.
    pub(crate) fn platform_of(&self, member: &Member) -> &'static str {
        self.sites.get(&member.at.workspace.id).map_or("another platform", |site| site.profile().name)
    }
}
