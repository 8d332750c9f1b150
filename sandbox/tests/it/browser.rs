//! What a browser would do, without one.

use reqwest::{RequestBuilder, Response, header};

use crate::support::{Api, send};

pub(crate) const QUERY: [(&str, &str); 3] = [("client_id", "sandbox-client"), ("user_id", "alice"), ("state", "a b&c")];

/// A consent page in a browser of its own.
pub(crate) struct Page<'a> {
    api: &'a Api,
    pub(crate) path: String,
    pub(crate) cookie: String,
    pub(crate) html: String,
}

impl<'a> Page<'a> {
    /// Authorizes as Alice, or with other parameters, and follows the redirect to the page.
    pub(crate) async fn open(api: &'a Api, parameters: &[(&str, &str)]) -> Self {
        let usual = QUERY.iter().filter(|(name, _)| parameters.iter().all(|(given, _)| given != name));
        let query: Vec<_> = usual.chain(parameters).collect();
        let redirect = send(api.get("/oauth/authorize").query(&query)).await;
        assert_eq!(redirect.status(), 302);
        let path = location(&redirect);
        let cookie = redirect.headers()[header::SET_COOKIE].to_str().expect("a text");
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        let mut page = Self { api, path, cookie, html: String::new() };
        let response = send(page.get()).await;
        assert_eq!(response.status(), 200);
        page.html = response.text().await.expect("a page");
        page
    }

    /// Loads the page once more.
    pub(crate) fn get(&self) -> RequestBuilder {
        self.api.http.get(self.address()).header(header::COOKIE, &self.cookie)
    }

    /// Sends the form with these fields besides its token.
    pub(crate) fn submit(&self, fields: &[(&str, &str)]) -> RequestBuilder {
        self.post().form(&[&[("token", self.token())], fields].concat())
    }

    /// Presses "Allow" with these accounts ticked, and their calendars too.
    pub(crate) async fn allow(&self, accounts: &[&str]) -> Response {
        let ticks = accounts.iter().flat_map(|account| [("account", *account), ("calendars", *account)]);
        send(self.submit(&ticks.chain([("decision", "allow")]).collect::<Vec<_>>())).await
    }

    pub(crate) fn post(&self) -> RequestBuilder {
        self.api.http.post(self.address()).header(header::COOKIE, &self.cookie)
    }

    pub(crate) fn token(&self) -> &str {
        between(&self.html, "name=\"token\" value=\"", "\"")
    }

    /// Gives the markup of an account's row.
    pub(crate) fn row(&self, account: &str) -> &str {
        let rows = self.html.split("<li>");
        let key = format!("name=\"account\" value=\"{account}\"");
        rows.into_iter().find(|row| row.contains(&key)).unwrap_or_else(|| panic!("{account} is offered"))
    }

    fn address(&self) -> String {
        format!("{}{}", self.api.sandbox.origin(), self.path)
    }
}

pub(crate) fn location(response: &Response) -> String {
    response.headers()[header::LOCATION].to_str().expect("a text").to_owned()
}

/// Takes the code out of the redirect that ends the flow.
pub(crate) fn code(response: &Response) -> String {
    assert_eq!(response.status(), 303);
    between(&location(response), "?code=", "&").to_owned()
}

pub(crate) fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in {text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} in {text}")).0
}
