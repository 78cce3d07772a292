//! The query options that Graph lists share: `$top`, `$skiptoken`, `$filter`, `$select`, and absolute next links.
//!
//! Graph: "Use query parameters to customize responses", "Paging Microsoft Graph data in your app".

use serde_json::{Value, json};

use crate::teams::answer::Refusal;
use crate::teams::call::Call;

/// One condition of a `$filter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The property, e.g. `mail`; for `startswith(p,'v')` and lambdas the inner one.
    pub(crate) property: String,
    /// `eq`, `ne`, `gt`, `ge`, `lt`, `le`, `in`, `startswith`, `any`.
    pub(crate) operator: String,
    /// The values, without quotes.
    pub(crate) values: Vec<String>,
}

/// A `$filter`: alternatives, each of conditions that hold together.
pub(crate) type Filter = Vec<Vec<Condition>>;

/// `$top`, within 1 and `most`.
pub(crate) fn top(call: &Call, default: usize, most: usize) -> Result<usize, Refusal> {
    let Some(text) = call.param("top") else { return Ok(default) };
    match text.parse::<usize>() {
        Ok(top) if (1..=most).contains(&top) => Ok(top),
        _ => Err(Refusal::bad(format!(
            "The limit of '{most}' for Top query has been exceeded or is not a number."
        ))),
    }
}

/// Where the page begins that `$skiptoken` names.
pub(crate) fn skip(call: &Call) -> Result<i64, Refusal> {
    let Some(token) = call.param("skiptoken") else { return Ok(0) };
    let number = token.strip_prefix("s").and_then(|text| i64::from_str_radix(text, 16).ok());
    number.ok_or_else(|| Refusal::bad("Skip token is not valid."))
}

/// The absolute address of the next page: the same call with `$skiptoken`.
pub(crate) fn next_link(call: &Call, skip: i64) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in &call.query {
        if !name.trim_start_matches('$').eq_ignore_ascii_case("skiptoken") {
            query.append_pair(name, value);
        }
    }
    query.append_pair("$skiptoken", &format!("s{skip:x}"));
    format!("{}{}?{}", call.base, call.path, query.finish())
}

/// A collection. `context` is what follows `$metadata#`.
pub(crate) fn page(
    call: &Call,
    context: &str,
    items: Vec<Value>,
    next: Option<i64>,
    count: Option<usize>,
) -> Value {
    let mut body = json!({"@odata.context": self::context(call, context)});
    if let Some(count) = count {
        body["@odata.count"] = json!(count);
    }
    if let Some(skip) = next {
        body["@odata.nextLink"] = json!(next_link(call, skip));
    }
    body["value"] = Value::Array(items);
    body
}

/// The address of the metadata that describes a body.
pub(crate) fn context(call: &Call, what: &str) -> String {
    format!("{}/v1.0/$metadata#{what}", call.base)
}

/// Parses the part of `OData`'s filter language that the lists here know.
pub(crate) fn filter(text: &str) -> Result<Filter, Refusal> {
    split(text, " or ")
        .into_iter()
        .map(|part| split(part, " and ").into_iter().map(condition).collect())
        .collect()
}

fn condition(text: &str) -> Result<Condition, Refusal> {
    let text = text.trim();
    let bad = || Refusal::bad(format!("Invalid filter clause: {text}"));
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("startswith(") {
        let inner = text.get(11..).and_then(|rest| rest.strip_suffix(')')).ok_or_else(bad)?;
        let (property, value) = inner.split_once(',').ok_or_else(bad)?;
        return Ok(made(property, "startswith", vec![literal(value)]));
    }
    if let Some((property, rest)) = text.split_once("/any(") {
        let (_, inner) = rest.split_once(':').ok_or_else(bad)?;
        let inner = condition(inner.strip_suffix(')').ok_or_else(bad)?)?;
        return Ok(made(property, "any", inner.values));
    }
    let (property, rest) = text.split_once(' ').ok_or_else(bad)?;
    let rest = rest.trim_start();
    if let Some(list) = rest.strip_prefix("in").map(str::trim_start).filter(|list| list.starts_with('(')) {
        let list = list.strip_prefix('(').and_then(|list| list.strip_suffix(')')).ok_or_else(bad)?;
        return Ok(made(property, "in", split(list, ",").into_iter().map(literal).collect()));
    }
    let (operator, value) = rest.split_once(' ').ok_or_else(bad)?;
    if !["eq", "ne", "gt", "ge", "lt", "le"].contains(&operator) {
        return Err(bad());
    }
    Ok(made(property, operator, vec![literal(value)]))
}

fn made(property: &str, operator: &str, values: Vec<String>) -> Condition {
    Condition { property: property.trim().to_owned(), operator: operator.to_owned(), values }
}

/// A literal without its quotes; a doubled quote is one.
fn literal(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => text.to_owned(),
    }
}

/// Splits outside quotes and parentheses.
fn split<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut parts, mut start, mut quoted, mut depth) = (Vec::new(), 0, false, 0_usize);
    let mut at = 0;
    while at < text.len() {
        let Some(rest) = text.get(at..) else { break };
        let Some(c) = rest.chars().next() else { break };
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if !quoted && depth == 0 && rest.starts_with(separator) {
            parts.push(&text[start..at]);
            at += separator.len();
            start = at;
        } else {
            at += c.len_utf8();
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Keeps the `$select`ed properties of a body and its `@odata` ones.
pub(crate) fn select(call: &Call, body: &mut Value) {
    let Some(selected) = call.param("select") else { return };
    let names: Vec<&str> = selected.split(',').map(str::trim).collect();
    if let Some(object) = body.as_object_mut()
        && !names.contains(&"*")
    {
        object.retain(|name, _| {
            name.starts_with('@') || names.iter().any(|one| one.eq_ignore_ascii_case(name))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> (String, String, Vec<String>) {
        let filter = filter(text).unwrap_or_else(|refusal| panic!("{}", refusal.message));
        let condition = filter[0][0].clone();
        (condition.property, condition.operator, condition.values)
    }

    #[test]
    fn the_forms_that_graph_documents_parse() {
        let owned = |text: &str| text.to_owned();
        assert_eq!(
            one("mail eq 'o''neil@x.example'"),
            (owned("mail"), owned("eq"), vec![owned("o'neil@x.example")])
        );
        assert_eq!(one("id in ('a','b')"), (owned("id"), owned("in"), vec![owned("a"), owned("b")]));
        assert_eq!(
            one("startswith(displayName,'Ad')"),
            (owned("displayName"), owned("startswith"), vec![owned("Ad")])
        );
        assert_eq!(
            one("proxyAddresses/any(p:p eq 'smtp:a@b.example')"),
            (owned("proxyAddresses"), owned("any"), vec![owned("smtp:a@b.example")])
        );
        let both = filter(
            "lastModifiedDateTime gt 2026-01-05T10:00:00Z and lastModifiedDateTime lt 2026-01-06T10:00:00Z",
        );
        assert_eq!(both.map(|filter| filter[0].len()).ok(), Some(2));
        assert_eq!(filter("mail eq 'a or b' or mail eq 'c'").map(|filter| filter.len()).ok(), Some(2));
        assert!(filter("nonsense").is_err());
        assert!(filter("mail like 'x'").is_err());
    }
}
