"""Writes own.json: cases of webhook deliveries, each with the outcome that the rules ask for.

Usage: generate.py [--check]. With --check it writes nothing, and fails if own.json would change.
The same cases come out every time. README.md describes the format and the rules.
"""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import curve
from curve import L, P, SMALL

FILE = pathlib.Path(__file__).with_name("own.json")
NOW = 1790000000
ID = "msg_5f0c2f7e-0d0b-4a55-9a35-3c8a9f0f3f11"
BODY = json.dumps(
    {
        "provider": "google",
        "userId": "ada",
        "calendarId": "primary",
        "events": [{"id": "evt_1", "title": "Réunion d'équipe ☕", "changeType": "updated"}],
        "changeType": "updated",
    },
    ensure_ascii=False,
)

MISSING = "missing_headers"
TIMESTAMP = "invalid_timestamp"
TOLERANCE = "timestamp_out_of_tolerance"
NO_KEYS = "no_public_keys"
NO_MATCH = "no_matching_signature"
PAYLOAD = "invalid_payload"
OK = "accepted"


def private(name):
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def b64(data):
    return base64.b64encode(data).decode()


def whpk(raw):
    return "whpk_" + b64(raw)


ACTIVE, PREVIOUS, STRANGER = private("active"), private("previous"), private("stranger")
KEY, OLD_KEY, OTHER_KEY = (whpk(key.public_key().public_bytes_raw()) for key in (ACTIVE, PREVIOUS, STRANGER))
CASES = []
ABSENT = object()


def utf8(text):
    """Text as the bytes of a header, of which each is written as one character."""
    return text.encode().decode("latin-1")


def content(body, id=ID, timestamp=str(NOW)):
    body = body.encode() if isinstance(body, str) else body
    return id.encode("latin-1") + b"." + timestamp.encode("latin-1") + b"." + body


def sign(body=BODY, id=ID, timestamp=str(NOW), key=ACTIVE):
    return key.sign(content(body, id, timestamp))


def v1a(signature):
    return "v1a," + b64(signature)


GOOD = v1a(sign())


def case(group, name, expected, why, *, headers=None, id=ID, timestamp=str(NOW), signature=None, body=BODY,
         keys=None, document=ABSENT, now=NOW, tolerance=300):
    """Adds a case; without a signature it is signed as it ought to be."""
    if headers is None:
        if signature is None:
            signature = v1a(sign(body, id, timestamp))
        headers = [["webhook-id", id], ["webhook-timestamp", timestamp], ["webhook-signature", signature]]
    entry = {"group": group, "name": name, "expected": expected, "why": why, "headers": headers}
    if isinstance(body, str):
        entry["body"] = body
    elif len(body) > 10_000:
        before, unit, after = body[:6], body[6:7], body[-2:]
        times = len(body) - 8
        assert before + unit * times + after == body
        entry["bodyRepeated"] = {"before": before.decode(), "unit": unit.decode(), "times": times, "after": after.decode()}
    else:
        entry["bodyBase64"] = b64(body)
    if document is ABSENT:
        entry["keys"] = [KEY] if keys is None else keys
    else:
        entry["keysResponse"] = document
    entry["now"], entry["toleranceSeconds"] = now, tolerance
    CASES.append(entry)


def plain():
    add = lambda *args, **kwargs: case("plain", *args, **kwargs)
    add("a genuine delivery", OK, "signed by the one key")
    add("another body", NO_MATCH, "the body is signed", signature=GOOD, body=BODY.replace("evt_1", "evt_2"))
    add("a space after the body", NO_MATCH, "the bytes are signed, not the JSON", signature=GOOD, body=BODY + " ")
    add("the body written with escapes", NO_MATCH, "the same JSON in other bytes", signature=GOOD, body=json.dumps(json.loads(BODY)))
    add("the body in another normal form", NO_MATCH, "é as two code points", signature=GOOD, body=BODY.replace("é", "e\u0301"))
    add("another id", NO_MATCH, "the id is signed", signature=GOOD, id=ID[:-1] + "2")
    add("another timestamp within tolerance", NO_MATCH, "the timestamp is signed", signature=GOOD, timestamp=str(NOW + 1))
    add("the dot moved from the timestamp into the id", NO_MATCH, "the parts cannot be shifted: digits only",
        id="a", timestamp="1790000000", signature=v1a(ACTIVE.sign(content(BODY, "a.1790000000", "1790000000"))))
    add("an id with dots", OK, "dots are allowed: the timestamp has none, so the content is unambiguous", id="msg.1.2")
    add("an id of one character", OK, "any text that is not empty is an id", id="x")
    add("an id with a space within", OK, "any text that is not empty is an id", id="msg one")
    add("signed without the id", NO_MATCH, "the id is part of what is signed", signature=v1a(ACTIVE.sign(f"{NOW}.{BODY}".encode())))
    add("signed body alone", NO_MATCH, "the headers are part of what is signed", signature=v1a(ACTIVE.sign(BODY.encode())))
    add("signed with other separators", NO_MATCH, "the separator is a dot", signature=v1a(ACTIVE.sign(f"{ID}:{NOW}:{BODY}".encode())))
    add("signed with a line break at the end", NO_MATCH, "nothing follows the body", signature=v1a(sign(BODY + "\n")))
    add("signature of the hash of the content", NO_MATCH, "Ed25519, not Ed25519ph by hand",
        signature=v1a(ACTIVE.sign(hashlib.sha512(content(BODY)).digest())))


def presence():
    add = lambda *args, **kwargs: case("headers", *args, **kwargs)
    full = {"webhook-id": ID, "webhook-timestamp": str(NOW), "webhook-signature": GOOD}
    for gone in full:
        add(f"no {gone}", MISSING, "all three are required", headers=[[n, v] for n, v in full.items() if n != gone])
        add(f"an empty {gone}", MISSING, "an empty value counts as missing",
            headers=[[n, "" if n == gone else v] for n, v in full.items()])
        add(f"{gone} twice, with the same value", MISSING,
            "the reference takes the first of a list; stricter here: a header that guards the delivery stands once",
            headers=[*map(list, full.items()), [gone, full[gone]]])
        add(f"{gone} twice, in names of different case", MISSING, "stricter than the reference: names do not tell them apart",
            headers=[*map(list, full.items()), [gone.title(), full[gone]]])
        add(f"{gone} twice, the second empty", MISSING, "stricter than the reference: an empty one counts as a second one",
            headers=[*map(list, full.items()), [gone, ""]])
        add(f"{gone} twice, the genuine one second", MISSING, "stricter than the reference, and refused there for the first",
            headers=[[gone, "0" if gone.endswith("timestamp") else "x"], *map(list, full.items())])
    add("no headers at all", MISSING, "all three are required", headers=[])
    add("names in capitals", OK, "names have no case", headers=[[n.upper(), v] for n, v in full.items()])
    add("names in title case", OK, "names have no case", headers=[[n.title(), v] for n, v in full.items()])
    add("names with underscores", MISSING, "another name", headers=[[n.replace("-", "_"), v] for n, v in full.items()])
    add("names of the environment", MISSING, "another name; only Ruby's SDK reads these",
        headers=[["HTTP_" + n.upper().replace("-", "_"), v] for n, v in full.items()])
    add("names of another vendor", MISSING, "another name", headers=[[n.replace("webhook", "svix"), v] for n, v in full.items()])
    add("other headers between", OK, "they have no meaning here",
        headers=[x for n, v in full.items() for x in ([n, v], ["x-" + n, "evil"], ["host", "app.example"])])
    add("the headers in another order", OK, "order has no meaning", headers=[[n, v] for n, v in reversed(full.items())])
    add("ordinary headers repeated", OK, "only the three must not be", headers=[*map(list, full.items()), ["via", "a"], ["via", "b"]])
    add("the id with a space before", NO_MATCH, "taken as it is: a server's HTTP has removed what is not part of it",
        signature=GOOD, id=" " + ID)
    add("the id with a space after", NO_MATCH, "taken as it is", signature=GOOD, id=ID + " ")
    add("ids joined by a comma", NO_MATCH, "a proxy made one header of two; nobody signed that", signature=GOOD, id=f"{ID}, {ID}")
    add("an id that is no text, genuinely signed", MISSING,
        "the reference has bytes; stricter here: an id has to be text, so that it can be remembered", id="msg_\xff")
    add("an id in UTF-8, genuinely signed", MISSING, "stricter than the reference: visible ASCII is what HTTP calls text",
        id=utf8("msg_é"))
    add("missing headers before a bad timestamp", MISSING, "the order of the checks",
        headers=[["webhook-timestamp", "soon"], ["webhook-signature", GOOD]])
    add("missing headers before missing keys", MISSING, "the order of the checks", headers=[], keys=[])
    add("missing signature before an old timestamp", MISSING, "the order of the checks",
        headers=[["webhook-id", ID], ["webhook-timestamp", "1"]])


def entries():
    """The list of signatures in one header."""
    add = lambda *args, **kwargs: case("signatures", *args, **kwargs)
    junk = v1a(bytes(range(64)))
    old = v1a(sign(key=PREVIOUS))
    add("two keys signed, the active one is known", OK, "any signature under any key", signature=f"{GOOD} {old}")
    add("two keys signed, the previous one is known", OK, "any signature under any key", signature=f"{GOOD} {old}", keys=[OLD_KEY])
    add("two keys signed, both are known", OK, "any signature under any key", signature=f"{old} {GOOD}", keys=[KEY, OLD_KEY])
    add("two keys signed, neither is known", NO_MATCH, "no key fits", signature=f"{GOOD} {old}", keys=[OTHER_KEY])
    add("the same signature twice", OK, "one of them is enough", signature=f"{GOOD} {GOOD}")
    add("the genuine one is the last of eight", OK, "all are tried", signature=" ".join([junk] * 7 + [GOOD]))
    add("eight that are not genuine", NO_MATCH, "all are tried", signature=" ".join([junk] * 8))
    add("one for another body before the genuine one", OK, "any will do", signature=f"{v1a(sign('{}'))} {GOOD}")
    add("an entry of v1 before", OK, "other versions are passed over", signature=f"v1,{b64(bytes(32))} {GOOD}")
    add("an entry of v1 after", OK, "other versions are passed over", signature=f"{GOOD} v1,{b64(bytes(32))}")
    add("an unreadable entry before", OK, "it is passed over", signature=f"v1a,?? {GOOD}")
    add("an entry without a comma before", OK, "it is passed over", signature=f"v1a {GOOD}")
    add("an entry that is too short before", OK, "it is passed over", signature=f"{v1a(bytes(63))} {GOOD}")
    add("an entry that is no text before", OK, "it is passed over", signature=f"v1a,\xff\xfe {GOOD}")
    add("several spaces between", OK, "the entries between them are empty, and passed over", signature=f"{junk}    {GOOD}")
    add("a space before", OK, "the entry before it is empty", signature=f" {GOOD}")
    add("a space after", OK, "the entry after it is empty", signature=f"{GOOD} ")
    encoded = b64(sign())
    for label, value in [
        ("v1", f"v1,{encoded}"), ("v2", f"v2,{encoded}"), ("v2a", f"v2a,{encoded}"), ("v1b", f"v1b,{encoded}"),
        ("V1A", f"V1A,{encoded}"), ("V1a", f"V1a,{encoded}"), ("v1aa", f"v1aa,{encoded}"), ("v01a", f"v01a,{encoded}"),
        ("1a", f"1a,{encoded}"), ("no version", f",{encoded}"), ("v1a in quotes", f'"v1a",{encoded}'),
        ("v1a with a space", f"v1a ,{encoded}"), ("v1a with a non-breaking space", f"\xa0v1a,{encoded}"),
    ]:
        add(f"the version is {label}", NO_MATCH, "exactly v1a counts", signature=value)
    for label, value, why in [
        ("only a version", "v1a", "there is no comma"),
        ("only a version and a comma", "v1a,", "no bytes are no signature"),
        ("only a comma", ",", "no version"),
        ("only a signature", encoded, "there is no comma"),
        ("a colon for the comma", f"v1a:{encoded}", "there is no comma"),
        ("an equals sign for the comma", f"v1a={encoded}", "there is no comma"),
        ("a semicolon for the comma", f"v1a;{encoded}", "there is no comma"),
        ("two commas", f"v1a,,{encoded}", "the first comma ends the version, the second is not base64"),
        ("a space after the comma", f"v1a, {encoded}", "a space ends the entry"),
        ("a comma after the signature", f"{GOOD},", "a comma is not base64"),
        ("a tab for the space", f"{junk}\t{GOOD}", "only spaces separate"),
        ("a tab before", f"\t{GOOD}", "only spaces separate, so the version has a tab"),
        ("a tab after", f"{GOOD}\t", "a tab is not base64"),
        ("a comma for the space", f"{junk},{GOOD}", "only spaces separate"),
        ("a semicolon for the space", f"{junk};{GOOD}", "only spaces separate"),
        ("a non-breaking space for the space", f"{junk}\xa0{GOOD}", "only spaces separate"),
        ("joined by a comma, the genuine one first", f"{GOOD}, {junk}", "a proxy made one header of two: the comma spoils the first"),
        ("broken in the middle by a space", f"v1a,{encoded[:40]} {encoded[40:]}", "as a folded header may come; the entry ends at the space"),
        ("a list in brackets", f"[{GOOD}]", "no version"),
        ("JSON", json.dumps({"v1a": encoded}), "no version"),
        ("in quotes", f'"{GOOD}"', "no version"),
    ]:
        add(label, NO_MATCH, why, signature=value)
    add("joined by a comma and a space, the genuine one second", OK,
        "a proxy made one header of two: the second entry is whole, and it is signed", signature=f"{junk}, {GOOD}")


def encodings():
    """Base64 of signatures."""
    add = lambda *args, **kwargs: case("base64", *args, **kwargs)
    signature = sign()
    encoded = b64(signature)
    # A body whose signature has the two characters that differ between the alphabets.
    number = next(n for n in range(10_000) if all(c in b64(sign(f'{{"n":{n}}}')) for c in "+/"))
    special_body = f'{{"n":{number}}}'
    special = b64(sign(special_body))
    add("with + and /", OK, "the standard alphabet", body=special_body)
    add("with - and _", NO_MATCH, "the url-safe alphabet is another one", body=special_body,
        signature="v1a," + special.replace("+", "-").replace("/", "_"))
    add("with + and _", NO_MATCH, "not both alphabets at once", body=special_body, signature="v1a," + special.replace("/", "_"))
    add("escaped for a URL", NO_MATCH, "no URL escapes", signature="v1a," + encoded.replace("=", "%3D"))
    add("without padding", OK, "padding may be missing", signature="v1a," + encoded.rstrip("="))
    add("with half of the padding", NO_MATCH, "the reference is silent; stricter: padding is whole or missing", signature="v1a," + encoded[:-1])
    add("with too much padding", NO_MATCH, "three signs never pad", signature="v1a," + encoded + "=")
    add("with padding in the middle", NO_MATCH, "padding ends the text", signature=f"v1a,{encoded[:40]}=={encoded[40:]}")
    add("with a sign after the padding", NO_MATCH, "padding ends the text", signature="v1a," + encoded + "A")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(encoded[85]) | 15]
    assert last != encoded[85] and base64.b64decode(encoded[:85] + last + "==") == signature
    add("with bits to spare", NO_MATCH, "the reference is silent; stricter: bits that stand for nothing are zero",
        signature=f"v1a,{encoded[:85]}{last}==")
    add("with bits to spare and no padding", NO_MATCH, "stricter, as above", signature=f"v1a,{encoded[:85]}{last}")
    for label, sign_in_it in [("a tab", "\t"), ("an asterisk", "*"), ("a dot", "."), ("a comma", ","), ("a non-breaking space", "\xa0")]:
        add(f"with {label} in it", NO_MATCH, "stricter than the vendor's lenient SDKs: other signs are not passed over",
            signature=f"v1a,{encoded[:20]}{sign_in_it}{encoded[20:]}")
    add("in digits of sixteen", NO_MATCH, "96 bytes if read as base64", signature="v1a," + signature.hex())
    for length, data in [(0, b""), (1, signature[:1]), (32, signature[:32]), (63, signature[:63]), (65, signature + b"\0"),
                         (65, b"\0" + signature), (96, signature + signature[:32]), (128, signature * 2)]:
        add(f"of {length} bytes, {'genuine and more' if length > 64 and data[:1] else 'cut' if length else 'none'}, "
            f"beginning with {data[:1].hex() or 'nothing'}", NO_MATCH, "a signature has 64 bytes", signature=v1a(data))
    add("of base64 twice", NO_MATCH, "one layer", signature="v1a," + b64(encoded.encode()))
    add("backwards", NO_MATCH, "other bytes", signature=v1a(signature[::-1]))
    add("with its halves exchanged", NO_MATCH, "R comes first", signature=v1a(signature[32:] + signature[:32]))
    for bit in (0, 100, 255, 256, 400, 503, 511):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        add(f"with bit {bit} flipped", NO_MATCH, "every bit counts", signature=v1a(bytes(flipped)))


def time():
    add = lambda *args, **kwargs: case("time", *args, **kwargs)
    for ago, expected in [(0, OK), (1, OK), (299, OK), (300, OK), (301, TOLERANCE), (302, TOLERANCE), (86400, TOLERANCE)]:
        for sign_of, word in ((1, "ago"), (-1, "ahead")) if ago else ((1, "ago"),):
            add(f"{ago} seconds {word}", expected, "300 pass in either direction, 301 do not", timestamp=str(NOW - sign_of * ago))
    add("no tolerance, in the same second", OK, "a difference of zero", tolerance=0)
    for difference in (1, -1):
        add(f"no tolerance, {difference} off", TOLERANCE, "more than zero", timestamp=str(NOW + difference), tolerance=0)
    add("a tolerance of a year", OK, "the tolerance is the caller's", timestamp=str(NOW - 31536000), tolerance=31536000)
    add("a tolerance of a year and a second more", TOLERANCE, "the tolerance is the caller's", timestamp=str(NOW - 31536001), tolerance=31536000)
    add("at zero, long after", TOLERANCE, "1970", timestamp="0")
    add("at zero, at zero", OK, "a difference of zero", timestamp="0", now=0)
    add("at 300, at zero", OK, "300 ahead", timestamp="300", now=0)
    add("at 301, at zero", TOLERANCE, "301 ahead", timestamp="301", now=0)
    add("200 after zero, the clock 100 before", OK, "a clock may be wrong: 300 apart", timestamp="200", now=-100)
    add("201 after zero, the clock 100 before", TOLERANCE, "301 apart", timestamp="201", now=-100)
    for zeros in (1, 10, 30):
        add(f"{zeros} zeros before", OK, "digits only, and the same number; they are signed as they stand", timestamp="0" * zeros + str(NOW))
    add("zeros before that were not signed", NO_MATCH, "signed as they stand", timestamp="0" + str(NOW), signature=GOOD)
    add("zeros only", TOLERANCE, "the number zero", timestamp="0" * 20)
    for label, number in [
        ("in milliseconds", NOW * 1000), ("in microseconds", NOW * 10**6), ("in nanoseconds", NOW * 10**9),
        ("2^31 - 1", 2**31 - 1), ("2^31", 2**31), ("2^32", 2**32), ("2^32 more than now", NOW + 2**32),
        ("2^53", 2**53), ("2^63 - 1", 2**63 - 1), ("2^63", 2**63), ("2^64 - 1", 2**64 - 1), ("2^64", 2**64),
        ("2^64 more than now", NOW + 2**64), ("2^128 more than now", NOW + 2**128), ("10^15", 10**15),
        ("of 200 digits", 10**200 - 1),
    ]:
        add(f"the timestamp is {label}", TOLERANCE, "far away, and nothing overflows", timestamp=str(number))
    text = str(NOW)
    for label, value in [
        ("a plus sign before", "+" + text), ("a minus sign before", "-" + text), ("minus zero", "-0"),
        ("a space before", " " + text), ("a space after", text + " "), ("a space within", text[:4] + " " + text[4:]),
        ("a tab before", "\t" + text), ("a tab after", text + "\t"), ("a fraction", text + ".0"), ("a dot after", text + "."),
        ("a comma within", "1,790,000,000"), ("underscores within", "1_790_000_000"), ("apostrophes within", "1'790'000'000"),
        ("an exponent", "1.79e9"), ("an exponent without a dot", "179e7"), ("digits of sixteen", "0x6ab13b80"), ("an L after", text + "L"),
        ("quotes", f'"{text}"'), ("a date", "2026-09-21T14:13:20Z"), ("a date of HTTP", "Mon, 21 Sep 2026 14:13:20 GMT"),
        ("two joined by a comma", f"{text}, {text}"), ("a word", "now"), ("NaN", "NaN"), ("Infinity", "Infinity"),
        ("only a sign", "-"), ("only a space", " "),
        ("full-width digits", utf8("".join(chr(ord(c) + 0xFEE0) for c in text))),
        ("Arabic digits", utf8("".join(chr(ord(c) - 48 + 0x660) for c in text))),
        ("a superscript digit", text[:-1] + "\xb2"), ("a non-breaking space after", text + "\xa0"),
        ("bytes that are no text", "\xff\xfe"),
    ]:
        add(f"the timestamp has {label}", TIMESTAMP, "ASCII digits, nothing else", timestamp=value)
    add("a bad timestamp before missing keys", TIMESTAMP, "the order of the checks", timestamp="soon", keys=[])
    add("an old timestamp before missing keys", TOLERANCE, "the order of the checks", timestamp="1", keys=[])
    add("an old timestamp before a bad signature", TOLERANCE, "the order of the checks", timestamp="1", signature="x")


def keys():
    """Keys as a setting holds them."""
    add = lambda *args, **kwargs: case("keys", *args, **kwargs)
    raw = KEY.removeprefix("whpk_")
    add("no keys", NO_KEYS, "there is nothing to verify with", keys=[])
    add("no keys before a bad signature", NO_KEYS, "the order of the checks", keys=[], signature="x")
    add("another key", NO_MATCH, "not the signer's", keys=[OTHER_KEY])
    add("the key second", OK, "any key will do", keys=[OTHER_KEY, KEY])
    add("the key last of ten", OK, "any key will do", keys=[whpk(private(f"k{n}").public_key().public_bytes_raw()) for n in range(9)] + [KEY])
    add("the key twice", OK, "a duplicate does no harm", keys=[KEY, KEY])
    add("the key of someone else twice", NO_MATCH, "a duplicate gives no right", keys=[OTHER_KEY, OTHER_KEY])
    add("without the prefix", OK, "the prefix may be missing in a setting", keys=[raw])
    add("with spaces around", OK, "a setting is trimmed", keys=[f"  {KEY} "])
    add("with a line break after", OK, "a setting is trimmed, as when it comes from a file", keys=[KEY + "\n"])
    add("without padding", OK, "padding may be missing", keys=[KEY.rstrip("=")])
    point = base64.b64decode(raw)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    spare = f"whpk_{raw[:42]}{alphabet[alphabet.index(raw[42]) | 3]}="
    assert spare != KEY and base64.b64decode(spare[5:]) == point
    special = next(key for key in (whpk(private(f"special{n}").public_key().public_bytes_raw()) for n in range(1000)) if "+" in key and "/" in key)
    off_curve = next(curve.raw(y, 0) for y in range(2, 100) if curve.root(y) is None)
    for label, key, why in [
        ("an empty text", "", "no bytes"),
        ("only the prefix", "whpk_", "no bytes"),
        ("the prefix in capitals", "WHPK_" + raw, "not the prefix, and not base64"),
        ("the prefix twice", "whpk_" + KEY, "the prefix is dropped once; the rest is not base64"),
        ("the prefix of a secret", "whsec_" + raw, "not the prefix, and not base64"),
        ("the prefix and a space", "whpk_ " + raw, "stricter than the vendor's lenient SDKs: trimmed outside only"),
        ("a space within", f"whpk_{raw[:20]} {raw[20:]}", "stricter than the vendor's lenient SDKs"),
        ("the url-safe alphabet", special.replace("+", "-").replace("/", "_"), "another alphabet"),
        ("bits to spare", spare, "stricter: bits that stand for nothing are zero"),
        ("too much padding", KEY + "=", "two signs do not pad 43"),
        ("31 bytes", whpk(point[:31]), "a key has 32 bytes"),
        ("33 bytes", whpk(point + b"\0"), "a key has 32 bytes"),
        ("64 bytes", whpk(point * 2), "a key has 32 bytes"),
        ("digits of sixteen", "whpk_" + point.hex(), "48 bytes if read as base64"),
        ("PEM", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA" + raw + "\n-----END PUBLIC KEY-----\n", "not base64"),
        ("DER", whpk(bytes.fromhex("302a300506032b6570032100") + point), "44 bytes"),
        ("32 bytes that are no point", whpk(off_curve), "the reference wants a valid point; no x fits this y"),
    ]:
        add(f"the only key is {label}", NO_KEYS, why, keys=[key])
        add(f"beside the good key there is {label}", OK, "a key that cannot be used is passed over", keys=[key, KEY])


def document():
    """Keys as the service publishes them."""
    add = lambda *args, **kwargs: case("document", *args, **kwargs)
    entry = {"id": "k1", "alg": "ed25519", "key": KEY, "status": "active", "activated_at": "2026-09-01T00:00:00.000Z"}
    other = {"id": "k2", "alg": "ed25519", "key": OTHER_KEY, "status": "active"}
    without = lambda *names: {name: value for name, value in entry.items() if name not in names}
    add("one active key", OK, "the ordinary case", document={"keys": [entry]})
    add("an entry with a key alone", OK, "everything else is optional", document={"keys": [{"key": KEY}]})
    for alg in ("ED25519", "Ed25519", "eD25519", "", None):
        add(f"the algorithm is {json.dumps(alg)}", OK, "any case; empty and null count as Ed25519", document={"keys": [{**entry, "alg": alg}]})
    add("no algorithm", OK, "absent counts as Ed25519", document={"keys": [without("alg")]})
    for alg in ("ed448", "rsa", "hmac", "ed25519ph", "EdDSA", " ed25519", "ed25519 ", 5, True, ["ed25519"], {}):
        add(f"the algorithm is {json.dumps(alg)}", NO_KEYS,
            "anything else is passed over" + ("" if isinstance(alg, str) else "; stricter than the vendor's: an empty object is no empty text" if alg == {} else ""),
            document={"keys": [{**entry, "alg": alg}]})
    for status in ("active", "previous", "retired", "revoked", "compromised", "", None):
        add(f"the status is {json.dumps(status)}", OK, "the status is not looked at: a key that no longer counts is no longer published",
            document={"keys": [{**entry, "status": status}]})
    add("it retired long ago", OK, "the dates are not looked at", document={"keys": [{**entry, "status": "previous", "retires_at": "2020-01-01T00:00:00Z"}]})
    add("it comes into use in a year", OK, "the dates are not looked at", document={"keys": [{**entry, "activated_at": "2027-09-01T00:00:00Z"}]})
    add("dates that are none", OK, "the dates are not looked at", document={"keys": [{**entry, "activated_at": 5, "retires_at": "soon"}]})
    add("the signer's key is the previous one", OK, "any published key will do", document={"keys": [other, {**entry, "status": "previous"}]})
    add("the signer's key is gone", NO_MATCH, "retired or revoked: no longer published", document={"keys": [other]})
    add("two keys of one id", OK, "ids are not looked at", document={"keys": [{**other, "id": "k1"}, entry]})
    add("one key under two ids", OK, "ids are not looked at", document={"keys": [entry, {**entry, "id": "k9"}]})
    add("the same entry twice", OK, "a duplicate does no harm", document={"keys": [entry, entry]})
    add("an id that is a number", OK, "ids are not looked at", document={"keys": [{**entry, "id": 7}]})
    add("no id", OK, "ids are not looked at", document={"keys": [without("id")]})
    for label, key in [("missing", "absent"), ("null", None), ("a number", 5), ("a list", [KEY]), ("empty", ""), ("without the prefix", KEY[5:]),
                       ("of the prefix in capitals", "WHPK_" + KEY[5:]), ("with a space before", " " + KEY)]:
        broken = without("key") if key == "absent" else {**entry, "key": key}
        add(f"the key is {label}", NO_KEYS, "without a text that begins with whpk_ an entry is passed over", document={"keys": [broken]})
        add(f"a key is {label}, the next one is good", OK, "an entry that cannot be used is passed over", document={"keys": [broken, entry]})
    for label, bad in [("null", None), ("a text", KEY), ("a list", [entry]), ("empty", {})]:
        add(f"an entry is {label}, the next one is good", OK, "an entry that cannot be used is passed over", document={"keys": [bad, entry]})
    for label, value in [("no keys", {"keys": []}), ("null for keys", {"keys": None}), ("an object for keys", {"keys": {"k1": entry}}),
                         ("another member", {"Keys": [entry]}), ("nothing", {}), ("a list", [entry]), ("null", None), ("a text", KEY)]:
        add(f"a document of {label}", NO_KEYS, "not a document of keys", document=value)
    add("unknown members", OK, "they are ignored", document={"keys": [{**entry, "use": "sig"}], "next": None})


def bodies():
    add = lambda *args, **kwargs: case("body", *args, **kwargs)
    for label, body in [("an empty object", "{}"), ("an object with space around", " \r\n\t{ } \n"), ("CRLF between members", '{\r\n"a":1,\r\n"b":2\r\n}'),
                        ("unknown members", '{"new":[{"deep":null}]}'), ("a NUL escaped", '{"a":"\\u0000"}'), ("characters beyond 16 bits", '{"a":"😀"}'),
                        ("the same character escaped", '{"a":"\\ud83d\\ude00"}')]:
        add(label, OK, "a JSON object, signed as it stands", body=body)
    mark = "signed with its mark, which is passed over"
    add("genuine, with a byte order mark before", OK, mark, body=b"\xef\xbb\xbf{}")
    large = b'{"a":"' + b"x" * (1024 * 1024 - 8) + b'"}'
    add("1 MiB", OK, "large, and an object", body=large)
    add("1 MiB, signed for another", NO_MATCH, "large, and not genuine", body=large, signature=GOOD)
    for label, body in [
        ("empty", b""), ("a space", b" "), ("a list", b"[]"), ("null", b"null"), ("true", b"true"), ("a number", b"5"), ("a text", b'"{}"'),
        ("not JSON", b"hello"), ("XML", b"<a/>"), ("a form", b"a=1"), ("half an object", b'{"a":'), ("an object and more", b"{} x"), ("two objects", b"{}{}"),
        ("an object and a NUL", b"{}\0"), ("a NUL before", b"\0{}"), ("single quotes", b"{'a':1}"), ("a comma too many", b'{"a":1,}'),
        ("a comment", b"{/**/}"), ("NaN", b'{"a":NaN}'), ("Infinity", b'{"a":-Infinity}'), ("a line break in a text", b'{"a":"\n"}'),
        ("a NUL in a text", b'{"a":"\0"}'), ("invalid UTF-8", b'{"a":"\xff"}'), ("UTF-8 cut short", b'{"a":"\xc3"}'),
        ("an overlong slash", b'{"a":"\xc0\xaf"}'), ("a surrogate in UTF-8", b'{"a":"\xed\xa0\x80"}'), ("UTF-16", '{"a":1}'.encode("utf-16-le")),
        ("UTF-16 with its mark", '{"a":1}'.encode("utf-16")), ("Latin-1", '{"a":"é"}'.encode("latin-1")), ("a plus sign", b'{"a":+1}'), ("a zero before", b'{"a":01}'),
        ("no quotes", b"{a:1}"), ("gzip", bytes.fromhex("1f8b0800000000000203ab05a9000443bfa602000000")),
    ]:
        add(f"genuine, but {label}", PAYLOAD, "signed, and not a JSON object in UTF-8", body=body)
    add("a bad body and a bad signature", NO_MATCH, "the order of the checks: nothing is parsed before the signature holds", body=b"hello", signature=GOOD)
    add("a byte order mark added on the way", NO_MATCH, "the bytes are signed", body=b"\xef\xbb\xbf" + BODY.encode(), signature=GOOD)
    add("CRLF for LF on the way", NO_MATCH, "the bytes are signed", body=b'{\r\n}', signature=v1a(sign("{\n}")))
    add("a line break added on the way", NO_MATCH, "the bytes are signed", body=BODY + "\n", signature=GOOD)
    add("invalid UTF-8 replaced on the way", NO_MATCH, "the bytes are signed", body='{"a":"\ufffd"}', signature=v1a(sign(b'{"a":"\xff"}')))


def small_orders():
    """All encodings of the points of small order: eight canonical ones, and those that are not."""
    found = []
    for y, name in [(0, "0"), (1, "1"), (P - 1, "-1"), (SMALL[1][1], "that of order eight"), (SMALL[3][1], "the other of order eight")]:
        for value, form in ((y, ""), (y + P, ", written as y + p")):
            if value < 2**255:
                found += [(f"y is {name}, the sign {sign}{form}", value, sign) for sign in (0, 1)]
    return found


def decode_any(y, sign):
    """Reads an encoding that need not be canonical."""
    x, y = curve.root(y % P), y % P
    return (x if x & 1 == sign else -x % P, y)


def edwards():
    """Where libraries for Ed25519 differ. Strict, as here: canonical A and R, neither of small order, S below L, and
    the equation without cofactor."""
    add = lambda *args, **kwargs: case("ed25519", *args, **kwargs)
    signature = sign()
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    message = content(BODY)
    good_a = base64.b64decode(KEY[5:])

    for label, number in [("S + L", s + L), ("S + 2L", s + 2 * L), ("S + 7L", s + 7 * L)]:
        add(f"{label} for S", NO_MATCH, "S has to be below L (RFC 8032, 5.1.7); the equation holds", signature=v1a(curve.join(r, number)))
    for label, number in [("L", L), ("L - 1", L - 1), ("L + 1", L + 1), ("0", 0), ("2^252", 2**252), ("2^253", 2**253), ("2^255 - 1", 2**255 - 1), ("2^256 - 1", 2**256 - 1)]:
        add(f"{label} for S, R as it was", NO_MATCH, "the equation does not hold, or S is out of range", signature=v1a(curve.join(r, number)))
    for bit in (253, 254, 255):
        add(f"bit {bit} of S set", NO_MATCH, "S is out of range", signature=v1a(curve.join(r, s | 1 << bit)))
    for label, value in [("zeros", bytes(64)), ("ones", b"\xff" * 64), ("R of zeros", bytes(32) + signature[32:]), ("S of zeros", r + bytes(32)),
                         ("the key for R", good_a + signature[32:]), ("-R", bytes([*r[:31], r[31] ^ 128]) + signature[32:])]:
        add(f"a signature of {label}" if label in ("zeros", "ones") else label, NO_MATCH, "the equation does not hold", signature=v1a(value))
    y = next(y for y in range(2, 100) if curve.root(y) is None)
    add("R is no point", NO_MATCH, "no x fits this y", signature=v1a(curve.raw(y, 0) + signature[32:]))
    add("R has y above p", NO_MATCH, "not canonical", signature=v1a(curve.raw(P + 3, 0) + signature[32:]))

    # The signer's own scalar, as RFC 8032 derives it.
    h = hashlib.sha512(hashlib.sha256(b"active").digest()).digest()
    a = int.from_bytes(h[:32], "little") & (2**254 - 8) | 2**254
    assert curve.encode(curve.times(a, curve.BASE)) == good_a
    point_a = curve.times(a, curve.BASE)

    honest = curve.scalar("honest r")
    encoded_r = curve.encode(curve.times(honest, curve.BASE))
    s = (honest + curve.challenge(encoded_r, good_a, message) * a) % L
    add("a number for R of the signer's own choice", OK, "R need not be made as the RFC proposes", signature=v1a(curve.join(encoded_r, s)))

    for name, y, sign_bit in small_orders():
        encoded = curve.raw(y, sign_bit)
        canonical = curve.encode(decode_any(y, sign_bit)) == encoded
        # The signer makes R a point of small order: S = k a fits if R is the identity, and with a cofactor for all.
        s = curve.challenge(encoded, good_a, message) * a % L
        point_r = decode_any(y, sign_bit)
        exact = curve.holds(good_a, point_a, encoded, s, message)
        assert curve.holds_times_eight(good_a, point_a, point_r, encoded, s, message)
        add(f"R of small order: {name}", NO_MATCH,
            f"{'' if canonical else 'not canonical, and '}of small order; the equation holds {'even without' if exact else 'only with'} cofactor",
            signature=v1a(curve.join(encoded, s)))
        forged(add, name, y, sign_bit, canonical)

    mixed(add, a, point_a, good_a, message)
    noncanonical_keys(add)


def forged(add, name, y, sign_bit, canonical):
    """A key of small order, under which anybody can sign."""
    encoded_a = curve.raw(y, sign_bit)
    point_a = decode_any(y, sign_bit)
    message = content(BODY)
    for attempt in range(200):
        s = curve.scalar(f"{name} {attempt}")
        encoded_r = curve.encode(curve.times(s, curve.BASE))
        if curve.holds(encoded_a, point_a, encoded_r, s, message):
            break
    else:
        raise AssertionError(name)
    forgery = v1a(curve.join(encoded_r, s))
    add(f"a key of small order: {name}", NO_KEYS,
        f"{'' if canonical else 'not canonical, and '}of small order: the equation holds for a signature that anybody can make. Stricter than the reference: refused when it is loaded",
        signature=forgery, keys=[whpk(encoded_a)])
    add(f"a key of small order beside a good one: {name}", NO_MATCH, "the weak key is passed over, and the good one did not sign",
        signature=forgery, keys=[whpk(encoded_a), KEY])


def mixed(add, a, point_a, good_a, message):
    """Points with a part of small order, where verification with and without cofactor differ."""
    for order, torsion in ((2, SMALL[4]), (4, SMALL[2]), (8, SMALL[1])):
        # R with such a part
        number = curve.scalar(f"mixed r {order}")
        point_r = curve.add(curve.times(number, curve.BASE), torsion)
        encoded_r = curve.encode(point_r)
        s = (number + curve.challenge(encoded_r, good_a, message) * a) % L
        assert curve.holds_times_eight(good_a, point_a, point_r, encoded_r, s, message)
        assert not curve.holds(good_a, point_a, encoded_r, s, message)
        add(f"R with a part of order {order}", NO_MATCH, "the equation without cofactor decides; with cofactor it holds", signature=v1a(curve.join(encoded_r, s)))

        # a key with such a part: it is not of small order, so it is kept
        mixed_a = curve.add(point_a, torsion)
        encoded_a = curve.encode(mixed_a)
        seen = {}
        for attempt in range(1000):
            number = curve.scalar(f"mixed a {order} {attempt}")
            encoded_r = curve.encode(curve.times(number, curve.BASE))
            k = curve.challenge(encoded_r, encoded_a, message)
            s = (number + k * a) % L
            seen.setdefault(curve.holds(encoded_a, mixed_a, encoded_r, s, message), curve.join(encoded_r, s))
            if len(seen) == 2:
                break
        add(f"a key with a part of order {order} that falls out", OK,
            "such a key is not of small order and counts; here the equation holds without cofactor", signature=v1a(seen[True]), keys=[whpk(encoded_a)])
        add(f"a key with a part of order {order} that stays", NO_MATCH,
            "the equation without cofactor decides; with cofactor it holds", signature=v1a(seen[False]), keys=[whpk(encoded_a)])

        # both, so that the parts cancel out
        for attempt in range(1000):
            number = curve.scalar(f"mixed both {order} {attempt}")
            point_r = curve.add(curve.times(number, curve.BASE), torsion)
            encoded_r = curve.encode(point_r)
            k = curve.challenge(encoded_r, encoded_a, message)
            s = (number + k * a) % L
            if curve.holds(encoded_a, mixed_a, encoded_r, s, message):
                break
        else:
            raise AssertionError(order)
        add(f"a key and R with parts of order {order} that cancel out", OK, "the equation holds without cofactor", signature=v1a(curve.join(encoded_r, s)), keys=[whpk(encoded_a)])


def noncanonical_keys(add):
    """Encodings with y from p to p + 18 of points that are not of small order."""
    for y in range(2, 19):
        if curve.root(y) is not None:
            add(f"a key with y = p + {y}", NO_KEYS, "not canonical (RFC 8032, 5.1.3), though many libraries take it: refused when it is loaded",
                signature=GOOD, keys=[whpk(curve.raw(P + y, 0))])
            add(f"a key with y = {y}", NO_MATCH, "canonical and not of small order: it counts, and did not sign", signature=GOOD, keys=[whpk(curve.raw(y, 0))])
    add("a key of which only the sign is another", NO_MATCH, "-A is another key", keys=[whpk(bytes(b ^ (128 if n == 31 else 0) for n, b in enumerate(base64.b64decode(KEY[5:]))))])


def main():
    for group in (plain, presence, entries, encodings, time, keys, document, bodies, edwards):
        group()
    names = [(entry["group"], entry["name"]) for entry in CASES]
    assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
    negative = sum(entry["expected"] != OK for entry in CASES)
    assert len(CASES) >= 200 and negative * 2 >= len(CASES)
    # One case a line, so that a change shows as what it is.
    lines = ",\n".join(json.dumps(entry, ensure_ascii=True) for entry in CASES)
    text = '{"description": "Webhook deliveries and what is to come of them; generated by generate.py, described in README.md",\n'
    text += f'"cases": [\n{lines}\n]}}\n'
    print(f"{len(CASES)} cases, {negative} of them negative")
    if "--check" not in sys.argv:
        FILE.write_text(text, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != text:
        sys.exit("own.json is not what generate.py makes")


main()
