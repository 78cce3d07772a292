//! The directory.

use serde_json::json;

use super::world::World;

#[tokio::test(start_paused = true)]
async fn people_are_found_by_address_id_name_and_search() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let found = async |query: &str| {
        let reply = world.get(&format!("/v1.0/users?{query}"), &ada.token).await.expect(200);
        let ids =
            reply.json["value"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    for query in [
        format!("$filter=mail%20eq%20'{}'", eva.email),
        format!("$filter=mail+eq+'{}'", eva.email.to_uppercase()),
        format!("$filter=userPrincipalName%20eq%20'{}'", eva.email),
        format!("$filter=proxyAddresses/any(p:p%20eq%20'smtp:{}')", eva.email),
        format!("$filter=id%20in%20('{}')", eva.id),
        "$filter=startswith(displayName,'Eva')".to_owned(),
        "$filter=mail%20eq%20'nobody'%20or%20displayName%20eq%20'Eva%20Lindqvist'".to_owned(),
    ] {
        assert_eq!(found(&query).await, std::slice::from_ref(&eva.id), "{query}");
    }
    assert!(found(&format!("$filter=id%20eq%20'{}'", eva.email)).await.is_empty());
    world.get("/v1.0/users?$filter=nonsense", &ada.token).await.expect(400);
    world.get("/v1.0/users?$search=%22displayName:eva%22", &ada.token).await.expect(400);
    let request = http::Request::builder()
        .uri("/v1.0/users?$search=%22displayName:lind%22&$count=true")
        .header("authorization", format!("Bearer {}", ada.token))
        .header("consistencylevel", "eventual");
    let reply = world.send(request.body(axum::body::Body::empty()).unwrap()).await.expect(200);
    assert_eq!((&reply.json["value"][0]["id"], &reply.json["@odata.count"]), (&json!(eva.id), &json!(1)));
}

#[tokio::test(start_paused = true)]
async fn the_list_is_paged_and_next_links_are_followed_as_they_are() {
    let world = World::new();
    let ada = world.who("Ada").await;
    let mut path = "/v1.0/users?$top=4&$select=id,mail".to_owned();
    let mut seen = Vec::new();
    let mut pages = 0;
    loop {
        let reply = world.get(&path, &ada.token).await.expect(200);
        let items = reply.json["value"].as_array().unwrap().clone();
        assert!(items.iter().all(|one| one.as_object().unwrap().len() == 2));
        seen.extend(items);
        pages += 1;
        let Some(link) = reply.json["@odata.nextLink"].as_str() else { break };
        link.strip_prefix(super::world::BASE).unwrap().clone_into(&mut path);
    }
    assert_eq!(pages, 3);
    assert_eq!(seen.len(), 9, "eight people and the administrator");
    world.get("/v1.0/users?$top=1000", &ada.token).await.expect(400);
    world.get("/v1.0/users?$skiptoken=x", &ada.token).await.expect(400);
}

#[tokio::test(start_paused = true)]
async fn one_person_is_shown_by_id_and_by_name_with_the_usual_properties() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let by_name = world.get(&format!("/v1.0/users/{}", eva.email), &ada.token).await.expect(200).json;
    let by_id = world.get(&format!("/v1.0//users('{}')", eva.id), &ada.token).await.expect(200).json;
    assert_eq!(by_name, by_id);
    assert_eq!((&by_id["givenName"], &by_id["surname"]), (&json!("Eva"), &json!("Lindqvist")));
    assert!(by_id.get("userType").is_none(), "only when selected");
    let more =
        world.get(&format!("/v1.0/users/{}?$select=userType,accountEnabled", eva.id), &ada.token).await;
    assert_eq!(more.expect(200).json["userType"], "Member");
    world.get(&format!("/v1.0/users/{}?$select=shoeSize", eva.id), &ada.token).await.expect(400);
    let missing = world.get("/v1.0/users/nobody@acme.example", &ada.token).await.expect(404);
    assert_eq!(missing.code(), "Request_ResourceNotFound");
}

#[tokio::test(start_paused = true)]
async fn scopes_decide_what_of_the_directory_is_seen() {
    let world = World::new();
    let (ada, eva) = (world.who("Ada").await, world.who("Eva").await);
    let app = world.app(json!({"admin_consent": true})).await;
    let narrow = world.token(&app, &ada, "User.Read").await;
    world.get("/v1.0/me", &narrow).await.expect(200);
    world.get(&format!("/v1.0/users/{}", ada.id), &narrow).await.expect(200);
    let reply = world.get(&format!("/v1.0/users/{}", eva.id), &narrow).await.expect(403);
    assert_eq!(reply.code(), "Authorization_RequestDenied");
    world.get("/v1.0/users", &narrow).await.expect(403);
    let wide = world.token(&app, &ada, "User.ReadBasic.All").await;
    world.get(&format!("/v1.0/users/{}", eva.id), &wide).await.expect(200);
    let app_only = world.graph_app_token(&app).await;
    world.get("/v1.0/users", &app_only).await.expect(200);
    assert_eq!(world.get("/v1.0/me", &app_only).await.expect(400).code(), "BadRequest");
}

#[tokio::test(start_paused = true)]
async fn a_bad_token_is_401_and_errors_carry_the_ids_of_the_exchange() {
    let world = World::new();
    for token in ["", "nonsense"] {
        let reply = world.get("/v1.0/me", token).await.expect(401);
        assert_eq!(reply.code(), "InvalidAuthenticationToken");
        assert!(!reply.header("www-authenticate").is_empty());
    }
    let request = http::Request::builder().uri("/v1.0/me").header("client-request-id", "mine");
    let reply = world.send(request.body(axum::body::Body::empty()).unwrap()).await.expect(401);
    assert_eq!(reply.header("client-request-id"), "mine");
    let inner = &reply.json["error"]["innerError"];
    assert_eq!(
        (&inner["client-request-id"], &inner["request-id"]),
        (&json!("mine"), &json!(reply.header("request-id")))
    );
    assert_eq!(inner["date"], "2026-01-05T10:00:00");
}
