//! Writes the page.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use hyper::{
    StatusCode,
    header::{
        ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
        X_CONTENT_TYPE_OPTIONS,
    },
};
use sha2::{Digest, Sha256};

use super::{
    language::Language,
    offer::{Choice, Offer, Standing, Unfit},
    session::Session,
    texts::Texts,
};
use crate::{html::Html, http::Answer, provider::Provider, request::Request, scope::Scope, settings::Settings};

pub(crate) const PATH: &str = "/oauth/consent";

const LAYOUT: &str = include_str!("templates/layout.html");
const FORM: &str = include_str!("templates/form.html");
const ACCOUNT: &str = include_str!("templates/account.html");
const PERMISSION: &str = include_str!("templates/permission.html");
const ENDED: &str = include_str!("templates/ended.html");
const STYLE: &str = include_str!("style.css");

/// In the policy, a hash that lets this one style sheet pass.
static STYLE_HASH: LazyLock<String> = LazyLock::new(|| STANDARD.encode(Sha256::digest(STYLE)));

/// What the page shows to one user.
#[derive(Debug)]
pub(super) struct Page<'a> {
    pub(super) session: &'a Session,
    pub(super) offers: &'a [Offer],
    pub(super) choice: &'a Choice,
    /// How many accounts the limit leaves room for
    pub(super) room: Option<usize>,
    /// What was wrong with the response before this one
    pub(super) unfit: Option<Unfit>,
}

/// Responds with the page.
pub(super) fn form(page: &Page<'_>, settings: &Settings, request: &Request) -> Answer {
    let language = language(request);
    let texts = language.texts();
    let app = || Html::fill("<strong><bdi>{{name}}</bdi></strong>", &[("name", Html::text(&settings.app_name))]);
    let user = Html::fill("<bdi>{{id}}</bdi>", &[("id", Html::text(&page.session.ask.user))]);
    let notice = notice(page, settings, texts);
    let described = if notice.is_some() { " aria-describedby=\"notice\"" } else { "" };
    let accounts = page.offers.iter().enumerate().map(|(number, offer)| account(page, offer, number, texts)).collect();
    let content = Html::fill(
        FORM,
        &[
            ("title", Html::literal(texts.title)),
            ("lead", Html::fill(texts.lead, &[("app", app())])),
            ("user", Html::fill(texts.user, &[("user", user)])),
            ("notice", notice.unwrap_or_default()),
            ("action", Html::text(&format!("{PATH}?{}", request.query))),
            ("token", Html::text(&page.session.form_token)),
            ("access", Html::fill(texts.access, &[("app", app())])),
            ("abilities", abilities(page.session.ask.scope, texts)),
            ("described", Html::literal(described)),
            ("choose", Html::literal(texts.choose)),
            ("accounts", accounts),
            ("allow", Html::literal(texts.allow)),
            ("deny", Html::literal(texts.deny)),
            ("note", Html::literal(texts.note)),
        ],
    );
    let status = if page.unfit.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    answer(status, texts.title, content, language, request)
        .with_header(CONTENT_SECURITY_POLICY, &policy(&settings.redirect_uri))
}

/// Answers that there is nothing to decide for this browser, or no longer.
pub(super) fn ended(request: &Request) -> Answer {
    let language = language(request);
    let texts = language.texts();
    let (title, text) = (Html::literal(texts.ended_title), Html::literal(texts.ended));
    let content = Html::fill(ENDED, &[("title", title), ("text", text)]);
    answer(StatusCode::BAD_REQUEST, texts.ended_title, content, language, request)
        .with_header(CONTENT_SECURITY_POLICY, &policy(""))
}

fn answer(status: StatusCode, title: &'static str, content: Html, language: Language, request: &Request) -> Answer {
    let theme = match request.param("theme") {
        Some("light") => "light",
        Some("dark") => "dark",
        _ => "auto",
    };
    let html = Html::fill(
        LAYOUT,
        &[
            ("language", Html::literal(language.tag())),
            ("direction", Html::literal(language.direction())),
            ("theme", Html::literal(theme)),
            ("title", Html::literal(title)),
            ("style", Html::literal(STYLE)),
            ("content", content),
            ("sandbox", Html::literal(language.texts().sandbox)),
        ],
    );
    Answer::empty(status)
        .with_header(CONTENT_TYPE, "text/html; charset=utf-8")
        .with_header(CONTENT_LANGUAGE, language.tag())
        .with_header(CACHE_CONTROL, "no-store")
        .with_header(REFERRER_POLICY, "no-referrer")
        .with_header(X_CONTENT_TYPE_OPTIONS, "nosniff")
        .with_body(html.into_string().into())
}

fn language(request: &Request) -> Language {
    let accepted = request.headers.get(ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
    Language::choose(request.param("lng"), accepted)
}

/// Allows our one style sheet, and forms that end up at the application.
fn policy(redirect_uri: &str) -> String {
    // Browsers hold the redirects after a form against `form-action` too, and the application may redirect further.
    let scheme = redirect_uri.split_once(':').map_or("https", |(scheme, _)| scheme);
    let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let scheme = if is_scheme { scheme } else { "https" };
    format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; form-action 'self' http: https: {scheme}:; \
         base-uri 'none'; frame-ancestors 'none'",
        *STYLE_HASH
    )
}

fn notice(page: &Page<'_>, settings: &Settings, texts: &'static Texts) -> Option<Html> {
    let has_new = page.offers.iter().any(|offer| offer.standing == Standing::New);
    let text = match (page.unfit, page.room) {
        (_, Some(0)) if has_new => texts.full,
        (Some(Unfit::TooMany), _) => texts.too_many,
        (Some(Unfit::Empty), _) => texts.none_chosen,
        (None, _) => return None,
    };
    let number = |number: Option<usize>| Html::text(&number.unwrap_or_default().to_string());
    let text = Html::fill(text, &[("limit", number(settings.connection_limit)), ("room", number(page.room))]);
    Some(Html::fill("<p class=\"notice\" id=\"notice\" role=\"alert\">{{text}}</p>", &[("text", text)]))
}

/// Lists what the application may do, and stops at.
fn abilities(scope: Scope, texts: &'static Texts) -> Html {
    let lines = match scope {
        Scope::FreeBusy => [texts.see_busy, texts.see_no_details],
        Scope::Read => [texts.see_events, texts.change_nothing],
        Scope::ReadWrite => [texts.see_events, texts.change_events],
    };
    lines.into_iter().map(|line| Html::fill("<li>{{line}}</li>", &[("line", Html::literal(line))])).collect()
}

fn account(page: &Page<'_>, offer: &Offer, number: usize, texts: &'static Texts) -> Html {
    let provider = offer.account.provider;
    let (name, initial) = match provider {
        Provider::Google => ("Google Calendar", "G"),
        Provider::Microsoft => ("Microsoft Outlook", "M"),
        Provider::Apple => ("Apple Calendar", "A"),
        Provider::CalDav => ("CalDAV", "C"),
    };
    let is_closed = match offer.standing {
        Standing::New => page.room == Some(0),
        Standing::Connected => true,
        Standing::Broken | Standing::Blocked => false,
    };
    let label = Html::text(&format!("account-{number}"));
    let attributes = match (page.choice.takes(offer), is_closed) {
        (true, true) => " checked disabled",
        (true, false) => " checked",
        (false, true) => " disabled",
        (false, false) => "",
    };
    let badge = match offer.standing {
        Standing::New => Html::default(),
        Standing::Connected => badge("<span class=\"badge connected\">{{text}}</span>", texts.connected),
        Standing::Broken => badge("<span class=\"badge attention\">{{text}}</span>", texts.broken),
        Standing::Blocked => badge("<span class=\"badge attention\">{{text}}</span>", texts.blocked),
    };
    let permission = if provider.has_calendar_permission() && !is_closed {
        let granted = if page.choice.grants_calendars(offer) { " checked" } else { "" };
        Html::fill(
            PERMISSION,
            &[
                ("key", Html::text(&offer.key())),
                ("label", label.clone()),
                ("attributes", Html::literal(granted)),
                ("permission", Html::literal(texts.permission)),
            ],
        )
    } else {
        Html::default()
    };
    Html::fill(
        ACCOUNT,
        &[
            ("key", Html::text(&offer.key())),
            ("attributes", Html::literal(attributes)),
            ("provider", Html::text(provider.as_str())),
            ("initial", Html::literal(initial)),
            ("label", label),
            ("id", address(&offer.account.id)),
            ("provider_name", Html::literal(name)),
            ("badge", badge),
            ("permission", permission),
        ],
    )
}

/// Lets a long address break before its host.
fn address(id: &str) -> Html {
    let (name, host) = id.split_at(id.rfind('@').unwrap_or_default());
    Html::fill("{{name}}<wbr>{{host}}", &[("name", Html::text(name)), ("host", Html::text(host))])
}

fn badge(template: &'static str, text: &'static str) -> Html {
    Html::fill(template, &[("text", Html::literal(text))])
}
