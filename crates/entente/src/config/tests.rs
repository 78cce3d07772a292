//! The configuration against its documentation, and the mistakes that operators make.

use std::collections::BTreeMap;
use std::path::Path;

use entente_platform::Registry;

use super::keys::{Kind, SECTIONS, WORKSPACES};
use super::{Config, DEFAULTS, Workspace, Written, Wrong};
use crate::platforms;

fn parse(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::parse(text, Path::new("/etc/entente"), environment, &platforms::all()).map_err(
        |wrong| match wrong {
            Wrong::At(line, why) => format!("{line}: {why}"),
            Wrong::Whole(why) | Wrong::Environment(why) => why,
        },
    )
}

#[test]
fn the_documented_defaults_are_the_real_ones_and_complete() {
    let documented: Written = toml::from_str(DEFAULTS).unwrap();
    let real = Written::default();
    assert_eq!(documented.server, real.server);
    assert_eq!(documented.data, real.data);
    assert_eq!(documented.engine, real.engine);
    assert_eq!(documented.calls, real.calls);
    assert_eq!(documented.log, real.log);
    let table: toml::Table = DEFAULTS.parse().unwrap();
    for (section, keys) in SECTIONS {
        let written = table[section].as_table().unwrap();
        let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
        assert_eq!(written.len(), known.len(), "[{section}]");
        for key in keys {
            assert!(written.contains_key(key.name), "{section}.{} is not documented", key.name);
        }
    }
    for key in Workspace::KEYS {
        assert!(
            DEFAULTS.contains(&format!("\n# {} = ", key.name)),
            "{WORKSPACES}.…{} is not documented",
            key.name
        );
    }
}

#[test]
fn every_documented_key_has_a_comment_before_it() {
    let mut before = "";
    for line in DEFAULTS.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(before.starts_with("# "), "{line} has no comment");
        }
        before = line;
    }
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_known_one() {
    assert_eq!(
        parse("[server]\nlisten = \"127.0.0.1:1\"\npublic_adress = \"x\"\n", &[]).unwrap_err(),
        "3: unknown key \"public_adress\" in [server]; did you mean \"public_address\"?"
    );
    assert_eq!(parse("[sever]\n", &[]).unwrap_err(), "1: unknown section [sever]; did you mean \"server\"?");
    assert_eq!(
        parse("[workspaces.a]\nplatform = \"webex\"\nclientid = \"x\"\n", &[]).unwrap_err(),
        "3: unknown key \"clientid\" in [workspaces.a]; did you mean \"client_id\"?"
    );
}

#[test]
fn a_wrong_type_is_named_with_its_line() {
    let wrong = parse("[server]\n\nmax_connections = \"many\"\n", &[]).unwrap_err();
    assert!(wrong.starts_with("3: invalid type: string \"many\""), "{wrong}");
}

#[test]
fn the_environment_wins_and_is_checked_like_the_file() {
    let of = |name, value| parse("[server]\nmax_connections = 1\n", &[(name, value)]);
    assert_eq!(of("ENTENTE_SERVER__MAX_CONNECTIONS", "7").unwrap().server.max_connections, 7);
    assert_eq!(of("ENTENTE_ENGINE__ORGANIZATION", "42").unwrap().engine, {
        let mut written = Written::default();
        written = toml::from_str(&DEFAULTS.replace("\"Entente\"", "\"42\"")).unwrap_or(written);
        written.engine
    });
    assert_eq!(
        of("ENTENTE_SERVER__LISTN", "x").unwrap_err(),
        "environment: ENTENTE_SERVER__LISTN: no key named listn; did you mean \"listen\"?"
    );
    for left_alone in
        ["ENTENTE_DATA", "ENTENTE_PORT", "ENTENTE_PORT_7700_TCP", "ENTENTE_SERVICE_HOST", "HOME"]
    {
        assert!(of(left_alone, "x").is_ok(), "{left_alone}");
    }
}

#[test]
fn a_variable_that_is_no_override_is_named() {
    let text = "[workspaces.acme-one]\nplatform = \"webex\"\nclient_id = \"c\"\nclient_secret = \"s\"\n";
    let of = |name| parse(text, &[(name, "x")]).unwrap_err();
    assert_eq!(
        of("ENTENTE_FOO"),
        "environment: ENTENTE_FOO is no key; a name is ENTENTE_SECTION__KEY or ENTENTE_WORKSPACES__NAME__KEY"
    );
    for (slip, meant) in [
        ("ENTENTE_SERVER_LISTEN", "ENTENTE_SERVER__LISTEN"),
        ("ENTENTE_SERVER_LISTN", "ENTENTE_SERVER__LISTEN"),
        ("ENTENTE_ENGINE_TELL_AFTER_SECONDS", "ENTENTE_ENGINE__TELL_AFTER_SECONDS"),
        ("ENTENTE_WORKSPACES_ACME_ONE_CLIENT_SECRET", "ENTENTE_WORKSPACES__ACME_ONE__CLIENT_SECRET"),
    ] {
        assert_eq!(of(slip), format!("environment: {slip} is no key; did you mean {meant}?"));
    }
    assert!(of("ENTENTE_WORKSPACES__ACME_ONE__CLIENT_SECRT").ends_with("did you mean \"client_secret\"?"));
}

#[test]
fn a_key_without_a_near_name_is_told_which_there_are() {
    assert_eq!(
        parse("[log]\nzzzzqqq = 1\n", &[]).unwrap_err(),
        "2: unknown key \"zzzzqqq\" in [log]; known are level, format"
    );
    assert_eq!(
        parse("[zzzzqqq]\n", &[]).unwrap_err(),
        "1: unknown section [zzzzqqq]; known are server, data, engine, calls, log, workspaces"
    );
}

#[test]
fn a_level_is_one_or_rules() {
    let of = |level: &str| parse(&format!("[log]\nlevel = \"{level}\"\n"), &[]).map(|_| ());
    for right in ["info", "OFF", "warn,entente_engine=debug", "info,hyper=off", "entente[{id=3}]=trace"] {
        assert_eq!(of(right), Ok(()), "{right}");
    }
    for wrong in ["blah", "", "info,blah", "info,entente=loud", "info;debug"] {
        let why = of(wrong).unwrap_err();
        assert!(why.starts_with(&format!("log.level is \"{wrong}\"; it must be error")), "{why}");
    }
}

#[test]
fn a_platform_that_there_is_not_is_named_first() {
    let why = parse("[workspaces.a]\nplatform = \"carrier-pigeon\"\n", &[]).unwrap_err();
    assert!(why.starts_with("workspaces.a.platform: no platform \"carrier-pigeon\"; known are "), "{why}");
    let platform = platforms::all().iter().find(|one| !one.profile().needs_tenant).unwrap().id();
    let why = parse(&format!("[workspaces.a]\nplatform = \"{platform}\"\n"), &[]).unwrap_err();
    assert!(why.starts_with("workspaces.a.client_id: give the id"), "{why}");
}

#[test]
fn other_secrets_of_an_app_are_known_by_name_and_may_stand_in_files() {
    let registry: Registry = platforms::all();
    let platform = registry.iter().find(|one| !one.profile().secrets.is_empty()).unwrap();
    let (secret, _) = platform.profile().secrets[0];
    let head = format!(
        "[workspaces.a]\nplatform = \"{}\"\ntenant = \"t\"\nclient_id = \"c\"\nclient_secret = \"s\"\n",
        platform.id()
    );
    let with = |more: &str| parse(&format!("{head}{more}\n"), &[]);
    assert!(with("").unwrap().sites[0].secrets.is_empty());
    assert!(
        with(&format!("secrets = {{ {secret} = \"x\" }}")).unwrap().sites[0].secrets.contains_key(secret)
    );
    let why = with(&format!("secrets = {{ {secret}s = \"x\" }}")).unwrap_err();
    assert!(why.contains("has no such secret") && why.contains("did you mean"), "{why}");
    let why = with(&format!("secrets = {{ {secret} = \"\" }}")).unwrap_err();
    assert!(why.ends_with("is empty"), "{why}");
    let why = with(&format!("secret_files = {{ {secret} = \"not.there\" }}")).unwrap_err();
    assert!(why.contains("cannot be read"), "{why}");
}

#[test]
fn what_is_no_secret_stands_among_the_settings_and_is_refused_elsewhere() {
    let registry: Registry = platforms::all();
    let platform = registry.iter().find(|one| !one.profile().settings.is_empty()).unwrap();
    let (setting, secret) = (platform.profile().settings[0].0, platform.profile().secrets[0].0);
    let head = format!(
        "[workspaces.a]\nplatform = \"{}\"\ntenant = \"t\"\nclient_id = \"c\"\nclient_secret = \"s\"\n",
        platform.id()
    );
    let with = |more: &str| parse(&format!("{head}{more}\n"), &[]);
    let site = with(&format!("settings = {{ {setting} = \"x\" }}")).unwrap().sites.remove(0);
    assert_eq!(site.settings.get(setting).map(String::as_str), Some("x"));
    for section in ["secrets", "secret_files"] {
        let why = with(&format!("{section} = {{ {setting} = \"x\" }}")).unwrap_err();
        let wanted = format!(
            "workspaces.a.{section}.{setting}: is no secret; give it as workspaces.a.settings.{setting}"
        );
        assert_eq!(why, wanted);
    }
    let why = with(&format!("settings = {{ {secret} = \"x\" }}")).unwrap_err();
    assert!(why.ends_with(&format!("give it as workspaces.a.secrets.{secret}")), "{why}");
    let why = with(&format!("settings = {{ {setting}s = \"x\" }}")).unwrap_err();
    assert!(why.contains("has no such setting") && why.contains("did you mean"), "{why}");
}

#[test]
fn a_workspace_is_read_with_defaults_and_its_mistakes_are_named() {
    let registry: Registry = platforms::all();
    let platform = registry.iter().next().unwrap();
    let (name, profile) = (platform.id(), platform.profile());
    let tenant = if profile.needs_tenant { "tenant = \"t\"\n" } else { "" };
    let text = format!("[workspaces.acme-one]\nplatform = \"{name}\"\n{tenant}client_id = \"c\"\n");
    assert_eq!(
        parse(&text, &[]).unwrap_err(),
        "workspaces.acme-one: client_secret or client_secret_file is needed"
    );
    let config = parse(&text, &[("ENTENTE_WORKSPACES__ACME_ONE__CLIENT_SECRET", "s")]).unwrap();
    let site = &config.sites[0];
    assert_eq!(site.workspace.id.as_str(), "acme-one");
    let defaults: BTreeMap<&str, &str> = profile.addresses.iter().copied().collect();
    assert_eq!(site.addresses.len(), defaults.len());
    let (address, _) = profile.addresses[0];
    let other =
        format!("{text}client_secret = \"s\"\naddresses = {{ {address} = \"http://203.0.113.9\" }}\n");
    assert!(parse(&other, &[]).unwrap_err().ends_with("must be https, or http on this machine"));
    let other = text.replace(&format!("\"{name}\""), &format!("\"{name}x\""));
    assert!(parse(&other, &[]).unwrap_err().ends_with(&format!("did you mean \"{name}\"?")));
}

#[test]
fn kinds_are_what_the_defaults_hold() {
    let table: toml::Table = DEFAULTS.parse().unwrap();
    for (section, keys) in SECTIONS {
        for key in keys {
            let is_text = table[section][key.name].is_str();
            assert_eq!(is_text, key.kind == Kind::Text, "{section}.{}", key.name);
        }
    }
}
