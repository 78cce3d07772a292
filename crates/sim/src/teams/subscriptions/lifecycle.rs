//! The end of a subscription, and the notices that come before.
//!
//! Graph: "Reduce missing change notifications and removed subscriptions". `reauthorizationRequired` comes when a token
//! or the subscription itself is about to lapse, `subscriptionRemoved` when Graph gave it up, `missed` when it lost
//! notifications. They go to the lifecycle address only; without one nobody is told.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::table::Subscription;
use crate::teams::clockwork::offset;
use crate::teams::notify::{outbox, send};
use crate::teams::sim::Sim;

/// So long before the end the reminder comes; for shorter lives, half-way.
const AHEAD: Duration = Duration::from_mins(15);

/// How often a notice is tried.
const ATTEMPTS: u32 = 8;

/// Sets the timers of one version of a subscription: the reminder, then the end.
pub(crate) fn watch(sim: &Arc<Sim>, subscription: &Arc<Subscription>) {
    let length = subscription.expires.duration_since(sim.now()).unsigned_abs();
    let remind = length.saturating_sub(AHEAD).max(length / 2);
    let (weak, seen) = (Arc::downgrade(sim), Arc::clone(subscription));
    tokio::spawn(async move {
        tokio::time::sleep(remind).await;
        let Some(sim) = weak.upgrade() else { return };
        if !current(&sim, &seen) {
            return;
        }
        notice(&sim, &seen, "reauthorizationRequired");
        drop(sim);
        tokio::time::sleep(length.saturating_sub(remind)).await;
        let Some(sim) = weak.upgrade() else { return };
        if current(&sim, &seen) {
            sim.subscriptions().remove(&seen.id);
        }
    });
}

fn current(sim: &Sim, seen: &Subscription) -> bool {
    sim.subscriptions().get(&seen.id).is_some_and(|one| one.version == seen.version)
}

/// Sends one notice, with a few attempts, in the background.
pub(crate) fn notice(sim: &Arc<Sim>, subscription: &Arc<Subscription>, event: &str) {
    let Some(url) = subscription.lifecycle_url.clone() else { return };
    if let Some(rule) = sim.control.faults.strike("HOOK", &outbox::path_of(&url))
        && matches!(rule.fault, crate::faults::Fault::Drop)
    {
        return;
    }
    let body = json!({"value": [{
        "subscriptionId": &*subscription.id,
        "subscriptionExpirationDateTime": offset(subscription.expires),
        "tenantId": &*sim.tenant,
        "clientState": subscription.client_state,
        "lifecycleEvent": event,
    }]});
    let body = Bytes::from(body.to_string());
    let weak = Arc::downgrade(sim);
    tokio::spawn(async move {
        let mut pause = Duration::from_secs(2);
        for _ in 0..ATTEMPTS {
            let Some(sim) = weak.upgrade() else { return };
            if send::post(&sim, &url, body.clone(), Duration::from_secs(3)).await {
                return;
            }
            drop(sim);
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    });
}

/// Ends a subscription at once; told or not. `false` if there is none.
pub(crate) fn remove(sim: &Arc<Sim>, id: &str, told: bool) -> bool {
    let gone = sim.subscriptions().remove(id);
    if let Some(gone) = gone.as_ref().filter(|_| told) {
        notice(sim, gone, "subscriptionRemoved");
    }
    gone.is_some()
}

/// What happens to a person's subscriptions when consent or password are gone: delivery stops until somebody
/// authorizes again, and the lifecycle address is told.
pub(crate) fn suspend(sim: &Arc<Sim>, person: &str, app: Option<&str>) {
    let mut subscriptions = sim.subscriptions();
    let mut hit: Vec<Arc<Subscription>> = subscriptions
        .all()
        .filter(|one| one.person.as_ref().is_some_and(|maker| &*maker.id == person))
        .filter(|one| app.is_none_or(|app| *app == *one.app))
        .cloned()
        .collect();
    hit.sort_by(|a, b| a.id.cmp(&b.id));
    for one in &hit {
        subscriptions.put(Subscription { suspended: true, ..Subscription::clone(one) });
    }
    drop(subscriptions);
    for one in hit {
        notice(sim, &one, "reauthorizationRequired");
    }
}
