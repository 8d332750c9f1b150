use serde_json::{Value, json};

use super::{
    accounts::{Account, Calendar},
    original,
    users::User,
};

impl User {
    /// Lists the calendars that consent did not leave out, as the calendar list shows them.
    pub(crate) fn calendars(&self) -> Vec<Value> {
        let accounts = self.accounts.iter().filter(|account| !account.is_blocked());
        accounts.flat_map(|account| account.calendars.iter().map(move |calendar| to_json(calendar, account))).collect()
    }
}

fn to_json(calendar: &Calendar, account: &Account) -> Value {
    let mut shown = json!({
        "provider": account.provider.as_str(),
        "id": calendar.id,
        "title": calendar.title,
        "timeZone": calendar.time_zone,
        "description": calendar.description,
        "original": original::calendar(calendar, account),
    });
    if let Some(color) = &calendar.color {
        shown["color"] = color.as_str().into();
    }
    shown
}
