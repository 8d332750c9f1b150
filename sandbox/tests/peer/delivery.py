"""Takes deliveries that the sandbox sends, and has it sign others."""

import base64
import http.server
import json
import queue
import threading
import time

SECONDS = 10
BODY = json.dumps(
    {
        "provider": "google",
        "userId": "ada",
        "calendarId": "primary",
        "events": [
            {
                "provider": "google",
                "id": "e1",
                "calendarId": "primary",
                "title": "Réunion d'équipe",
                "start": "2026-03-02T09:00:00.000Z",
                "end": "2026-03-02T10:00:00.000Z",
                "changeType": "updated",
            }
        ],
        "changeType": "updated",
        "timestamp": "2026-03-01T18:22:09.412Z",
        "metadata": {"channelId": "ch_1", "eventCount": 1, "isInitialSync": False},
    },
    ensure_ascii=False,
).encode()


def signed(sandbox, body=BODY, age=0, **options):
    """Has the sandbox sign a body, and gives the headers."""
    timestamp = str(int(time.time()) - age)
    encoded = base64.b64encode(body).decode()
    return sandbox.admin("webhooks/sign", {"bodyBase64": encoded, "timestamp": timestamp, **options})["headers"]


class Receiver:
    """The application's server: answers 204 and keeps what it got."""

    def __init__(self):
        self.taken = queue.Queue()
        taken = self.taken

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                taken.put((body, dict(self.headers.items())))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def next(self):
        return self.taken.get(timeout=SECONDS)
