//! What people write to the Entente app itself: `find <name>`, answered in the same conversation with the addresses of
//! those found, and anything else, answered with what can be asked. Only people of the organisation are answered.

use entente_model::{Block, Body, DropReason, Inline, LoginId, Snapshot, StandInState, WorkspaceRef};
use entente_store::{Identity, Known, LaneKey, Plan, Represented, Routed, SeenNow, Work};

use crate::compare::{self, Verdict};
use crate::engine::Engine;
use crate::inbound::{Digest, Hold, Reported, accepted_at};
use crate::payload::{Payload, Speaker, To};

/// At most so many people are named in an answer.
const MOST: usize = 10;

impl Engine {
    /// Answers what was written to the app, which speaks with this login.
    pub(crate) async fn obey(
        &self,
        reported: &Reported<'_>,
        known: &Known,
        app: LoginId,
    ) -> Result<Digest, Hold> {
        let news = self.news(reported, known, None).await?;
        let mut routed = Routed {
            done: reported.arrivals.iter().map(|arrival| arrival.id).collect(),
            drops: news.drops,
            mark: news.mark,
            ..Routed::default()
        };
        for (snapshot, verdict) in news.stand {
            if verdict != Verdict::New {
                routed.drops.push(if verdict == Verdict::Ours {
                    DropReason::Echo
                } else {
                    DropReason::Command
                });
                continue;
            }
            routed.seen.push(SeenNow {
                message: snapshot.message.at.id.clone(),
                version: compare::version(&snapshot),
                deleted: false,
                silent: false,
            });
            let asking = self.store.identities(std::slice::from_ref(&snapshot.message.author)).await?;
            let Some(Some(asking)) = asking.into_iter().next() else {
                routed.drops.push(DropReason::NoInterest);
                continue;
            };
            let answer = self.answer(&snapshot, &asking, reported).await?;
            routed.drops.push(DropReason::Command);
            routed.plans.push(reply(reported, app, &snapshot, answer));
        }
        Ok(Digest { routed, aside: news.aside })
    }

    async fn answer(
        &self,
        snapshot: &Snapshot,
        asking: &Identity,
        reported: &Reported<'_>,
    ) -> Result<Body, Hold> {
        let text = snapshot.message.body.plain();
        let mut words = text.split_whitespace();
        let command = words.next().unwrap_or_default().to_lowercase();
        let name = words.collect::<Vec<_>>().join(" ");
        if command != "find" || name.is_empty() {
            return Ok(Body::text(
                "Write “find” and a colleague's name, and I answer with the address to write to.",
            ));
        }
        let here = &reported.conversation.workspace;
        let found = self.store.search(&name, MOST).await?;
        let items: Vec<Vec<Block>> = found
            .iter()
            .filter(|found| found.person.id != asking.represented.person.id)
            .filter_map(|found| self.entry(found, here))
            .map(|content| vec![Block::Paragraph(content)])
            .collect();
        if items.is_empty() {
            return Ok(Body(vec![Block::Paragraph(vec![Inline::Text(format!(
                "Nobody whose name contains “{name}” can be written to from here."
            ))])]));
        }
        Ok(Body(vec![
            Block::Paragraph(vec![Inline::Text("You can write to:".to_owned())]),
            Block::List { ordered: false, items },
        ]))
    }

    fn entry(&self, found: &Represented, here: &WorkspaceRef) -> Option<Vec<Inline>> {
        let primary = found.person.primary.as_ref()?;
        let home = self.sites.home(&found.person)?.profile().name;
        let stand_in =
            found.stand_ins.iter().find(|s| s.workspace == *here && s.state == StandInState::Active);
        let address = if primary.account.workspace == *here {
            found.person.email.clone()
        } else {
            stand_in?.address.clone().unwrap_or_else(|| found.person.email.clone())
        };
        Some(vec![
            Inline::Bold(vec![Inline::Text(found.person.name.clone())]),
            Inline::Text(format!(" ({home}): {address}")),
        ])
    }
}

fn reply(reported: &Reported<'_>, app: LoginId, snapshot: &Snapshot, body: Body) -> Plan {
    let payload = Payload {
        body: Some(body),
        cut: true,
        introduced: true,
        ..Payload::new(Speaker::App(app), To::Conversation(reported.conversation.id.clone()))
    };
    Plan {
        lane: LaneKey::Conversation(reported.conversation.clone()),
        work: Work::Notice,
        source: None,
        part: 0,
        thread: None,
        payload: payload.encode(),
        accepted_at: accepted_at(reported, &snapshot.message.at.id),
    }
}
