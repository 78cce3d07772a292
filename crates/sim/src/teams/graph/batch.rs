//! Several calls in one. Graph: "Combine multiple HTTP requests using JSON batching".
//!
//! At most 20 parts, run in the order they were sent, each with its own status and its own limits; a part that depends
//! on a failed one answers 424. Every part has its own entry in the ledger.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde_json::{Value, json};

use crate::clock::iso_millis;
use crate::ledger::Entry;
use crate::teams::answer::{Answer, Exchange, Outcome, Refusal};
use crate::teams::call::Call;
use crate::teams::sim::Sim;

/// `POST /$batch`.
pub(super) async fn run(sim: &Arc<Sim>, call: &Call) -> Outcome {
    let body = super::json(call)?;
    let requests = body["requests"].as_array().ok_or_else(|| Refusal::bad("Requests are required."))?;
    if requests.is_empty() || requests.len() > 20 {
        return Err(Refusal::bad("Number of batch request steps must be between 1 and the max value of 20."));
    }
    let mut statuses: HashMap<&str, StatusCode> = HashMap::new();
    let mut responses = Vec::with_capacity(requests.len());
    for request in requests {
        let id = request["id"].as_str().filter(|id| !id.is_empty() && !statuses.contains_key(*id));
        let id = id.ok_or_else(|| Refusal::bad("Every request needs an id of its own."))?;
        let depends = request["dependsOn"].as_array().map(Vec::as_slice).unwrap_or_default();
        let failed = depends
            .iter()
            .filter_map(Value::as_str)
            .any(|one| !statuses.get(one).is_some_and(StatusCode::is_success));
        let part = if failed {
            failure(
                sim,
                call,
                &Refusal::new(
                    StatusCode::FAILED_DEPENDENCY,
                    "FailedDependency",
                    "A request this one depends on failed.",
                ),
            )
        } else {
            part(sim, call, request).await
        };
        statuses.insert(id, part.0);
        let mut response = json!({"id": id, "status": part.0.as_u16(), "headers": part.1});
        if let Some(body) = part.2 {
            response["body"] = body;
        }
        responses.push(response);
    }
    Ok(Answer::ok(json!({"responses": responses})))
}

type Part = (StatusCode, Value, Option<Value>);

async fn part(sim: &Arc<Sim>, call: &Call, request: &Value) -> Part {
    let Some(inner) = inner(call, request) else {
        return failure(sim, call, &Refusal::bad("The request of the batch is not valid."));
    };
    // A batch inside a batch is refused by the table below; the box lets the compiler see an end.
    let (who, outcome) = Box::pin(super::run(sim, &inner)).await;
    let (part, change) = match outcome {
        Ok(answer) => {
            let headers: serde_json::Map<String, Value> = answer
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap_or_default())))
                .chain([("Content-Type".to_owned(), json!("application/json"))])
                .collect();
            ((answer.status, Value::Object(headers), answer.body), answer.change)
        }
        Err(refusal) => (failure(sim, &inner, &refusal), Value::Null),
    };
    sim.control.ledger.append(Entry {
        number: 0,
        at: iso_millis(sim.now()),
        method: inner.method.to_string(),
        path: inner.path,
        status: part.0.as_u16(),
        who: who.to_string(),
        change,
        fault: None,
    });
    part
}

fn inner(call: &Call, request: &Value) -> Option<Call> {
    let method: Method = request["method"].as_str()?.parse().ok()?;
    let url = request["url"].as_str()?.trim_start_matches('/');
    if url.to_ascii_lowercase().starts_with("$batch") {
        return None;
    }
    let mut headers = HeaderMap::new();
    if let Some(token) = call.headers.get(http::header::AUTHORIZATION) {
        headers.insert(http::header::AUTHORIZATION, token.clone());
    }
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value.as_str()?).ok()?);
    }
    let body = match &request["body"] {
        Value::Null => Bytes::new(),
        body => Bytes::from(body.to_string()),
    };
    Some(Call::new(method, &format!("/v1.0/{url}"), headers, body, call.base.clone()))
}

fn failure(sim: &Sim, call: &Call, refusal: &Refusal) -> Part {
    let mut headers = json!({"Content-Type": "application/json"});
    if let Some(wait) = refusal.retry_header() {
        headers["Retry-After"] = json!(wait);
    }
    let body = Exchange::new(sim, call).graph_error(sim, refusal);
    (refusal.status, headers, Some(body))
}
