"""What a call costs the vendor's Python SDK, beside this crate, on the same server and data.

    python -m venv target/peer && target/peer/bin/pip install --requirement benches/peer/requirements.txt
    target/peer/bin/python benches/peer/run.py
"""

import asyncio
import json
import subprocess
import sys
import time

from mobiscroll_connect import MobiscrollConnectClient, TokenResponse
from mobiscroll_connect.aio import AsyncMobiscrollConnectClient

QUICK = "--quick" in sys.argv
CLIENT = ("client-id", "client-secret", "https://app.example/oauth/callback")
TOKENS = TokenResponse(access_token="access-token", token_type="Bearer")
AT_ONCE = 32
CALLS, PAGES = (64, 2) if QUICK else (3200, 64)


def program():
    """Builds the benchmark and returns its path."""
    build = ["cargo", "bench", "--bench", "cost", "--features", "webhooks", "--no-run", "--message-format", "json"]
    build += ["--profile", "dev"] if QUICK else []
    lines = subprocess.run(build, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    made = [line["executable"] for line in map(json.loads, lines) if line.get("target", {}).get("name") == "cost"]
    return next(path for path in made if path)


def microseconds(work, count):
    """CPU time of this process for each of so many."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) / count * 1e6


def sync(base_url):
    with MobiscrollConnectClient(*CLIENT, base_url=base_url) as client:
        client.set_credentials(TOKENS)
        client.calendars.list()
        yield "call", microseconds(lambda: [client.calendars.list() for _ in range(CALLS)], CALLS)
        yield "page", microseconds(lambda: [client.events.list(page_size=1000) for _ in range(PAGES)], PAGES)


async def many(call, count):
    async def some():
        for _ in range(count // AT_ONCE or 1):
            await call()

    await asyncio.gather(*[some() for _ in range(min(AT_ONCE, count))])


async def concurrent(base_url):
    async with AsyncMobiscrollConnectClient(*CLIENT, base_url=base_url) as client:
        client.set_credentials(TOKENS)
        await client.calendars.list()
        figures = []
        for name, call, count in [
            ("call", client.calendars.list, CALLS),
            ("page", lambda: client.events.list(page_size=1000), PAGES),
        ]:
            begun = time.process_time()
            await many(call, count)
            figures.append((name, (time.process_time() - begun) / count * 1e6))
        return figures


def ours(path, name, count):
    """What the benchmark program says of itself."""
    output = subprocess.run([path, "once", name, str(count)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return float(output.split(": ")[1].split()[0])


def main():
    path = program()
    server = subprocess.Popen([path, "serve"], stdout=subprocess.PIPE, text=True)
    try:
        base_url = server.stdout.readline().strip() + "/api"
        rows = {"Python SDK": dict(sync(base_url)), "Python SDK, 32 at once": dict(asyncio.run(concurrent(base_url)))}
    finally:
        server.kill()
        server.wait()
    rust = {"call": ours(path, "call", CALLS), "page": ours(path, "page", PAGES)}
    rows["this crate"] = rust
    print("| CPU of the client | `calendars().list()` | ratio | a page of 1,000 events | ratio |")
    print("|---|---:|---:|---:|---:|")
    for name, row in rows.items():
        cells = [f"{row[what]:,.0f} µs | {row[what] / rust[what]:.1f}" for what in ("call", "page")]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
