//! The one list of platforms. Nothing else in the product names them.

use std::sync::Arc;

use entente_platform::{Platform, Registry};

/// Every platform that this binary speaks.
pub(crate) fn all() -> Registry {
    let platforms: [Arc<dyn Platform>; 4] = [
        Arc::new(entente_platform_webex::Webex),
        Arc::new(entente_platform_teams::Teams),
        Arc::new(entente_platform_slack::Slack),
        Arc::new(entente_platform_zoom::Zoom),
    ];
    Registry::new(platforms)
}
