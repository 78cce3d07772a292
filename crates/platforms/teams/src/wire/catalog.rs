//! The organization's catalog of apps. Graph: `teamsApp`, `teamsAppDefinition`, `teamworkBot`.

use serde::Deserialize;

/// `teamsApp`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatalogApp {
    /// Its id in the catalog.
    pub(crate) id: String,
    /// Its versions, if they were asked for.
    #[serde(default)]
    pub(crate) app_definitions: Option<Vec<Definition>>,
}

impl CatalogApp {
    /// Whether this is the app of this bot.
    pub(crate) fn is_of(&self, client_id: &str) -> bool {
        let bots = self.app_definitions.iter().flatten().filter_map(|one| one.bot.as_ref());
        bots.filter_map(|bot| bot.id.as_deref()).any(|id| id.eq_ignore_ascii_case(client_id))
    }
}

/// `teamsAppDefinition`.
#[derive(Debug, Deserialize)]
pub(crate) struct Definition {
    /// Its bot, if it has one and it was asked for.
    pub(crate) bot: Option<Bot>,
}

/// `teamworkBot`.
#[derive(Debug, Deserialize)]
pub(crate) struct Bot {
    /// The client id.
    pub(crate) id: Option<String>,
}
