//! "Users": list users, get a user.

use serde_json::{Value, json};

use super::Zoom;
use super::answer::{Answer, Outcome, Refusal};
use super::call::Call;
use super::messages::shape::date_time;
use super::world::World;
use super::world::people::Person;
use super::{id, input, paging};

/// `GET /users`: "List users". By `next_page_token`, or by the older `page_number`.
pub(super) fn list(zoom: &Zoom, call: &Call) -> Outcome {
    let size = match call.query("page_size") {
        None => 30,
        // Larger pages are cut, as the vendor's own clients rely on.
        Some(_) => input::number(call, "page_size", 30, usize::MAX)?.min(2000),
    };
    let number = input::number(call, "page_number", 1, usize::MAX)?;
    let status = call.query("status").unwrap_or("active");
    if !["active", "inactive", "pending"].contains(&status) {
        return Err(Refusal::field("status", "Invalid field."));
    }
    let world = zoom.world();
    let shown = |person: &&Person| person.account == world.account && self::status(person) == status;
    let total = world.people.list().filter(shown).count();
    let start = match call.query("next_page_token") {
        Some(_) => paging::start(call)?,
        None => (number - 1).saturating_mul(size),
    };
    let (page, next) = paging::page(world.people.list().filter(shown), start, size);
    let users: Vec<Value> = page.into_iter().map(|person| brief(&world, person)).collect();
    let shape = json!({
        "page_count": total.div_ceil(size),
        "page_number": start / size + 1,
        "page_size": size,
        "total_records": total,
        "next_page_token": paging::next(call, next),
        "users": users,
    });
    Ok(Answer::json(&shape))
}

/// `GET /users/{userId}`: "Get a user", by id or e-mail address, or `me`.
pub(super) fn get(zoom: &Zoom, call: &Call) -> Outcome {
    let world = zoom.world();
    let person = call.acting(&world, call.segment(2))?;
    let mut shape = brief(&world, person);
    let more = json!({
        "account_id": &*person.account,
        "account_number": 10_009_239,
        "cluster": "us04",
        "cms_user_id": "",
        "company": "",
        "jid": id::jid(&person.id),
        "job_title": "",
        "location": "",
        "login_types": [100],
        "phone_number": "",
        "role_name": if world.owner() == person.id { "Owner" } else if person.admin { "Admin" } else { "Member" },
        "use_pmi": false,
        "vanity_url": "",
    });
    if let (Value::Object(shape), Value::Object(more)) = (&mut shape, more) {
        shape.extend(more);
    }
    Ok(Answer::json(&shape))
}

fn status(person: &Person) -> &'static str {
    if person.active { "active" } else { "inactive" }
}

fn brief(world: &World, person: &Person) -> Value {
    let (first, last) = person.names();
    let role = if world.owner() == person.id {
        "0"
    } else if person.admin {
        "1"
    } else {
        "2"
    };
    json!({
        "id": &*person.id,
        "first_name": first,
        "last_name": last,
        "display_name": person.name,
        "email": person.email,
        "type": 2,
        "timezone": "UTC",
        "language": "en-US",
        "verified": 1,
        "dept": person.department,
        "created_at": date_time(person.created),
        "user_created_at": date_time(person.created),
        "status": status(person),
        "role_id": role,
        "group_ids": [],
    })
}
