//! The application object: the keys that the guide and generated clients of the developer site show.

use serde::Serialize;

use crate::webex::id;
use crate::webex::shape::time;
use crate::webex::world::apps::{App, Kind};

/// An application; `bot_token` only in the answer that created it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AppShape<'a> {
    id: String,
    name: &'a str,
    friendly_id: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tagline: Option<&'a str>,
    org_id: String,
    is_native: bool,
    is_featured: bool,
    submission_status: &'static str,
    org_submission_status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_by: Option<String>,
    created: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_person_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_urls: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bot_token: Option<&'a str>,
}

impl<'a> AppShape<'a> {
    pub(super) fn of(app: &'a App, bot_token: Option<&'a str>) -> Self {
        let mut shape = Self {
            id: id::application(&app.client),
            name: &app.name,
            friendly_id: &app.friendly,
            kind: "bot",
            logo: app.logo.as_deref(),
            description: app.description.as_deref(),
            tagline: app.tagline.as_deref(),
            org_id: id::organization(app.org),
            is_native: false,
            is_featured: false,
            submission_status: "none",
            org_submission_status: "none",
            created_by: app.creator.map(id::person),
            created: time(app.created),
            bot_email: None,
            bot_person_id: None,
            client_id: None,
            redirect_urls: None,
            bot_token,
        };
        match &app.kind {
            Kind::Bot { person, email } => {
                shape.bot_email = Some(email);
                shape.bot_person_id = Some(id::person(*person));
            }
            Kind::Integration { redirect_uris, .. } => {
                shape.kind = "integration";
                shape.client_id = Some(&app.client);
                shape.redirect_urls = Some(redirect_uris);
            }
        }
        shape
    }
}
