use serde_json::json;

use crate::http::Answer;

pub(super) fn health() -> Answer {
    Answer::ok(&json!({ "status": "ok" }))
}
