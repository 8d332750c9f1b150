//! The header that names the accounts which a partial response leaves out.

use http::HeaderMap;

use crate::models::{BlockedAccount, Provider};

/// Reads the accounts that a partial response leaves out: `google:ada@example.com, caldav:https://…`.
pub(crate) fn blocked_accounts(headers: &HeaderMap) -> Vec<BlockedAccount> {
    let values = headers.get_all("x-connect-calendar-permission-missing");
    let pairs = values.iter().filter_map(|value| std::str::from_utf8(value.as_bytes()).ok());
    let pairs = pairs.flat_map(|value| value.split(',')).filter_map(|pair| pair.split_once(':'));
    pairs.map(|(provider, account)| blocked_account(Some(Provider::from(provider.trim())), account)).collect()
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
        let pairs: Vec<_> =
            accounts.iter().map(|a| (a.provider.as_ref().unwrap().as_str(), a.account.as_deref().unwrap())).collect();
        assert_eq!(pairs, [("google", "ada@example.com"), ("caldav", "https://dav.example/ada"), ("proton", "a:b")]);
    }
}
