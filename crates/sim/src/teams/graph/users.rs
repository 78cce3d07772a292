//! People as Graph shows them. Graph: "Get a user", "List users".

use std::sync::Arc;

use http::StatusCode;
use serde_json::{Value, json};

use super::odata::{self, Condition};
use crate::teams::answer::{Answer, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::caller::{Caller, Needs};
use crate::teams::people::Person;
use crate::teams::sim::Sim;
use crate::teams::throttle::Kind;

/// What is shown without `$select`. Graph: "user resource type".
const USUAL: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "id",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];

const OWN: Needs = Needs {
    delegated: &["User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All"],
    application: &[],
};

const ALL: Needs = Needs {
    delegated: &["User.ReadBasic.All", "User.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    application: &["User.ReadBasic.All", "User.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
};

/// `GET /me`.
pub(crate) fn me(sim: &Sim, call: &Call, caller: &Caller) -> Outcome {
    let person = caller.must_be_person()?;
    caller.needs_in_directory(&OWN)?;
    sim.throttle(caller, Kind::Read, None)?;
    Ok(Answer::ok(shown(call, person, true)?))
}

/// `GET /users/{object id or user principal name}`.
pub(crate) fn get(sim: &Sim, call: &Call, caller: &Caller, key: &str) -> Outcome {
    let found = sim.people.find(key);
    let own = caller.person().is_some_and(|me| found.is_some_and(|one| one.id == me.id));
    caller.needs_in_directory(if own { &OWN } else { &ALL })?;
    sim.throttle(caller, Kind::Read, None)?;
    let person = found.ok_or_else(|| Refusal::no_such_user(key))?;
    Ok(Answer::ok(shown(call, person, true)?))
}

/// `GET /users`, with `$filter`, `$search`, `$select`, `$top`, `$count`.
pub(crate) fn list(sim: &Sim, call: &Call, caller: &Caller) -> Outcome {
    caller.needs_in_directory(&ALL)?;
    sim.throttle(caller, Kind::Read, None)?;
    let eventual =
        call.header("consistencylevel").is_some_and(|level| level.eq_ignore_ascii_case("eventual"));
    let counted = call.param("count").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let top = odata::top(call, 100, 999)?;
    let from = usize::try_from(odata::skip(call)?).unwrap_or(usize::MAX);
    if (call.param("search").is_some() || counted) && !eventual {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: \
             'ConsistencyLevel: eventual'",
        ));
    }
    let mut found = match call.param("filter") {
        Some(text) => filtered(sim, text, eventual)?,
        None => sim.people.list().to_vec(),
    };
    if let Some(text) = call.param("search") {
        let terms = search_terms(text)?;
        found.retain(|person| terms.iter().any(|term| matches(person, term)));
    }
    let count = counted.then_some(found.len());
    let people: Result<Vec<Value>, Refusal> =
        found.iter().skip(from).take(top).map(|person| shown(call, person, false)).collect();
    let next = from.saturating_add(top);
    let next = (next < found.len()).then(|| i64::try_from(next).unwrap_or(i64::MAX));
    Ok(Answer::ok(odata::page(call, "users", people?, next, count)))
}

fn shown(call: &Call, person: &Person, alone: bool) -> Result<Value, Refusal> {
    let mut body = json!({});
    if alone {
        body["@odata.context"] = json!(odata::context(call, "users/$entity"));
    }
    let selected: Vec<&str> = match call.param("select") {
        Some(text) => text.split(',').map(str::trim).collect(),
        None => USUAL.to_vec(),
    };
    for name in selected {
        let value = person.property(name).ok_or_else(|| {
            Refusal::bad(format!("Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.user'."))
        })?;
        body[name] = value;
    }
    Ok(body)
}

/// Equality on id, mail and user principal name is answered from the index; anything else looks at everybody.
fn filtered(sim: &Sim, text: &str, eventual: bool) -> Result<Vec<Arc<Person>>, Refusal> {
    let filter = odata::filter(text)?;
    let mut found: Vec<Arc<Person>> = Vec::new();
    for conditions in &filter {
        for condition in conditions {
            if condition.operator == "ne" && !eventual {
                return Err(Refusal::new(
                    StatusCode::BAD_REQUEST,
                    "Request_UnsupportedQuery",
                    format!("Unsupported Query: {text}"),
                ));
            }
        }
        let indexed = match conditions.as_slice() {
            [one] if ["eq", "in"].contains(&one.operator.as_str()) => indexed(sim, one),
            _ => None,
        };
        let more = match indexed {
            Some(people) => people,
            None => by_looking(sim, conditions)?,
        };
        for person in more {
            if !found.iter().any(|one| one.id == person.id) {
                found.push(person);
            }
        }
    }
    Ok(found)
}

fn indexed(sim: &Sim, condition: &Condition) -> Option<Vec<Arc<Person>>> {
    let by_id = condition.property == "id";
    if !by_id && condition.property != "mail" && condition.property != "userPrincipalName" {
        return None;
    }
    let people = condition.values.iter().filter_map(|value| sim.people.find(value));
    // The index knows both keys; an address given as an id must still not match.
    Some(
        people
            .filter(|person| by_id == condition.values.iter().any(|v| **v == *person.id))
            .cloned()
            .collect(),
    )
}

fn by_looking(sim: &Sim, conditions: &[Condition]) -> Result<Vec<Arc<Person>>, Refusal> {
    let mut found = Vec::new();
    for person in sim.people.list() {
        let mut fits = true;
        for condition in conditions {
            fits &= holds(person, condition)?;
        }
        if fits {
            found.push(Arc::clone(person));
        }
    }
    Ok(found)
}

fn holds(person: &Person, condition: &Condition) -> Result<bool, Refusal> {
    let property = person.property(&condition.property).ok_or_else(|| {
        Refusal::bad(format!("Invalid filter clause: no property named '{}'.", condition.property))
    })?;
    let texts: Vec<String> = match property {
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
        Value::String(text) => vec![text.to_lowercase()],
        Value::Bool(truth) => vec![truth.to_string()],
        _ => Vec::new(),
    };
    let wanted = condition.values.iter().map(|value| value.to_lowercase());
    Ok(match condition.operator.as_str() {
        "eq" | "in" | "any" => wanted.into_iter().any(|value| texts.contains(&value)),
        "ne" => wanted.into_iter().all(|value| !texts.contains(&value)),
        "startswith" => wanted.into_iter().any(|value| texts.iter().any(|text| text.starts_with(&value))),
        other => return Err(Refusal::bad(format!("Unsupported operator '{other}'."))),
    })
}

/// `"displayName:ada" OR "mail:ada"`. Graph: "Use the $search query parameter".
fn search_terms(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    let terms = text.split(" OR ").map(|term| {
        let term = term.trim().trim_matches('"');
        let (property, value) = term
            .split_once(':')
            .ok_or_else(|| Refusal::bad("Invalid $search clause: a term is \"property:value\"."))?;
        Ok((property.to_owned(), value.to_lowercase()))
    });
    terms.collect()
}

/// A term matches at the beginning of any word.
fn matches(person: &Person, (property, wanted): &(String, String)) -> bool {
    let text = person.property(property);
    let text = text.as_ref().and_then(Value::as_str).unwrap_or_default().to_lowercase();
    text.starts_with(wanted)
        || text.match_indices([' ', '.', '-', '@']).any(|(at, _)| text[at + 1..].starts_with(wanted))
}
