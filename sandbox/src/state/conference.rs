//! What each provider makes of the online meeting that a client asks for.

use serde_json::{Map, Value, json};

use crate::{provider::Provider, random::Random};

/// Replaces the wish for a meeting with the meeting that the provider would set up.
pub(super) fn settle(random: &Random, provider: Provider, members: &mut Map<String, Value>) {
    let data = members.get_mut("conferenceData").and_then(Value::as_object_mut);
    let generate = data.and_then(|data| data.remove("autoGenerate")) == Some(Value::Bool(true));
    match provider {
        Provider::Google if generate => {
            let id = new_id(random);
            let url = format!("https://meet.example/{id}");
            let data = json!({
                "provider": "google-meet",
                "conferenceId": id,
                "conferenceSolution": { "key": { "type": "hangoutsMeet" }, "name": "Google Meet" },
                "entryPoints": [{ "entryPointType": "video", "uri": url }],
            });
            members.insert("conference".into(), url.into());
            members.insert("conferenceData".into(), data);
        }
        Provider::Microsoft if generate => {
            let id = new_id(random);
            let url = format!("https://teams.example/l/meetup-join/{id}");
            let data = json!({ "provider": "microsoft-teams", "conferenceId": id, "joinUrl": url });
            members.insert("conference".into(), url.into());
            members.insert("conferenceData".into(), data);
        }
        // A link alone does not make an online meeting here.
        Provider::Microsoft => {
            members.retain(|name, value| value.is_null() || !(name == "conference" || name == "conferenceData"));
        }
        Provider::Apple | Provider::CalDav if generate => {
            members.remove("conferenceData");
        }
        Provider::Google | Provider::Apple | Provider::CalDav => {}
    }
}

/// Writes the conference as the object that some answers have in place of the link.
pub(super) fn to_object(event: &mut Map<String, Value>) {
    let Some(Value::String(url)) = event.get("conference") else {
        return;
    };
    let data = event.get("conferenceData");
    let member = |name: &str| data.and_then(|data| data.get(name)).cloned();
    let conference = json!({
        "url": url,
        "provider": member("provider"),
        "autoGenerate": member("conferenceId").is_some(),
        "data": data,
    });
    event.insert("conference".into(), conference);
}

fn new_id(random: &Random) -> String {
    let text = random.uuid().simple().to_string();
    format!("{}-{}-{}", &text[..3], &text[3..7], &text[7..10])
}
