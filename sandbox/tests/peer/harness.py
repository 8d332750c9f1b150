"""Runs the sandbox program, calls the SDK, and keeps what came of it."""

import asyncio
import inspect
import json
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import mobiscroll_connect
from mobiscroll_connect import MobiscrollConnectClient
from mobiscroll_connect.aio import AsyncMobiscrollConnectClient

CLIENT = ("sandbox-client", "sandbox-secret", "https://app.example/oauth/callback")


class Sandbox:
    """A running program; its warnings are kept."""

    def __init__(self, program, *options):
        self.warnings = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [program, "--port", "0", *options], stdout=subprocess.PIPE, stderr=self.warnings, text=True
        )
        lines = (line for line in self.process.stdout if line.startswith("base URL"))
        self.base_url = next(lines).split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()

    def departures(self):
        """Lists what the sandbox found to depart from the contract."""
        self.warnings.seek(0)
        return sorted({line.strip().removeprefix("warning: ") for line in self.warnings})

    def consent(self, url):
        """Opens the link as the user's browser, and gives what comes back to the application."""
        try:
            urllib.request.build_opener(NoRedirect).open(url, timeout=10)
        except urllib.error.HTTPError as redirect:
            query = urllib.parse.urlsplit(redirect.headers["location"]).query
            return dict(urllib.parse.parse_qsl(query))
        raise AssertionError("no redirect")

    def admin(self, path, fields, method="POST"):
        """Asks the admin API for something."""
        url = self.base_url.removesuffix("/api") + "/_sandbox/" + path
        body = None if fields is None else json.dumps(fields).encode()
        request = urllib.request.Request(url, body, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def post(self, path, json_bytes):
        request = urllib.request.Request(
            self.base_url + path, json_bytes, {"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Table:
    """Each call with its outcome, and which public names were used."""

    def __init__(self):
        self.rows = []
        self.used = set()
        self.raised = set()

    def add(self, flavour, dialect, call, outcome, expected):
        self.rows.append((flavour, dialect, call, outcome, expected))


class Peer:
    """One client of the SDK, whose calls are made alike whether it is the sync or the async one."""

    def __init__(self, table, flavour, dialect, sandbox, base_url=None, **settings):
        self.table, self.flavour, self.dialect, self.sandbox = table, flavour, dialect, sandbox
        kind = MobiscrollConnectClient if flavour == "sync" else AsyncMobiscrollConnectClient
        self.client = kind(*CLIENT, base_url=base_url or sandbox.base_url, **settings)
        self.refreshed = []
        self.call_now("on_tokens_refreshed", self.refreshed.append)

    def find(self, name):
        target = self.client
        for part in name.split("."):
            target = getattr(target, part)
        self.table.used.add((self.flavour, name))
        return target

    def call_now(self, name, *args, **kwargs):
        """Calls what is not a request."""
        return self.find(name)(*args, **kwargs)

    async def raw(self, name, *args, **kwargs):
        method = self.find(name)
        if self.flavour == "sync":
            result = await asyncio.to_thread(method, *args, **kwargs)
            return await asyncio.to_thread(list, result) if inspect.isgenerator(result) else result
        result = method(*args, **kwargs)
        if inspect.isasyncgen(result):
            return [item async for item in result]
        return await result if inspect.isawaitable(result) else result

    async def call(self, label, name, *args, expect=lambda result: True, **kwargs):
        """Makes a call that ought to succeed, with a result of which `expect` is true."""
        try:
            result = await self.raw(name, *args, **kwargs)
        except Exception as error:
            self.note(label, name, self.describe(error), "ok")
            return None
        try:
            outcome = "ok" if expect(result) else f"unexpected result: {result!r:.200}"
        except Exception as error:
            outcome = f"unexpected result: {error!r}"
        self.note(label, name, outcome, "ok")
        return result

    async def fail(self, label, name, *args, error, expect=lambda error: True, **kwargs):
        """Makes a call that ought to fail with this error, of which `expect` is true."""
        try:
            result = await self.raw(name, *args, **kwargs)
            outcome = f"no error, but {result!r:.200}"
        except Exception as caught:
            outcome = self.describe(caught)
            if outcome == error and not expect(caught):
                outcome = f"unexpected {caught!r}"
        self.note(label, name, outcome, error)

    def check(self, label, truth, found=""):
        self.note(label, "", "ok" if truth else f"no: {found}", "ok")

    def describe(self, error):
        self.table.raised.add(type(error).__name__)
        return type(error).__name__

    def note(self, label, name, outcome, expected):
        self.table.add(self.flavour, self.dialect, f"{name}: {label}" if name else label, outcome, expected)


def models():
    """Finds the public methods and properties of the SDK's other classes."""
    for name in mobiscroll_connect.__all__:
        kind = getattr(mobiscroll_connect, name)
        if inspect.isclass(kind) and kind is not MobiscrollConnectClient:
            for part, member in list(vars(kind).items()):
                if is_public(part) and (inspect.isfunction(member) or isinstance(member, (classmethod, property))):
                    yield kind, part, member


def watch(table):
    """Notes which methods of the other classes are used: the clients use most of them."""
    for kind, part, member in models():
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)

        def noted(*args, of=function, name=f"{kind.__name__}.{part}", **kwargs):
            table.used.add(("model", name))
            return of(*args, **kwargs)

        wrapper = type(member) if isinstance(member, (classmethod, property)) else lambda method: method
        setattr(kind, part, wrapper(noted))


def surface():
    """Names everything public that the SDK offers, by looking at it."""
    names = set()
    for flavour, kind in (("sync", MobiscrollConnectClient), ("async", AsyncMobiscrollConnectClient)):
        client = kind(*CLIENT)
        for name in filter(is_public, dir(client)):
            member = getattr(client, name)
            resource = type(member).__module__.startswith("mobiscroll_connect") and not callable(member)
            methods = [part for part in dir(member) if is_public(part) and callable(getattr(member, part))]
            if resource and methods:
                names |= {(flavour, f"{name}.{part}") for part in methods}
            else:
                names.add((flavour, name))
    functions = {name for name in mobiscroll_connect.__all__ if inspect.isfunction(getattr(mobiscroll_connect, name))}
    names |= {("module", name) for name in functions}
    return names | {("model", f"{kind.__name__}.{part}") for kind, part, _ in models()}


def errors():
    """Names every class of error that the SDK has."""
    base = mobiscroll_connect.MobiscrollConnectError
    found = (getattr(mobiscroll_connect, name) for name in mobiscroll_connect.__all__)
    return {kind.__name__ for kind in found if inspect.isclass(kind) and issubclass(kind, base)}


def is_public(name):
    return not name.startswith("_")
