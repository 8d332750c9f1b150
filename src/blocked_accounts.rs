//! The header that names the accounts which a partial response leaves out.

use http::HeaderMap;

use crate::models::{BlockedAccount, Provider};

/// Reads the accounts that a partial response leaves out: `google:ada@example.com, caldav:https://…`.
pub(crate) fn blocked_accounts(headers: &HeaderMap) -> Vec<BlockedAccount> {
    let values = headers.get_all("x-connect-calendar-permission-missing").iter().map(|value| text(value.as_bytes()));
    let entries: Vec<_> = values.flat_map(|value| value.split(',').map(str::to_owned).collect::<Vec<_>>()).collect();
    // An entry that cannot be told apart is an account that is left out all the same.
    let account = |entry: &String| match entry.split_once(':') {
        Some((provider, account)) => blocked_account(Some(Provider::from(provider.trim())), account),
        None => blocked_account(None, entry),
    };
    entries.iter().filter(|entry| !entry.trim().is_empty()).map(account).collect()
}

/// Reads a header as UTF-8, or as Latin-1, which is what servers write whose language has no bytes in headers.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

/// Makes an account.
#[expect(clippy::field_reassign_with_default, reason = "a literal would not compile once the contract adds a member")]
pub(crate) fn blocked_account(provider: Option<Provider>, account: &str) -> BlockedAccount {
    let mut blocked = BlockedAccount::default();
    blocked.provider = provider;
    blocked.account = Some(account.trim().to_owned());
    blocked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_split_at_the_first_colon() {
        let mut headers = HeaderMap::new();
        headers.append(
            "x-connect-calendar-permission-missing",
            "google:ada@example.com, caldav:https://dav.example/ada,,broken".parse().unwrap(),
        );
        headers.append("x-connect-calendar-permission-missing", "proton:a:b".parse().unwrap());
        let accounts = blocked_accounts(&headers);
        let provider =
            |account: &BlockedAccount| account.provider.as_ref().map(|provider| provider.as_str().to_owned());
        let pairs: Vec<_> = accounts.iter().map(|a| (provider(a), a.account.as_deref().unwrap())).collect();
        let of = |provider: &str, account| (Some(provider.to_owned()), account);
        assert_eq!(
            pairs,
            [
                of("google", "ada@example.com"),
                of("caldav", "https://dav.example/ada"),
                (None, "broken"),
                of("proton", "a:b")
            ]
        );
    }

    #[test]
    fn a_name_in_latin_1_loses_no_account() {
        let mut headers = HeaderMap::new();
        let value = http::HeaderValue::from_bytes(b"caldav:j\xF6rg@example.com, google:ada@example.com").unwrap();
        headers.append("x-connect-calendar-permission-missing", value);
        let accounts = blocked_accounts(&headers);
        let names: Vec<_> = accounts.iter().map(|account| account.account.as_deref().unwrap()).collect();
        assert_eq!(names, ["jörg@example.com", "ada@example.com"]);
    }
}
