//! The consent page: languages, themes, and words that are not to be trusted.

use mobiscroll_connect_sandbox::{Consent, Provider, Sandbox};
use reqwest::header;

use crate::{
    browser::{Page, between},
    support::{Api, send},
};

async fn asking() -> Api {
    Api::with(Sandbox::builder().consent(Consent::Ask).start().await.expect("a sandbox"))
}

fn language(html: &str) -> &str {
    between(html, "<html lang=\"", "\"")
}

#[tokio::test]
async fn the_page_speaks_eight_languages() {
    let api = asking().await;
    for (tag, direction, title) in [
        ("en", "ltr", "Connect your calendars"),
        ("es", "ltr", "Conecta tus calendarios"),
        ("fr", "ltr", "Connectez vos agendas"),
        ("de", "ltr", "Kalender verbinden"),
        ("it", "ltr", "Collega i tuoi calendari"),
        ("pt-PT", "ltr", "Associe os seus calendários"),
        ("pt-BR", "ltr", "Conecte suas agendas"),
        ("ar", "rtl", "ربط تقاويمك"),
    ] {
        let html = Page::open(&api, &[("lng", tag)]).await.html;
        assert!(html.contains(&format!("<html lang=\"{tag}\" dir=\"{direction}\"")), "{tag}");
        assert!(html.contains(&format!("<h1>{title}</h1>")), "{tag}");
    }
}

#[tokio::test]
async fn every_text_of_every_language_is_filled_in() {
    for limit in [0, 1] {
        let builder = Sandbox::builder().consent(Consent::Ask).connection_limit(limit).app_name("Planner");
        let api = Api::with(builder.start().await.expect("a sandbox"));
        for tag in ["en", "es", "fr", "de", "it", "pt-PT", "pt-BR", "ar"] {
            for scope in ["free-busy", "read", "read-write"] {
                let page = Page::open(&api, &[("lng", tag), ("scope", scope)]).await;
                let refused = page.allow(&["google:alice@gmail.example", "apple:alice@icloud.example"]).await;
                assert_eq!(refused.status(), 422);
                let refused = refused.text().await.expect("a page");
                assert!(refused.contains("role=\"alert\""));
                for html in [&page.html, &refused] {
                    assert!(!html.contains("{{") && !html.contains("}}"), "{html}");
                    assert_eq!(html.matches("<bdi>Planner</bdi>").count(), 2, "{html}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_language_asked_for_falls_back_step_by_step() {
    let api = asking().await;
    for (asked, expected) in [
        ("FR", "fr"),
        ("PT-br", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("pt_pt", "pt-PT"),
        ("pt", "pt-PT"),
        ("pt-AO", "pt-PT"),
        ("es-419", "es"),
        ("de_AT", "de"),
        ("ar-EG", "ar"),
        ("en-GB", "en"),
        ("ja", "en"),
        ("zh-Hant-TW", "en"),
        ("p", "en"),
        ("-", "en"),
        ("\u{0}", "en"),
    ] {
        let page = Page::open(&api, &[("lng", asked)]).await;
        assert_eq!(language(&page.html), expected, "{asked}");
    }
}

#[tokio::test]
async fn without_a_wish_the_browser_decides() {
    let api = asking().await;
    let page = Page::open(&api, &[]).await;
    for (accepted, expected) in [
        ("it", "it"),
        ("ja, fr-CH;q=0.8, de;q=0.9", "de"),
        ("es;q=0.5,it;q=0.5", "es"),
        ("fr;q=0", "en"),
        ("fr;q=-1, de;q=0.1", "de"),
        ("fr;q=2, de;q=x, es;q=NaN, it;q=0.3", "it"),
        ("*, ar;q=0.4", "ar"),
        ("pt-MZ;Q=0.7 , en;q=0.2", "pt-PT"),
        ("ja", "en"),
        ("*", "en"),
        (";;,=", "en"),
        ("", "en"),
    ] {
        let response = send(page.get().header(header::ACCEPT_LANGUAGE, accepted)).await;
        assert_eq!(response.headers()[header::CONTENT_LANGUAGE], expected);
        let html = response.text().await.expect("a page");
        assert_eq!(language(&html), expected, "{accepted}");
    }
    let page = Page::open(&api, &[("lng", "ja")]).await;
    let html = send(page.get().header(header::ACCEPT_LANGUAGE, "de")).await.text().await.expect("a page");
    assert_eq!(language(&html), "en", "a wish that cannot be met still counts");
}

#[tokio::test]
async fn the_page_that_has_ended_speaks_them_too() {
    let api = asking().await;
    let address = format!("{}/oauth/consent?lng=ar&theme=dark", api.sandbox.origin());
    let response = send(api.http.get(address)).await;
    assert_eq!(response.status(), 400);
    let html = response.text().await.expect("a page");
    assert!(html.contains("<html lang=\"ar\" dir=\"rtl\" data-theme=\"dark\">"), "{html}");
    assert!(!html.contains("{{"));
}

#[tokio::test]
async fn the_theme_is_taken_over_when_it_is_known() {
    let api = asking().await;
    for (theme, expected) in
        [("light", "light"), ("dark", "dark"), ("auto", "auto"), ("", "auto"), ("\"><script>", "auto")]
    {
        let page = Page::open(&api, &[("theme", theme)]).await;
        assert_eq!(between(&page.html, "data-theme=\"", "\""), expected);
    }
}

#[tokio::test]
async fn the_answer_keeps_language_and_theme() {
    let api = asking().await;
    let page = Page::open(&api, &[("lng", "de"), ("theme", "dark")]).await;
    let action = between(&page.html, "action=\"", "\"").replace("&amp;", "&");
    assert_eq!(action, page.path);
    let html = page.allow(&[]).await.text().await.expect("a page");
    assert!(html.contains("<html lang=\"de\" dir=\"ltr\" data-theme=\"dark\">"));
}

#[tokio::test]
async fn hostile_words_stay_words() {
    let hostile = "\"><script>alert('1')</script>&amp;{{token}}";
    let escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;amp;{{token}}";
    let builder = Sandbox::builder().consent(Consent::Ask).app_name(hostile);
    let api = Api::with(builder.start().await.expect("a sandbox"));
    let query = [("user_id", hostile), ("state", hostile), ("lng", hostile)];
    let page = Page::open(&api, &query).await;
    assert!(!page.html.contains("<script"), "{}", page.html);
    assert_eq!(page.html.matches(escaped).count(), 3, "{}", page.html);

    // An account is named by whoever connected it.
    api.sandbox.add_account(hostile, Provider::CalDav, hostile);
    let page = Page::open(&api, &query).await;
    assert!(!page.html.contains("<script"), "{}", page.html);
    assert!(page.html.contains(&format!("value=\"caldav:{escaped}\"")), "{}", page.html);
}

#[tokio::test]
async fn every_page_keeps_scripts_and_frames_out() {
    let builder = Sandbox::builder().consent(Consent::Ask).redirect_uri("my.app:/callback");
    let api = Api::with(builder.start().await.expect("a sandbox"));
    let page = Page::open(&api, &[]).await;
    let ended = api.http.get(format!("{}/oauth/consent", api.sandbox.origin()));
    for response in [send(page.get()).await, page.allow(&[]).await, send(ended).await] {
        let headers = response.headers();
        assert_eq!(headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("a text");
        for directive in ["default-src 'none'", "style-src 'sha256-", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
    }
    let response = send(page.get()).await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("a text");
    assert!(policy.contains("form-action 'self' http: https: my.app:;"), "{policy}");
}
