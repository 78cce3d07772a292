//! Commands that need no server.

use std::process::Stdio;

use crate::program::{Folder, command, errors, run};

#[test]
fn the_documented_defaults_are_a_configuration() {
    let folder = Folder::new();
    let printed = run(&["config"]);
    assert!(printed.status.success());
    let file = folder.write("defaults.toml", &String::from_utf8(printed.stdout).unwrap());
    let checked = run(&["check", "--config", file.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", errors(&checked));
    assert!(String::from_utf8(checked.stdout).unwrap().contains("is right"));
}

#[test]
fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_one() {
    let folder = Folder::new();
    let file = folder.write("entente.toml", "[server]\nlisten = \"127.0.0.1:0\"\nmax_conections = 1\n");
    for name in ["check", "serve"] {
        let refused = run(&[name, "--config", file.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(2));
        let wanted = format!(
            "entente: {}:3: unknown key \"max_conections\" in [server]; did you mean \"max_connections\"?\n",
            file.display()
        );
        assert_eq!(errors(&refused), wanted);
    }
}

#[test]
fn what_a_workspace_cannot_do_without_is_named_and_what_it_could_have_is_listed() {
    let folder = Folder::new();
    let slack = "[workspaces.acme]\nplatform = \"slack\"\ntenant = \"T0123456789\"\nclient_id = \"1.2\"\nclient_secret = \"x\"\n";
    let file = folder.write("slack.toml", slack);
    let refused = run(&["check", "--config", file.to_str().unwrap()]);
    let said = errors(&refused);
    assert_eq!((refused.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("workspaces.acme") && said.contains("signing"), "{said}");

    let zoom = "[workspaces.chat]\nplatform = \"zoom\"\ntenant = \"a\"\nclient_id = \"c\"\nclient_secret = \"x\"\n\
                secrets = { secret_token = \"t\" }\n";
    let file = folder.write("both.toml", &format!("{slack}secrets = {{ signing = \"s\" }}\n{zoom}"));
    let checked = run(&["check", "--config", file.to_str().unwrap()]);
    assert!(checked.status.success(), "{}", errors(&checked));
    let said = String::from_utf8(checked.stdout).unwrap();
    for line in ["acme on slack", "chat on zoom", "without app_token:", "without directory_client_id:"] {
        assert!(said.contains(line), "{line} is missing: {said}");
    }
    assert!(!said.contains("without signing") && !said.contains("without secret_token"), "{said}");
}

#[test]
fn secrets_that_a_platform_needs_are_missed_before_the_server_starts() {
    let folder = Folder::new();
    let checked = |given: &str| {
        let head = "[workspaces.acme-zoom]\nplatform = \"zoom\"\ntenant = \"t\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
        let file = folder.write("entente.toml", &format!("{head}{given}\n"));
        run(&["check", "--config", file.to_str().unwrap()])
    };
    let secrets = "secrets.directory_client_secret = \"s\"";
    let directory = format!("{secrets}\nsettings.directory_client_id = \"d\"");
    for right in [
        format!("{directory}\nsecrets.secret_token = \"x\""),
        format!("{directory}\nsettings.websocket_subscription = \"w\""),
    ] {
        let checked = checked(&right);
        assert!(checked.status.success(), "{}", errors(&checked));
    }
    for (wrong, missed) in [
        (directory.as_str(), "secrets.secret_token"),
        ("settings.websocket_subscription = \"w\"", "settings.directory_client_id"),
    ] {
        let refused = checked(wrong);
        assert_eq!(refused.status.code(), Some(2));
        let why = errors(&refused);
        assert!(why.starts_with("entente: workspaces.acme-zoom: ") && why.contains(missed), "{why}");
    }
}

#[test]
fn the_environment_is_checked_too() {
    let folder = Folder::new();
    let refused = folder.serve().env("ENTENTE_LOG__LEVL", "info").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let wanted = "entente: environment: ENTENTE_LOG__LEVL: no key named levl; did you mean \"level\"?\n";
    assert_eq!(errors(&refused), wanted);
}

#[test]
fn a_command_without_a_server_says_how_to_start_one() {
    let folder = Folder::new();
    let data = folder.path("nowhere");
    let failed = command(&["status", "--data", data.to_str().unwrap()]).output().unwrap();
    assert_eq!(failed.status.code(), Some(1));
    assert!(errors(&failed).contains("--data DIR"), "{}", errors(&failed));
}

#[test]
fn a_command_whose_reader_stops_ends_quietly() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let ended = command(&["config"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(errors(&ended), "");
    assert_eq!(ended.status.code(), Some(141));
}
