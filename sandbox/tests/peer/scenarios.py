"""What the SDK is asked to do, for each client and each dialect of the sandbox."""

import asyncio
import json
from datetime import datetime, timezone

from mobiscroll_connect import Provider, TokenResponse, WebhookVerificationError, verify_webhook_signature

from mobiscroll_connect._internal.webhook_keys import WebhookKeyStore

import canned
import delivery
import meeting
from harness import CLIENT, Peer

# Long before the events that the sandbox makes up.
START, END = datetime(2020, 3, 1, tzinfo=timezone.utc), datetime(2020, 4, 1, tzinfo=timezone.utc)
NEW = {
    "provider": "google",
    "calendar_id": "primary",
    "title": "Engine planning",
    "start": datetime(2020, 3, 2, 9, tzinfo=timezone.utc),
    "end": "2020-03-02T10:00:00Z",
}


async def sign_in(peer, user, **options):
    """Goes through the whole flow, and gives the tokens."""
    url = peer.call_now("auth.generate_auth_url", user, **options)
    back = peer.sandbox.consent(url)
    return await peer.call(f"exchange of the code for {user}", "auth.get_token", back["code"])


async def oauth(peer):
    url = peer.call_now("auth.generate_auth_url", "ada", state="s 1", providers="google,caldav", lng="es")
    back = peer.sandbox.consent(url)
    peer.check("the state comes back as it was", back["state"] == "s 1", back)
    tokens = await peer.call(
        "a code gives tokens", "auth.get_token", back["code"],
        expect=lambda t: (t.token_type, t.expires_in) == ("Bearer", 3600) and t.refresh_token,
    )
    peer.check("tokens survive their own dictionary", TokenResponse.from_dict(tokens.to_dict()) == tokens)
    await peer.call(
        "only the offered providers are connected", "auth.get_connection_status",
        expect=lambda s: sorted(p for p, accounts in s.connections.items() if accounts) == ["caldav", "google"],
    )
    await peer.fail("a code works once", "auth.get_token", back["code"], error="ValidationError")
    stranger = Peer(peer.table, peer.flavour, peer.dialect, peer.sandbox)
    stranger.client.config.__dict__["client_secret"] = "wrong"
    await stranger.fail("a wrong secret", "auth.get_token", "any", error="AuthenticationError")
    await sign_in(peer, "ada", scope="read-write")
    peer.check("the settings can be read", peer.find("config").client_id == CLIENT[0])


async def reading(peer):
    await peer.call(
        "four providers with an account each", "auth.get_connection_status",
        expect=lambda s: len(s.connections) == 4 and not s.limit_reached
        and all(len(accounts) == 1 and accounts[0].sync_state == "active" for accounts in s.connections.values())
        and s.connections["google"][0].calendar_permission_granted is True
        and s.connections["apple"][0].calendar_permission_granted is None,
    )
    calendars = await peer.call("six calendars", "calendars.list", expect=lambda c: len(c) == 6 and c[0].original)
    everything = await peer.call("the whole month", "events.list", page_size=5000, expect=lambda page: page.page_size == 1000)
    page = await peer.call("a page", "events.list", page_size=3, expect=lambda p: len(p) == 3 and p.has_more)
    await peer.call(
        "the next page", "events.list", page_size=3, next_page_token=page.next_page_token,
        expect=lambda p: [e.id for e in p] == [e.id for e in everything][3:6],
    )
    await peer.call(
        "every page", "events.iter_all", page_size=7, expect=lambda events: [e.id for e in events] == [e.id for e in everything]
    )
    work = {"caldav": [calendar.id for calendar in calendars if calendar.provider == "caldav"]}
    await peer.call(
        "some calendars", "events.list", calendar_ids=work,
        expect=lambda p: len(p) > 0 and {e.calendar_id for e in p} == set(work["caldav"]),
    )
    await peer.fail("a bad token of a page", "events.list", next_page_token="nonsense", error="ValidationError")


async def writing(peer, works=True):
    """Creates and changes events; `works` tells whether the SDK understands the answers."""
    calendars = {}
    for calendar in await peer.raw("calendars.list"):
        calendars.setdefault(calendar.provider, calendar.id)
    for provider, calendar in calendars.items():
        new = {**NEW, "provider": provider, "calendar_id": calendar, "attendees": ["grace@example.com"]}
        created = await peer.call(
            f"at {provider}", "events.create", new,
            expect=lambda e: e.start == NEW["start"] and e.calendar_id == calendar and e.title == NEW["title"],
        )
        listed = [e for e in await peer.raw("events.list", start=START, end=END, calendar_ids={provider: [calendar]})]
        peer.check(f"the event is there at {provider}", [e.title for e in listed] == [NEW["title"]], listed)
        event = created or listed[0]
        target = {"provider": provider, "calendar_id": calendar, "event_id": event.id}
        await peer.call(
            f"at {provider}", "events.update", {**target, "location": "Room A", "custom": {"k": 1}},
            expect=lambda e: (e.location, e.custom, e.title) == ("Room A", {"k": 1}, NEW["title"]),
        )
        await peer.call(f"at {provider}", "events.delete", target, expect=lambda nothing: nothing is None)
        await peer.fail(f"what is gone at {provider}", "events.delete", target, error="NotFoundError")
    if works:
        await series(peer)


async def series(peer):
    rule = {"frequency": "WEEKLY", "count": 4, "byDay": ["MO"]}
    master = await peer.call("a series", "events.create", {**NEW, "recurrence": rule, "allDay": False})
    window = {"start": START, "end": END, "calendar_ids": {"google": ["primary"]}}
    instances = await peer.call(
        "the instances of a series", "events.list", **window,
        expect=lambda p: len(p) == 4 and {e.recurring_event_id for e in p} == {master.id},
    )
    await peer.call("the series itself", "events.list", **window, single_events=False, expect=lambda p: [e.id for e in p] == [master.id])
    of = lambda at, **more: {
        "provider": "google", "calendar_id": "primary", "event_id": instances.events[at].id,
        "recurring_event_id": master.id, **more,
    }
    titles = lambda expected: lambda page: [e.title for e in page] == expected
    await peer.call("one instance", "events.update", of(1, update_mode="this", title="B"), expect=lambda e: e.title == "B")
    await peer.call("one instance changed", "events.list", **window, expect=titles([NEW["title"], "B"] + [NEW["title"]] * 2))
    await peer.call("all instances", "events.update", of(0, update_mode="all", location="Hall"), expect=lambda e: e.location == "Hall")
    await peer.call("one instance", "events.delete", of(3, delete_mode="this"))
    await peer.call("another, with the provider as an enum", "events.delete", of(1, delete_mode="this", provider=Provider.GOOGLE))
    await peer.call("the rest", "events.update", of(2, update_mode="following", title="C"), expect=lambda e: e.title == "C")
    await peer.call("the series in two parts", "events.list", **window, expect=titles([NEW["title"], "B", "C"]))
    await peer.call("the first part", "events.delete", {**NEW, "event_id": master.id, "title": None})
    await peer.call("the second part is left", "events.list", **window, expect=titles(["C"]))


async def refusals(peer):
    without = {key: value for key, value in NEW.items() if key != "title"}
    await peer.fail("no title", "events.create", without, error="ValidationError", expect=lambda e: "title" in e.details)
    await peer.fail("no such calendar", "events.create", {**NEW, "calendar_id": "none"}, error="NotFoundError")
    gone = {"provider": "google", "calendar_id": "primary", "event_id": "none", "title": "X"}
    await peer.fail("no such event", "events.update", gone, error="NotFoundError")
    await peer.fail("no event named", "events.delete", {"provider": "google"}, error="ValueError")
    await peer.fail("no such provider", "auth.disconnect", "yahoo", error="ValidationError")
    nobody = Peer(peer.table, peer.flavour, peer.dialect, peer.sandbox)
    await nobody.fail("no credentials", "calendars.list", error="AuthenticationError")
    away = Peer(peer.table, peer.flavour, peer.dialect, peer.sandbox, base_url="http://127.0.0.1:9/api")
    await away.fail("nobody listens", "calendars.list", error="NetworkError")


async def scopes(peer):
    reader = Peer(peer.table, peer.flavour, peer.dialect, peer.sandbox)
    await sign_in(reader, "ada", scope="read")
    await reader.call("with the scope read", "calendars.list", expect=lambda c: len(c) == 6)
    await reader.fail("with the scope read", "events.create", NEW, error="AuthenticationError", expect=lambda e: "scope" in str(e))
    reader.check("a write refused for want of scope burns no refresh", not reader.refreshed, len(reader.refreshed))
    busy = Peer(peer.table, peer.flavour, peer.dialect, peer.sandbox)
    await sign_in(busy, "ada", scope="free-busy")
    await busy.fail("with the scope free-busy", "calendars.list", error="AuthenticationError")
    await busy.call(
        "with the scope free-busy", "events.list",
        expect=lambda p: len(p) > 0 and not any(e.title or e.description or e.attendees for e in p),
    )


async def refreshing(peer):
    tokens = await sign_in(peer, "ada", scope="read-write")
    stale = TokenResponse("stale", refresh_token=tokens.refresh_token)
    peer.refreshed.clear()
    peer.call_now("set_credentials", stale)
    await peer.call("after a refresh", "calendars.list")
    peer.check(
        "the refresh token rotates",
        len(peer.refreshed) == 1 and peer.refreshed[0].refresh_token not in (None, tokens.refresh_token), peer.refreshed,
    )
    six = Peer(peer.table, peer.flavour, peer.dialect, peer.sandbox, **meeting.settings(peer.flavour, peer.sandbox.base_url, 6))
    six.call_now("auth.set_credentials", TokenResponse("stale", refresh_token=peer.refreshed[-1].refresh_token))
    results = await asyncio.gather(*(six.raw("calendars.list") for _ in range(6)), return_exceptions=True)
    six.check("six calls at once succeed with a stale token", all(isinstance(r, list) for r in results), results)
    six.check("six calls at once refresh once", len(six.refreshed) == 1, len(six.refreshed))
    last = six.refreshed[-1] if six.refreshed else peer.refreshed[-1]
    peer.call_now("set_credentials", last)
    peer.sandbox.post("/oauth/revoke", json.dumps({"token": last.access_token}).encode())
    await peer.fail("after the grant was revoked", "calendars.list", error="AuthenticationError")
    await sign_in(peer, "ada", scope="read-write")


async def webhooks(peer):
    channel = await peer.call(
        "at Google", "webhooks.subscribe_webhook", Provider.GOOGLE, "primary", channel_id="ch_1", expiration=1900000000000,
        expect=lambda s: s.success and s.channel_id == s.subscription.channel_id == "ch_1" and s.subscription.resource_id
        and s.subscription.expiration == "2030-03-17T17:46:40.000Z",
    )
    await peer.call(
        "at Google", "webhooks.unsubscribe_webhook", "google", "ch_1", resource_id=channel.subscription.resource_id,
        expect=lambda s: s.success and s.message is None,
    )
    await peer.call("again", "webhooks.unsubscribe_webhook", "google", "ch_1", expect=lambda s: s.success and s.message)
    await peer.fail("no such calendar", "webhooks.subscribe_webhook", "google", "none", error="ValidationError")

    with delivery.Receiver() as receiver:
        await received(peer, receiver)
    await judged(peer)


async def received(peer, receiver):
    """Deliveries that the sandbox makes and sends by itself, while its keys rotate."""
    sandbox, verify = peer.sandbox, "webhooks.verify_webhook"
    sandbox.admin("settings", {"webhookUrl": receiver.url}, "PATCH")
    await peer.raw("webhooks.subscribe_webhook", "google", "primary", channel_id="ch_2")
    body, headers = receiver.next()
    await peer.call(
        "what there is when a channel begins", verify, body, headers,
        expect=lambda d: d.metadata.is_initial_sync and d.metadata.event_count == len(d.events) > 0
        and {e.change_type for e in d.events} == {"created"},
    )
    event = await peer.raw("events.create", NEW)
    body, headers = receiver.next()
    await peer.call(
        "a created event", verify, body, headers,
        expect=lambda d: (d.user_id, d.provider, d.calendar_id, d.change_type) == ("ada", "google", "primary", "created")
        and d.metadata.channel_id == "ch_2" and d.events[0].id == event.id and d.events[0].start == NEW["start"],
    )
    sandbox.admin("webhooks/keys/rotate", {})
    sandbox.admin("events/change", {"user": "ada", "id": event.id, "members": {"title": "Ünder a new key"}})
    body, headers = receiver.next()
    lower = {name.lower(): value for name, value in headers.items()}
    peer.check("both keys sign during a rotation", len(lower["webhook-signature"].split(" ")) == 2, headers)
    await peer.call(
        "while the keys overlap, with the old keys", verify, body, headers,
        expect=lambda d: d.change_type == "updated" and d.events[0].title == "Ünder a new key",
    )
    sandbox.admin("webhooks/keys/retire", {})
    # The SDK asks for keys once a minute at most.
    WebhookKeyStore.reset()
    sandbox.admin("webhooks/disturbances", {"copies": 1})
    await peer.raw("events.delete", {"provider": "google", "calendar_id": "primary", "event_id": event.id})
    first, copy = receiver.next(), receiver.next()
    peer.check("a copy has the same id", first[1]["webhook-id"] == copy[1]["webhook-id"], copy)
    for label, (body, headers) in (("after the cutover", first), ("a copy", copy)):
        await peer.call(label, verify, body, headers, expect=lambda d: d.events[0].change_type == "deleted")
    for tamper in ("body", "id", "timestamp", "signature"):
        sandbox.admin("webhooks/disturbances", {"tamper": tamper})
        sandbox.admin("webhooks/deliver", {"json": {}})
        body, headers = receiver.next()
        await peer.fail(
            f"with another {tamper}", verify, body, headers, error="WebhookVerificationError",
            expect=lambda e: e.reason == "no_matching_signature",
        )
    sandbox.admin("webhooks/flood", {"count": 1})
    body, headers = receiver.next()
    await peer.fail(
        "forged", verify, body, headers, error="WebhookVerificationError", expect=lambda e: e.reason == "no_matching_signature"
    )
    await peer.raw("webhooks.unsubscribe_webhook", "google", "ch_2")


async def judged(peer):
    """Deliveries as they ought to be and as they ought not."""
    sandbox, verify = peer.sandbox, "webhooks.verify_webhook"
    signed = lambda *args, **options: delivery.signed(sandbox, *args, **options)
    revoked = sandbox.admin("webhooks/keys/rotate", {})["id"]
    sandbox.admin("webhooks/keys/revoke", {"id": revoked})
    WebhookKeyStore.reset()
    await peer.call(
        "genuine", verify, delivery.BODY, signed(),
        expect=lambda d: d.user_id == "ada" and d.events[0].title == "Réunion d'équipe" and d.metadata.event_count == 1,
    )
    for label, body, headers, reason in [
        ("another body", delivery.BODY + b" ", signed(), "no_matching_signature"),
        ("another key", delivery.BODY, signed(foreignKey=True), "no_matching_signature"),
        ("a revoked key", delivery.BODY, signed(keys=[revoked]), "no_matching_signature"),
        ("too old", delivery.BODY, signed(age=400), "timestamp_out_of_tolerance"),
        ("unsigned", delivery.BODY, {}, "missing_headers"),
        ("not JSON", b"[", signed(b"["), "invalid_payload"),
    ]:
        await peer.fail(
            label, verify, body, headers, error="WebhookVerificationError", expect=lambda e: e.reason == reason
        )


def signature(table, sandbox):
    """The function of the module, without a client."""
    table.used.add(("module", "verify_webhook_signature"))
    keys = sandbox.admin("webhooks/keys", None, "GET")["keys"]
    public = [key["key"] for key in keys if key["status"] == "active"]
    for label, age, expected in (("genuine", 0, "ok"), ("too old", 400, "WebhookVerificationError")):
        try:
            verify_webhook_signature(delivery.BODY, delivery.signed(sandbox, age=age), public)
            outcome = "ok"
        except WebhookVerificationError as error:
            outcome = type(error).__name__
        table.add("module", "", f"verify_webhook_signature: {label}", outcome, expected)


async def categories(peer):
    for error, answer, expect in canned.ANSWERS:
        settings = canned.settings(peer.flavour, peer.sandbox.base_url, answer)
        client = Peer(peer.table, peer.flavour, "canned", peer.sandbox, **settings)
        await client.fail(f"an answer {answer[0]}", "calendars.list", error=error, expect=expect)


async def leaving(peer):
    account = (await peer.raw("auth.get_connection_status")).connections["apple"][0].id
    await peer.call("one account", "auth.disconnect", Provider.APPLE, account=account, expect=lambda d: d.success)
    await peer.call("all of a provider", "auth.disconnect", "caldav", expect=lambda d: d.success)
    await peer.call(
        "what is left", "auth.get_connection_status",
        expect=lambda s: [p for p, accounts in s.connections.items() if accounts] == ["google", "microsoft"],
    )
    await peer.call("the end", "close" if peer.flavour == "sync" else "aclose")


async def nested(peer):
    await oauth(peer)
    await reading(peer)
    await writing(peer)
    await refusals(peer)
    await scopes(peer)
    await refreshing(peer)
    await webhooks(peer)
    await categories(peer)
    await leaving(peer)


async def root(peer):
    await sign_in(peer, "ada", scope="read-write")
    await writing(peer, works=False)


async def legacy(peer):
    await sign_in(peer, "ada", scope="read-write")
    await leaving(peer)


async def expired(peer):
    await sign_in(peer, "ada", scope="read-write")
    await peer.fail("tokens that are born expired", "calendars.list", error="AuthenticationError")
    peer.check("one refresh is tried, not more", len(peer.refreshed) == 1, len(peer.refreshed))
