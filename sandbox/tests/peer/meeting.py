"""Lets calls meet: none goes on with its refusal before all have got theirs."""

import asyncio
import threading

import httpx

SECONDS = 10


def settings(flavour, base_url, calls):
    """Gives client settings with which the first refusals of this many calls come at once."""
    if flavour == "sync":
        barrier = threading.Barrier(calls)
        return {"http_client": httpx.Client(base_url=base_url, event_hooks={"response": [waiting(barrier)]})}
    gate = Gate(calls)
    return {"http_client": httpx.AsyncClient(base_url=base_url, event_hooks={"response": [gate.wait]})}


def waiting(barrier):
    def hook(response):
        if response.status_code == 401:
            barrier.wait(SECONDS)

    return hook


class Gate:
    def __init__(self, calls):
        self.missing, self.opened = calls, asyncio.Event()

    async def wait(self, response):
        if response.status_code == 401:
            self.missing -= 1
            if self.missing == 0:
                self.opened.set()
            await asyncio.wait_for(self.opened.wait(), SECONDS)
