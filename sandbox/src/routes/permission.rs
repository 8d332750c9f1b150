//! What partial consent does to answers.

use hyper::header::HeaderName;

use crate::{
    error::ApiError,
    http::Answer,
    provider::Provider,
    state::{Account, SyncState, User},
};

const MISSING: HeaderName = HeaderName::from_static("x-connect-calendar-permission-missing");

/// Refuses a read when no account at all may show its calendars.
pub(super) fn check_read(user: &User) -> Result<(), ApiError> {
    if !user.accounts.is_empty() && user.accounts.iter().all(Account::is_blocked) {
        return Err(ApiError::calendar_permission(&pairs(user.blocked())));
    }
    Ok(())
}

/// Refuses a write to a calendar whose account, or whose whole provider, may not be touched.
pub(super) fn check_write(user: &User, provider: Provider, calendar_id: &str) -> Result<(), ApiError> {
    let account = user.account_of(provider, calendar_id);
    let mut accounts = user.accounts.iter().filter(|account| account.provider == provider).peekable();
    let all_blocked = accounts.peek().is_some() && accounts.all(Account::is_blocked);
    if all_blocked || account.is_some_and(Account::is_blocked) {
        let blocked = user.blocked().filter(|account| account.provider == provider);
        return Err(ApiError::calendar_permission(&pairs(blocked)));
    }
    match account {
        // What was synced before can still be read, but nothing reaches the provider any more.
        Some(account) if account.sync_state == SyncState::ReauthRequired => {
            Err(ApiError::provider_failure("The provider rejected the stored credentials of the account"))
        }
        Some(_) => Ok(()),
        None => Err(ApiError::not_found("The calendar was not found")),
    }
}

/// Names the accounts that a partial result leaves out.
pub(super) fn mark_missing(answer: Answer, user: &User) -> Answer {
    let missing: Vec<String> = user.blocked().map(|account| format!("{}:{}", account.provider, account.id)).collect();
    if missing.is_empty() { answer } else { answer.with_header(MISSING, &missing.join(",")) }
}

fn pairs<'a>(accounts: impl Iterator<Item = &'a Account>) -> Vec<(Provider, String)> {
    accounts.map(|account| (account.provider, account.id.clone())).collect()
}
