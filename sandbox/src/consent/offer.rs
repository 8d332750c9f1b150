//! The accounts that a user may connect, and what becomes of the chosen ones.

use std::collections::HashSet;

use jiff::Timestamp;

use super::session::Ask;
use crate::{
    provider::Provider,
    seed::{self, Seed},
    state::{Account, Calendar, SyncState, User},
};

/// An account on the page.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) account: Account,
    pub(super) standing: Standing,
}

/// How an account stands with the user before the response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not connected
    New,
    /// Connected, and in order
    Connected,
    /// Connected, but the provider no longer takes its credentials
    Broken,
    /// Connected, but without access to calendars
    Blocked,
}

impl Standing {
    fn of(account: &Account) -> Self {
        match account.sync_state {
            SyncState::ReauthRequired => Self::Broken,
            SyncState::Active if account.is_blocked() => Self::Blocked,
            SyncState::Active => Self::Connected,
        }
    }

    pub(super) fn needs_repair(self) -> bool {
        matches!(self, Self::Broken | Self::Blocked)
    }
}

impl Offer {
    /// Names the account in the form.
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.account.provider, self.account.id)
    }
}

/// Lists what the page offers: the user's accounts at the providers asked for, connected or not.
pub(super) fn offers(user: &User, ask: &Ask) -> Vec<Offer> {
    let mut offers = Vec::new();
    for provider in Provider::ALL.into_iter().filter(|provider| ask.providers.contains(provider)) {
        let connected: Vec<&Account> = user.accounts.iter().filter(|account| account.provider == provider).collect();
        let first = seed::account(provider, &ask.user);
        let second = second_account(&first);
        let seeded: Vec<Account> = [first].into_iter().chain(second).collect();
        for account in &seeded {
            let known = connected.iter().find(|known| known.id == account.id);
            offers.push(match known {
                Some(known) => Offer { account: (*known).clone(), standing: Standing::of(known) },
                None => Offer { account: account.clone(), standing: Standing::New },
            });
        }
        let others = connected.into_iter().filter(|known| seeded.iter().all(|account| account.id != known.id));
        offers.extend(others.map(|known| Offer { account: known.clone(), standing: Standing::of(known) }));
    }
    offers
}

/// Makes up a second account, for the providers where people often have two.
fn second_account(first: &Account) -> Option<Account> {
    let (name, host) = first.id.split_once('@')?;
    let id = format!("{name}.work@{host}");
    let calendar = match first.provider {
        Provider::Google => id.clone(),
        Provider::Microsoft => {
            "AAMkAGQ5ZmE0YzI4LTdiMWUtNGQwMy05YzRhLTJmNmU4YjEwZDc1MwBGAAAAAAC3k9v2Rr0wT5xYq7aPAAA=".into()
        }
        Provider::Apple | Provider::CalDav => return None,
    };
    let calendar = Calendar {
        id: calendar,
        title: "Work".into(),
        time_zone: "Europe/Berlin".into(),
        color: None,
        description: String::new(),
    };
    Some(Account::new(first.provider, id, vec![calendar]))
}

/// What is ticked in the form.
#[derive(Debug, Default)]
pub(super) struct Choice {
    accounts: HashSet<String>,
    calendars: HashSet<String>,
}

/// The reason why a choice cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Nothing was chosen.
    Empty,
    /// The limit leaves room for fewer.
    TooMany,
}

impl Choice {
    /// Gives the ticks of a fresh page: accounts to be repaired, with access to calendars.
    pub(super) fn initial(offers: &[Offer]) -> Self {
        let broken = offers.iter().filter(|offer| offer.standing.needs_repair());
        Self { accounts: broken.map(Offer::key).collect(), calendars: offers.iter().map(Offer::key).collect() }
    }

    /// Reads the ticks from the fields of a form.
    pub(super) fn read(fields: &[(String, String)]) -> Self {
        let values =
            |wanted: &str| fields.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.clone()).collect();
        Self { accounts: values("account"), calendars: values("calendars") }
    }

    /// Tells whether the account is ticked; one that is connected stays so whatever the form says.
    pub(super) fn takes(&self, offer: &Offer) -> bool {
        offer.standing == Standing::Connected || self.accounts.contains(&offer.key())
    }

    /// Tells whether the account's calendars may be used.
    pub(super) fn grants_calendars(&self, offer: &Offer) -> bool {
        self.calendars.contains(&offer.key())
    }

    /// Checks that something is chosen, and no more than there is room for.
    pub(super) fn check(&self, offers: &[Offer], room: Option<usize>) -> Result<(), Unfit> {
        let taken = || offers.iter().filter(|offer| self.takes(offer));
        let added = taken().filter(|offer| offer.standing == Standing::New).count();
        match room {
            Some(room) if added > room => Err(Unfit::TooMany),
            _ if taken().next().is_none() => Err(Unfit::Empty),
            _ => Ok(()),
        }
    }

    /// Connects and repairs the chosen accounts; leaves the others as they are.
    pub(super) fn carry_out(&self, offers: Vec<Offer>, user: &mut User, seed: Seed, now: Timestamp) {
        for offer in offers {
            if !self.takes(&offer) || offer.standing == Standing::Connected {
                continue;
            }
            let calendars = self.grants_calendars(&offer);
            let (provider, id) = (offer.account.provider, offer.account.id.clone());
            if offer.standing == Standing::New {
                seed::add(user, offer.account, seed, now);
            }
            let account = user.account(provider, &id);
            if provider.has_calendar_permission() {
                account.calendar_permission = Some(calendars);
            }
            if offer.standing == Standing::Broken {
                account.sync_state = SyncState::Active;
                account.sync_state_updated_at = Some(now);
            }
        }
    }
}
