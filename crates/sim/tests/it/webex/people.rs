//! People: who finds whom, and what is shown.

use serde_json::{Value, json};

use super::{ADA, BRUNO, CHIARA, IRIS, Sim};

#[tokio::test(start_paused = true)]
async fn every_answer_is_tracked_and_json() {
    let sim = Sim::new().await;
    let reply = sim.get(ADA, "/v1/people/me").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["content-type"], "application/json;charset=UTF-8");
    assert!(reply.headers["trackingid"].to_str().unwrap().starts_with("ROUTERGW_"));
    assert_eq!(reply.body["id"], sim.id(ADA));
    assert_eq!(reply.body["emails"], json!([ADA]));
    assert_eq!(reply.body["displayName"], "Ada Okafor");
    assert_eq!((&reply.body["firstName"], &reply.body["lastName"]), (&json!("Ada"), &json!("Okafor")));
    assert_eq!(reply.body["type"], "person");
    assert_eq!(reply.body["created"], "2026-01-02T03:04:05.678Z");
    assert_eq!(reply.body["status"], "active");
    assert!(reply.body.get("roles").is_none() && reply.body.get("avatar").is_none());
}

#[tokio::test(start_paused = true)]
async fn without_a_valid_token_nothing_is_answered() {
    let sim = Sim::new().await;
    let message = "The request requires a valid access token set in the Authorization request header.";
    for token in ["", "made-up"] {
        for path in
            ["/v1/people/me", "/v1/rooms", "/v1/messages?roomId=x", "/v1/webhooks", "/v1/applications"]
        {
            assert_eq!(sim.get(token, path).await.refused(401), message, "{path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn unknown_paths_and_methods() {
    let sim = Sim::new().await;
    let message = "The requested resource could not be found.";
    assert_eq!(sim.get(ADA, "/v1/teams").await.refused(404), message);
    assert_eq!(sim.get(ADA, "/v1/people/nobody").await.refused(404), message);
    sim.delete(ADA, "/v1/people/me").await.refused(405);
}

#[tokio::test(start_paused = true)]
async fn a_search_needs_to_say_whom_unless_by_an_administrator() {
    let sim = Sim::new().await;
    let reply = sim.get(ADA, "/v1/people").await;
    assert_eq!(reply.refused(400), "Email, displayName, or id list should be specified.");
    let all = sim.get(IRIS, "/v1/people").await;
    let names = ["Ada Okafor", "Bruno Keller", "Chiara Rossi", "Dmitri Volkov", "Iris Admin"];
    assert_eq!(all.each("displayName"), names);
}

#[tokio::test(start_paused = true)]
async fn by_address_name_and_ids() {
    let sim = Sim::new().await;
    let found = sim.get(ADA, &format!("/v1/people?email={}", BRUNO.to_uppercase())).await;
    assert_eq!(found.each("id"), [sim.id(BRUNO)]);
    assert_eq!(sim.get(ADA, "/v1/people?displayName=bRu").await.each("id"), [sim.id(BRUNO)]);
    assert!(sim.get(ADA, "/v1/people?displayName=Keller").await.items().is_empty(), "it begins with it");
    let ids = format!("/v1/people?id={},nonsense,{}", sim.id(ADA), sim.id(CHIARA));
    let found = sim.get(ADA, &ids).await;
    assert_eq!(found.each("id"), [sim.id(ADA), sim.id(CHIARA)]);
    assert_eq!(found.body["notFoundIds"], json!(["nonsense"]));
    assert!(found.items()[0].get("status").is_none(), "no presence by id");
    let many = vec!["x"; 86].join(",");
    sim.get(ADA, &format!("/v1/people?id={many}")).await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn an_outsider_is_not_found_by_address_but_by_id_without_presence() {
    let mut sim = Sim::new().await;
    sim.outsider("otto@elsewhere.example").await;
    assert!(sim.get(ADA, "/v1/people?email=otto@elsewhere.example").await.items().is_empty());
    assert!(sim.get(ADA, "/v1/people?displayName=Otto").await.items().is_empty());
    let path = format!("/v1/people/{}", sim.id("otto@elsewhere.example"));
    let otto = sim.get(ADA, &path).await;
    assert_eq!((&otto.body["displayName"], otto.status), (&json!("Otto Outside"), 200));
    assert!(otto.body.get("status").is_none());
}

#[tokio::test(start_paused = true)]
async fn presence_and_administrative_fields_by_who_looks() {
    let mut sim = Sim::new().await;
    sim.bot("Eva Lindqvist", "eva@webex.bot").await;
    let path = format!("/v1/people/{}", sim.id(ADA));
    assert!(sim.get("eva@webex.bot", &path).await.body.get("status").is_none(), "bots are not told");
    sim.switch(json!({"bots_see_presence": true})).await;
    assert_eq!(sim.get("eva@webex.bot", &path).await.body["status"], "active");
    let excluded = format!("/v1/people?email={ADA}&excludeStatus=true");
    assert!(sim.get(BRUNO, &excluded).await.items()[0].get("status").is_none());
    assert_eq!(sim.get(IRIS, &path).await.body["loginEnabled"], true);
    assert!(sim.get(IRIS, "/v1/people").await.items()[0].get("roles").is_none(), "not in lists");
}

#[tokio::test(start_paused = true)]
async fn pages_are_linked_on_the_host_that_was_called() {
    let sim = Sim::new().await;
    let mut names = Vec::new();
    let mut path = Some("/v1/people?max=2".to_owned());
    let mut pages = 0;
    while let Some(url) = path {
        // What a client is known to add to the link again must not hurt.
        let url = if pages > 0 { format!("{url}&max=2") } else { url };
        let page = sim.get(IRIS, &url).await;
        names.extend(page.each("displayName").iter().map(|name| (*name).to_owned()));
        path = page.next();
        pages += 1;
    }
    assert_eq!(pages, 3);
    assert_eq!(names, ["Ada Okafor", "Bruno Keller", "Chiara Rossi", "Dmitri Volkov", "Iris Admin"]);
    assert_eq!(sim.get(IRIS, "/v1/people?max=null").await.items().len(), 5, "an old link's literal null");
    sim.get(IRIS, "/v1/people?max=0").await.refused(400);
    sim.get(IRIS, "/v1/people?cursor=made-up").await.refused(400);
}

#[tokio::test(start_paused = true)]
async fn bots_are_found_by_name_by_switch_only() {
    let mut sim = Sim::new().await;
    sim.bot("Bruce Bot", "bruce@webex.bot").await;
    assert_eq!(sim.get(ADA, "/v1/people?displayName=bru").await.each("displayName"), ["Bruno Keller"]);
    assert_eq!(sim.get(ADA, "/v1/people?email=bruce@webex.bot").await.each("type"), ["bot"]);
    sim.switch(json!({"bots_in_name_search": true})).await;
    let first = sim.get(ADA, "/v1/people?displayName=bru&max=1").await;
    assert_eq!(first.each("displayName"), ["Bruno Keller"]);
    let second = sim.get(ADA, &first.next().unwrap()).await;
    assert_eq!(second.each("displayName"), ["Bruce Bot"]);
    assert_eq!(second.next(), None);
}

#[tokio::test(start_paused = true)]
async fn the_longest_page_is_a_switch() {
    let sim = Sim::new().await;
    for (most, shown, more) in [(1000, 5, false), (2, 2, true)] {
        sim.switch(json!({"people_max": most})).await;
        for path in ["/v1/people", "/v1/people?max=1000", "/v1/people?max=5000"] {
            let page = sim.get(IRIS, path).await;
            assert_eq!((page.items().len(), page.next().is_some()), (shown, more), "{path}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_shown_of_bots_are_switches() {
    let mut sim = Sim::new().await;
    sim.bot("Eva Lindqvist", "eva@webex.bot").await;
    let organization = sim.get(ADA, "/v1/people/me").await.body["orgId"].clone();
    for shown in [true, false] {
        sim.switch(json!({"bots_have_first_names": shown, "bots_have_organization": shown})).await;
        let by_id = format!("/v1/people?id={}", sim.id("eva@webex.bot"));
        let listed = sim.get(ADA, &by_id).await.items()[0].clone();
        let me = sim.get("eva@webex.bot", "/v1/people/me").await.body;
        for bot in [&listed, &me] {
            let expected = |value: Value| if shown { value } else { Value::Null };
            assert_eq!(
                (&bot["nickName"], &bot["firstName"]),
                (&expected("Eva".into()), &expected("Eva".into()))
            );
            assert_eq!(bot["orgId"], expected(organization.clone()));
            assert_eq!(bot["displayName"], "Eva Lindqvist");
        }
        let ada = sim.get("eva@webex.bot", &format!("/v1/people/{}", sim.id(ADA))).await.body;
        assert_eq!(
            (&ada["firstName"], &ada["orgId"]),
            (&json!("Ada"), &organization),
            "people are shown whole"
        );
    }
}
