use jiff::Timestamp;

use super::{accounts::Account, channels::WebhookChannel, event::Event, versions::EventHistory};
use crate::{provider::Provider, random::Random};

/// One of the application's users, with everything connected.
#[derive(Debug)]
pub(crate) struct User {
    /// Gives the ids of this user's events
    pub(super) random: Random,
    /// Whether the accounts are those of a saved state, to which nothing is added unasked
    pub(crate) is_restored: bool,
    pub(crate) accounts: Vec<Account>,
    pub(crate) events: Vec<Event>,
    pub(crate) channels: Vec<WebhookChannel>,
    /// The channels that a newer one of their calendar took over
    pub(super) superseded: Vec<WebhookChannel>,
    pub(super) next_event: u64,
    pub(crate) history: EventHistory,
}

impl User {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            is_restored: false,
            accounts: Vec::new(),
            events: Vec::new(),
            channels: Vec::new(),
            superseded: Vec::new(),
            next_event: 0,
            history: EventHistory::default(),
        }
    }

    /// Gives the account, connected without calendars if it was unknown.
    pub(crate) fn account(&mut self, provider: Provider, id: &str) -> &mut Account {
        let known = self.accounts.iter().position(|account| account.provider == provider && account.id == id);
        let at = known.unwrap_or_else(|| {
            self.accounts.push(Account::new(provider, id.to_owned(), Vec::new()));
            self.accounts.len() - 1
        });
        &mut self.accounts[at]
    }

    /// Counts the accounts that the limit still allows, if there is one.
    pub(crate) fn room(&self, limit: Option<usize>) -> Option<usize> {
        limit.map(|limit| limit.saturating_sub(self.accounts.len()))
    }

    /// Finds the account that a calendar belongs to.
    pub(crate) fn account_of(&self, provider: Provider, calendar_id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.provider == provider && account.has_calendar(calendar_id))
    }

    /// Lists the accounts whose consent left out the calendars.
    pub(crate) fn blocked(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(|account| account.is_blocked())
    }

    /// Removes the matching accounts with their events and channels, and tells how many there were.
    pub(crate) fn disconnect(&mut self, provider: Provider, account_id: Option<&str>, now: Timestamp) -> usize {
        let leaves = |account: &Account| account.provider == provider && account_id.is_none_or(|id| account.id == id);
        let (gone, stays): (Vec<_>, Vec<_>) = self.accounts.drain(..).partition(leaves);
        self.accounts = stays;
        let is_gone = |calendar: &str| gone.iter().any(|account| account.has_calendar(calendar));
        let leaves =
            |event: &mut Event| event.provider() == Some(provider) && event.text("calendarId").is_some_and(is_gone);
        let events: Vec<Event> = self.events.extract_if(.., leaves).collect();
        self.superseded.retain(|channel| channel.provider != provider || !is_gone(&channel.calendar_id));
        self.channels.retain(|channel| channel.provider != provider || !is_gone(&channel.calendar_id));
        self.note_disconnected(events, now);
        gone.len()
    }

    /// Lets a new channel take over the others of its calendar, and gives those.
    pub(crate) fn supersede(&mut self, new: &WebhookChannel) -> Vec<WebhookChannel> {
        let is_alike = |old: &mut WebhookChannel| old.provider == new.provider && old.calendar_id == new.calendar_id;
        let old: Vec<WebhookChannel> = self.channels.extract_if(.., is_alike).collect();
        self.superseded.retain(|old| old.channel_id != new.channel_id);
        self.superseded.extend(old.iter().cloned());
        old
    }

    /// Ends a channel, and gives what ended with it: of one that another took over, that other.
    pub(crate) fn end_channel(&mut self, provider: Provider, channel_id: &str) -> Vec<WebhookChannel> {
        let is_meant = |channel: &mut WebhookChannel| channel.provider == provider && channel.channel_id == channel_id;
        let gone: Vec<WebhookChannel> = self.superseded.extract_if(.., is_meant).collect();
        let ends = |channel: &mut WebhookChannel| {
            is_meant(channel)
                || (channel.provider == provider && gone.iter().any(|gone| gone.calendar_id == channel.calendar_id))
        };
        self.channels.extract_if(.., ends).collect()
    }
}
