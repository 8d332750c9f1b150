//! Sends forged deliveries.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::json;

use super::post::{Line, Post, Target};
use crate::{
    app::App,
    instant,
    random::Random,
    service::Service,
    webhooks::{Flood, Forgery, Signing, new_id},
};

/// A flood comes over so many connections at once.
const CONNECTIONS: usize = 4;

/// Sends a flood beside everything else.
pub(super) fn spawn(app: &Arc<App>, flood: Flood, era: u64) {
    let app = Arc::clone(app);
    tokio::spawn(async move {
        let share = |part: usize| flood.count / CONNECTIONS + usize::from(part < flood.count % CONNECTIONS);
        let lines: Vec<_> = (0..CONNECTIONS)
            .map(|part| tokio::spawn(send(Arc::clone(&app), flood.forgery, share(part), era)))
            .collect();
        for line in lines {
            // It ends early only with the runtime.
            let _ = line.await;
        }
        app.service().outbox.flood_ended(era);
    });
}

async fn send(app: Arc<App>, forgery: Forgery, count: usize, era: u64) {
    let mut line = Line::default();
    for _ in 0..count {
        let Ok(post) = app.service().forge(forgery) else { return };
        let outcome = line.send(&post).await;
        if !app.service().outbox.forged(era, outcome.ok()) {
            return;
        }
    }
}

impl Service {
    fn forge(&self, forgery: Forgery) -> Result<Post, String> {
        let settings = &self.settings.webhooks;
        let target = Target::of(settings.url.as_deref().unwrap_or_default(), settings.anywhere)?;
        let now = self.now();
        let body = json!({
            "provider": "google",
            "userId": "mallory",
            "calendarId": "primary",
            "changeType": "updated",
            "timestamp": instant::format(now),
            "events": [{ "id": self.forged.uuid().simple().to_string(), "title": "Forged" }],
        });
        let body = Bytes::from(body.to_string());
        let random = |seconds_ago: i64| {
            [
                ("webhook-id".to_owned(), new_id(&self.forged)),
                ("webhook-timestamp".to_owned(), now.as_second().saturating_sub(seconds_ago).to_string()),
                ("webhook-signature".to_owned(), random_signature(&self.forged)),
            ]
            .to_vec()
        };
        let headers = match forgery {
            Forgery::RandomSignature => random(0),
            Forgery::Old => random(3600),
            Forgery::Unsigned => Vec::new(),
            Forgery::ForeignKey => {
                let signed = Signing::new().foreign_key().sign(body.clone(), &self.keys, &self.forged, now);
                signed.map(|signed| signed.to_headers()).unwrap_or_default()
            }
        };
        Ok(Post { target, headers, body, timeout: settings.timeout })
    }
}

/// Makes a signature whose number is in range, so that a receiver has to do all the work to refuse it.
fn random_signature(random: &Random) -> String {
    let mut bytes = random.key();
    if let Some(highest) = bytes.last_mut() {
        *highest &= 0x0f;
    }
    format!("v1a,{}", STANDARD.encode(bytes))
}
