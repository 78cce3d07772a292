//! The directory of the tenant: who exists, under which object id, with which address.
//!
//! It does not change during a run except for licences, so it is shared without a lock.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::ids;
use crate::org::Somebody;

/// A user of the tenant. Graph: user resource.
#[derive(Debug)]
pub(crate) struct Person {
    /// Object id, a GUID.
    pub(crate) id: Arc<str>,
    /// Display name.
    pub(crate) name: String,
    /// Mail address and user principal name, which are the same here.
    pub(crate) mail: String,
    /// Department, as the organisation has it.
    pub(crate) department: String,
    /// Whether this is the administrator.
    pub(crate) admin: bool,
    licensed: AtomicBool,
}

impl Person {
    /// Whether there is a Teams licence; without one every chat call answers 403.
    pub(crate) fn licensed(&self) -> bool {
        self.licensed.load(Ordering::Relaxed)
    }

    /// Grants or takes the licence.
    pub(crate) fn set_licensed(&self, licensed: bool) {
        self.licensed.store(licensed, Ordering::Relaxed);
    }

    /// Given name and surname, split at the first space.
    fn names(&self) -> (&str, Option<&str>) {
        match self.name.split_once(' ') {
            Some((given, surname)) => (given, Some(surname)),
            None => (&self.name, None),
        }
    }

    /// One property by its Graph name; `None` for a property that users do not have here.
    pub(crate) fn property(&self, name: &str) -> Option<Value> {
        let (given, surname) = self.names();
        Some(match name {
            "id" => json!(&*self.id),
            "displayName" => json!(self.name),
            "mail" | "userPrincipalName" => json!(self.mail),
            "givenName" => json!(given),
            "surname" => json!(surname),
            "department" => json!(self.department),
            "userType" => json!("Member"),
            "accountEnabled" => json!(true),
            "assignedPlans" if self.licensed() => json!([{
                "assignedDateTime": "2025-01-01T00:00:00Z",
                "capabilityStatus": "Enabled",
                "service": "TeamspaceAPI",
                "servicePlanId": "57ff2da0-773e-42df-b2af-ffb7a2317929",
            }]),
            "mailNickname" => json!(self.mail.split('@').next()),
            "assignedPlans" | "businessPhones" | "otherMails" => json!([]),
            "proxyAddresses" => json!([format!("SMTP:{}", self.mail)]),
            "jobTitle" | "mobilePhone" | "officeLocation" | "preferredLanguage" | "externalUserState"
            | "companyName" => Value::Null,
            _ => return None,
        })
    }
}

/// Everybody, by position, object id and address.
#[derive(Debug)]
pub(crate) struct People {
    list: Vec<Arc<Person>>,
    by_id: HashMap<Arc<str>, Arc<Person>>,
    by_mail: HashMap<String, Arc<Person>>,
}

impl People {
    /// The people `on_teams` and an administrator, whose address is `admin@` in the domain of the first of them, and who
    /// has no licence: such an account is for administration alone. Microsoft 365: "Protect your administrator accounts".
    pub(crate) fn new(seed: u64, everybody: &[Somebody]) -> Self {
        let domain =
            everybody.first().and_then(|one| one.email.split_once('@')).map_or("acme.example", |at| at.1);
        let administrator = format!("admin@{domain}");
        let mut people = Self { list: Vec::new(), by_id: HashMap::new(), by_mail: HashMap::new() };
        for somebody in everybody.iter().filter(|somebody| somebody.on_teams) {
            people.add(seed, &somebody.name, &somebody.email, somebody.department, false);
        }
        people.add(seed, "Teams Administrator", &administrator, "it", true);
        people
    }

    fn add(&mut self, seed: u64, name: &str, mail: &str, department: &str, admin: bool) {
        let person = Arc::new(Person {
            id: ids::guid(seed, &format!("person {mail}")).into(),
            name: name.to_owned(),
            mail: mail.to_owned(),
            department: department.to_owned(),
            admin,
            licensed: AtomicBool::new(!admin),
        });
        self.by_id.insert(Arc::clone(&person.id), Arc::clone(&person));
        self.by_mail.insert(mail.to_lowercase(), Arc::clone(&person));
        self.list.push(person);
    }

    /// In the order of the organisation, the administrator last.
    pub(crate) fn list(&self) -> &[Arc<Person>] {
        &self.list
    }

    /// By object id, or by user principal name (any case).
    pub(crate) fn find(&self, key: &str) -> Option<&Arc<Person>> {
        self.by_id.get(key).or_else(|| self.by_mail.get(&key.to_lowercase()))
    }

    /// The part of the addresses behind the `@`; Entra accepts it in place of the tenant's GUID.
    pub(crate) fn domain(&self) -> &str {
        self.list.last().and_then(|admin| admin.mail.split_once('@')).map_or("", |at| at.1)
    }
}
