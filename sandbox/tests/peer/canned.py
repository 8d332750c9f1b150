"""Answers that the sandbox program cannot be asked for, in the shapes of the contract, given in its place."""

import httpx

PERMISSION = {
    "error": "Forbidden",
    "code": "calendar_permission_required",
    "message": "None of the connected accounts has granted calendar access",
    "accounts": [{"provider": "google", "account": "ada@gmail.example"}],
}
# Name of the error, then the answer, then what the error must tell.
ANSWERS = [
    ("CalendarPermissionError", (403, {}, PERMISSION), lambda e: e.accounts == [("google", "ada@gmail.example")]),
    ("RateLimitError", (429, {"retry-after": "7"}, {"error": "Too many requests"}), lambda e: e.retry_after == 7),
    ("RateLimitError", (429, {}, {"error": "Too many requests"}), lambda e: e.retry_after is None),
    ("ValidationError", (422, {}, {"message": "No", "details": {"a": ["b"]}}), lambda e: e.details == {"a": ["b"]}),
    ("ServerError", (500, {}, {"message": "Down"}), lambda e: (e.status_code, str(e)) == (500, "Down")),
    ("ServerError", (503, {}, None), lambda e: e.status_code == 503),
    ("MobiscrollConnectError", (418, {}, {"message": "No", "code": "TEAPOT"}), lambda e: e.code == "TEAPOT"),
    ("MobiscrollConnectError", (200, {}, b"<html>"), lambda e: "JSON" in str(e)),
]


def settings(flavour, base_url, answer):
    """Gives client settings with which every request gets this answer."""
    status, headers, body = answer
    content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
    transport = httpx.MockTransport(lambda request: httpx.Response(status, headers=headers, **content))
    kind = httpx.Client if flavour == "sync" else httpx.AsyncClient
    return {"http_client": kind(transport=transport, base_url=base_url)}
