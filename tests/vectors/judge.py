"""A second implementation of the verification, which decides every case of vendor.json and own.json.

It shares no code with the crate, with generate.py or with curve.py. The equation is checked by `cryptography`, which is
OpenSSL: without cofactor, with S below L, R compared by its bytes. What OpenSSL lets pass and strict verification does
not, is checked here: that the key is canonical and a point, and that neither the key nor R is of small order.
"""

import base64
import json
import pathlib
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HERE = pathlib.Path(__file__).resolve().parent
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
ACCEPTED = "accepted"


class Refused(Exception):
    pass


def verify(headers, body, keys, now, tolerance):
    """Raises Refused with the reason; headers are pairs of texts with a character for each byte."""
    values = {}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        found = [value.encode("latin-1") for header, value in headers if header.lower() == name]
        if len(found) != 1 or not found[0]:
            raise Refused("missing_headers")
        values[name] = found[0]
    message_id, timestamp, signatures = values.values()
    if not re.fullmatch(rb"[\x20-\x7e\t]+", message_id):
        raise Refused("missing_headers")
    if not re.fullmatch(rb"[0-9]+", timestamp):
        raise Refused("invalid_timestamp")
    if abs(now - int(timestamp)) > tolerance:
        raise Refused("timestamp_out_of_tolerance")
    points = [point for point in map(read_key, keys) if point]
    if not points:
        raise Refused("no_public_keys")
    content = message_id + b"." + timestamp + b"." + body
    if not any(matches(entry, point, content) for entry in signatures.split(b" ") for point in points):
        raise Refused("no_matching_signature")
    if not is_object(body):
        raise Refused("invalid_payload")


def published(document):
    """Gives the keys that a document of keys has to offer."""
    entries = document.get("keys") if isinstance(document, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        key, alg = entry.get("key"), entry.get("alg")
        is_ed25519 = alg is None or isinstance(alg, str) and alg.lower() in ("", "ed25519")
        if is_ed25519 and isinstance(key, str) and key.startswith("whpk_"):
            yield key


def read_key(text):
    raw = decode(text.strip().removeprefix("whpk_").encode())
    if raw is None or len(raw) != 32:
        return None
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= P or not is_on_curve(y) or is_small(y):
        return None
    return Ed25519PublicKey.from_public_bytes(raw)


def matches(entry, point, content):
    version, comma, encoded = entry.partition(b",")
    signature = decode(encoded) if comma and version == b"v1a" else None
    if signature is None or len(signature) != 64:
        return False
    if is_small(int.from_bytes(signature[:32], "little") & (2**255 - 1)):
        return False
    try:
        point.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def is_on_curve(y):
    """Euler's criterion for x² = (y² - 1) / (d y² + 1)."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    return pow(square, (P - 1) // 2, P) in (0, 1)


def is_small(y):
    """The points of order 1, 2, 4 and 8 by their y; doubling one of order 8 gives y = 0."""
    y %= P
    return y in (0, 1, P - 1) or (D * y**4 + 2 * y**2 - 1) % P == 0


def decode(encoded):
    """Standard base64 in its one canonical form, whose padding may be missing."""
    if not re.fullmatch(rb"[A-Za-z0-9+/]*={0,2}", encoded):
        return None
    bare = encoded.rstrip(b"=")
    padded = bare + b"=" * (-len(bare) % 4)
    if encoded not in (bare, padded) or len(bare) % 4 == 1:
        return None
    raw = base64.b64decode(padded, validate=True)
    return raw if base64.b64encode(raw) == padded else None


def is_object(body):
    try:
        # json would find out about UTF-16 by itself.
        return isinstance(json.loads(body.decode("utf-8").removeprefix("\ufeff"), parse_constant=refuse), dict)
    except ValueError:
        return False


def refuse(constant):
    raise ValueError(constant)


def body_of(case):
    if "bodyBase64" in case:
        return base64.b64decode(case["bodyBase64"], validate=True)
    if "bodyRepeated" in case:
        parts = case["bodyRepeated"]
        return (parts["before"] + parts["unit"] * parts["times"] + parts["after"]).encode()
    return case["body"].encode()


def cases(published=published):
    """Lists every case in one form: file, name, expected, headers, body, keys, now, tolerance.

    `published` takes the keys out of a document of keys.
    """
    vendor = json.loads((HERE / "vendor.json").read_text(encoding="utf-8"))
    for case in vendor["cases"]:
        expected = ACCEPTED if case["valid"] else None
        headers = list(case["headers"].items())
        yield "vendor", case["name"], expected, headers, case["body"].encode(), case["publicKeys"], case["now"], vendor["toleranceSeconds"]
    for case in json.loads((HERE / "own.json").read_text(encoding="utf-8"))["cases"]:
        keys = case["keys"] if "keys" in case else list(published(case["keysResponse"]))
        name = f"{case['group']}: {case['name']}"
        yield "own", name, case["expected"], case["headers"], body_of(case), keys, case["now"], case["toleranceSeconds"]


def main():
    passed, failed = 0, []
    for file, name, expected, *delivery in cases():
        try:
            verify(*delivery)
            outcome = ACCEPTED
        except Refused as refused:
            outcome = str(refused)
        # The vendor's cases do not say why they are invalid.
        if outcome == expected or expected is None and outcome != ACCEPTED:
            passed += 1
        else:
            failed.append(f"{file}, {name}: {outcome} instead of {expected or 'a refusal'}")
    print("\n".join(failed))
    print(f"{passed} passed, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
