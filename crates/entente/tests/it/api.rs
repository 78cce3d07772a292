//! The surfaces of a running server, tried by somebody who should not be let in, and by the operator.

use http::{Method, StatusCode};
use serde_json::json;
use tempfile::TempDir;

use crate::program::{errors, run};
use crate::world::World;

#[tokio::test]
async fn surfaces_let_in_whom_they_should() {
    let folder = TempDir::new().unwrap();
    let world = World::start(folder.path()).await;
    let at = |path: &str| format!("{}{path}", world.console);
    let token = std::fs::read_to_string(folder.path().join("operator.token")).unwrap();
    let token = token.trim();

    // The API: nobody without the token; problems as documents.
    for path in ["/api/v1/status", "/api/v1/people", "/api/v1/nothing"] {
        let refused = world.call(Method::GET, &at(path), None, Some("not the token")).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{path}");
        assert_eq!(refused.headers["content-type"], "application/problem+json");
    }
    let status = world.call(Method::GET, &at("/api/v1/status"), None, Some(token)).await.json();
    assert_eq!(status["healthy"], true, "{status}");
    let missing = world.call(Method::POST, &at("/api/v1/dead/1/replay"), None, Some(token)).await;
    assert_eq!(
        (missing.status, missing.json()["title"].as_str()),
        (StatusCode::NOT_FOUND, Some("no such dead letter"))
    );
    let stale = world
        .call(Method::POST, &at("/api/v1/people/apply"), Some(json!({"digest": "0"})), Some(token))
        .await;
    assert_eq!(stale.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stale.text);
    let wrong =
        world.call(Method::POST, &at("/api/v1/people/apply"), Some(json!({"x": 1})), Some(token)).await;
    assert!(
        wrong.status.is_client_error() && wrong.json()["detail"].as_str().unwrap().contains('x'),
        "{}",
        wrong.text
    );

    // Webhooks: nothing unproven, nothing too long, nothing for nobody.
    let forged = world.call(Method::POST, &at("/hooks/webex/webex/0"), Some(json!({})), None).await;
    assert!(matches!(forged.status, StatusCode::UNAUTHORIZED | StatusCode::BAD_REQUEST), "{}", forged.status);
    let long = json!({"x": "x".repeat(1024 * 1024)});
    let long = world.call(Method::POST, &at("/hooks/teams/teams/changes"), Some(long), None).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    for path in ["/hooks/webex/nobody/0", "/hooks/teams/webex/0"] {
        let nobody = world.call(Method::POST, &at(path), Some(json!({})), None).await;
        assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    }

    // Pages: strangers learn nothing, and what is said is escaped.
    let home = world.call(Method::GET, &at("/"), None, None).await;
    assert!(home.text.contains("Sign in") && !home.text.contains("ada.okafor"), "{}", home.text);
    assert!(home.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert_eq!(home.headers["x-content-type-options"], "nosniff");
    let signed_in = world.call(Method::GET, &at("/"), None, Some(token)).await;
    assert!(
        signed_in.text.contains("Ada Okafor") && signed_in.text.contains("All is well"),
        "{}",
        signed_in.text
    );
    let away = world.call(Method::GET, &at("/oauth/start/webex?as=admin"), None, None).await;
    assert_eq!(away.status, StatusCode::UNAUTHORIZED);
    let back = world.call(Method::GET, &at("/oauth/callback?state=%3Cscript%3E&code=x"), None, None).await;
    assert!(back.status == StatusCode::BAD_REQUEST && !back.text.contains("<script"), "{}", back.text);
    let used = world.call(Method::POST, &at("/connect/no-such-token"), None, None).await;
    assert_eq!(used.status, StatusCode::BAD_REQUEST, "{}", used.text);
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(world.call(Method::GET, &at(path), None, None).await.status, StatusCode::OK);
    }

    // Commands: the same, in tables.
    let data = folder.path().to_str().unwrap();
    let listed = run(&["people", "list", "--data", data]);
    let table = String::from_utf8(listed.stdout.clone()).unwrap();
    assert!(
        table.lines().any(|line| line.starts_with("Eva Lindqvist") && line.contains("@webex.bot")),
        "{table}"
    );
    let planned = run(&["people", "plan", "--data", data]);
    assert!(String::from_utf8(planned.stdout).unwrap().starts_with("Everything is as it should be."));
    let nobody = run(&["people", "invite", "nobody@acme.example", "--data", data]);
    assert_eq!((nobody.status.code(), errors(&nobody).contains("no such person")), (Some(1), true));
    let longer = run(&["links", "create", "webex:a", "teams:b", "--option", "history=57", "--data", data]);
    let days = "history is a number of days from 0 (from now on) to 56";
    assert_eq!(
        (longer.status.code(), errors(&longer).contains(days)),
        (Some(1), true),
        "{}",
        errors(&longer)
    );
    assert_eq!(world.process.stop().code, Some(0));
}
