//! What is told that is no message between people: changes of people, a consent taken back, and what a chatbot hears.

use std::sync::Arc;

use serde_json::json;

use crate::clock::iso_millis;
use crate::zoom::delivery::{self, Line};
use crate::zoom::id;
use crate::zoom::messages::shape::date_time;
use crate::zoom::world::World;
use crate::zoom::world::subscriptions::Scope;

impl World {
    /// `user.created`, `user.activated`, `user.deactivated`, `user.updated`: to account-level subscriptions.
    pub(in crate::zoom) fn tell_of_user(&mut self, event: &str, person: &str) {
        let (Some(person), Some(owner)) = (self.people.get(person), self.people.first()) else { return };
        if person.account != self.account {
            return;
        }
        let (first, last) = person.names();
        let now = self.subscriptions.control.clock.millis();
        let body = json!({"event": event, "event_ts": now, "payload": {
            "account_id": &*self.account,
            "operator": owner.email,
            "operator_id": &*owner.id,
            "object": {
                "id": &*person.id, "first_name": first, "last_name": last, "display_name": person.name,
                "email": person.email, "type": 2,
            },
        }});
        for id in self.subscriptions.wanting(event) {
            let whole = self.subscriptions.by_id.get(&id).is_some_and(|one| one.scope == Scope::Account);
            if whole {
                self.subscriptions.emit(&id, event, &body);
            }
        }
    }

    /// `app_deauthorized`, to the app's own endpoint. It has no `event_ts` where the others have it.
    pub(in crate::zoom) fn tell_deauthorized(&mut self, client: &str, person: &str) {
        let Some(app) = self.apps.get(client) else { return };
        let Some(url) = &app.deauthorization_endpoint else { return };
        let now = self.subscriptions.control.clock.now();
        let line = Line::new("deauthorization".into(), url, &app.secret_token, &app.verification);
        let whole = date_time(now.as_millisecond());
        let body = json!({"event": "app_deauthorized", "payload": {
            "account_id": &*self.account,
            "user_id": person,
            "client_id": client,
            "deauthorization_time": iso_millis(now),
            "signature": delivery::digest(&app.secret_token, &[person.as_bytes()]),
            "event_ts": whole.replace('T', " ").trim_end_matches('Z'),
        }});
        self.subscriptions.post(Arc::new(line), "app_deauthorized", body.to_string());
    }

    /// `bot_installed` and `bot_notification`, to the chatbot's endpoint. A notification has no message id.
    pub(in crate::zoom) fn tell_bot(&mut self, client: &str, event: &str, person: &str, text: Option<&str>) {
        let (Some(app), Some(person)) = (self.apps.get(client), self.people.get(person)) else { return };
        let (Some(url), Some(robot)) = (&app.bot_endpoint, &app.robot) else { return };
        let line = Line::new("chatbot".into(), url, &app.secret_token, &app.verification);
        let now = self.subscriptions.control.clock.millis();
        let jid = id::jid(&person.id);
        let mut payload = json!({
            "accountId": &*self.account,
            "robotJid": &**robot,
            "timestamp": now,
            "userId": &*person.id,
            "userJid": jid.as_str(),
            "userName": person.name,
        });
        if let Some(text) = text {
            payload["cmd"] = text.into();
            payload["name"] = app.name.as_str().into();
            payload["channelName"] = person.name.as_str().into();
            let named = self.subscriptions.control.board.get().bot_named_in_to_jid;
            payload["toJid"] = if named { format!("{jid}/robot_{robot}") } else { jid }.into();
            payload["userMemberId"] = (*person.member).into();
        }
        let body = json!({"event": event, "event_ts": now, "payload": payload});
        self.subscriptions.post(Arc::new(line), event, body.to_string());
    }
}
