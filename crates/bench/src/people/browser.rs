//! One person's browser: keeps cookies, goes where it is sent, and fills in the vendor's consent page.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use http::{Method, StatusCode, header};
use url::Url;

/// One person's browser.
pub(crate) struct Browser {
    http: reqwest::Client,
    cookies: BTreeMap<String, String>,
}

/// What a page answered.
struct Page {
    status: StatusCode,
    location: Option<Url>,
}

impl Browser {
    /// A browser without cookies. Connections are shared by all.
    pub(crate) fn new(http: &reqwest::Client) -> Self {
        Self { http: http.clone(), cookies: BTreeMap::new() }
    }

    /// Opens a personal link and goes through with it as the person of this address.
    pub(crate) async fn follow_invitation(&mut self, link: &Url, email: &str) -> anyhow::Result<()> {
        let page = self.open(Method::GET, link, None, None).await?;
        ensure!(page.status == StatusCode::OK, "a personal link answered {}", page.status);
        let away = self.open(Method::POST, link, Some(Vec::new()), None).await?;
        self.consent(away, email).await
    }

    /// Connects a workspace from the console as its administrator.
    pub(crate) async fn connect(&mut self, start: &Url, token: &str, email: &str) -> anyhow::Result<()> {
        let away = self.open(Method::GET, start, None, Some(token)).await?;
        self.consent(away, email).await
    }

    /// The vendor's page, whose form repeats the request and adds who one is and what one decides; then back.
    async fn consent(&mut self, away: Page, email: &str) -> anyhow::Result<()> {
        ensure!(away.status == StatusCode::SEE_OTHER, "a consent began with {}", away.status);
        let vendor = away.location.context("a consent leads nowhere")?;
        let page = self.open(Method::GET, &vendor, None, None).await?;
        ensure!(page.status == StatusCode::OK, "the consent page answered {}", page.status);
        let mut fields: Vec<(String, String)> = vendor.query_pairs().into_owned().collect();
        fields.push(("person".to_owned(), email.to_owned()));
        fields.push(("decision".to_owned(), "approve".to_owned()));
        let mut form = vendor.clone();
        form.set_query(None);
        let back = self.open(Method::POST, &form, Some(fields), None).await?;
        let callback = back.location.with_context(|| format!("the consent page answered {}", back.status))?;
        let done = self.open(Method::GET, &callback, None, None).await?;
        ensure!(done.status == StatusCode::OK, "after a consent the server answered {}", done.status);
        Ok(())
    }

    async fn open(
        &mut self,
        method: Method,
        url: &Url,
        form: Option<Vec<(String, String)>>,
        token: Option<&str>,
    ) -> anyhow::Result<Page> {
        let mut request = self.http.request(method, url.clone());
        if !self.cookies.is_empty() {
            let pairs: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(form) = form {
            let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(text);
        }
        let answer = request.send().await.with_context(|| format!("{} does not answer", url.path()))?;
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let Some((name, value)) =
                cookie.to_str()?.split(';').next().and_then(|pair| pair.split_once('='))
            else {
                bail!("{} set a cookie that is none", url.path());
            };
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = answer.headers().get(header::LOCATION).map(|to| to.to_str()).transpose()?;
        let location = location.map(|to| url.join(to)).transpose()?;
        Ok(Page { status: answer.status(), location })
    }
}
