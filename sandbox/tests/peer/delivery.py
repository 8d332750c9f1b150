"""Signs deliveries as the service does, with the key whose public half the sandbox publishes."""

import base64
import json
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# The first key pair of RFC 8032, section 7.1: its private half is known to everyone.
KEY = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
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


def headers(body=BODY, age=0, key=KEY, message="msg_1"):
    timestamp = str(int(time.time()) - age)
    signature = key.sign(f"{message}.{timestamp}.".encode() + body)
    return {
        "webhook-id": message,
        "webhook-timestamp": timestamp,
        "webhook-signature": f"v1a,{base64.b64encode(signature).decode()}",
    }


def foreign_key():
    return Ed25519PrivateKey.generate()
