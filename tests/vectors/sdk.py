"""Lets the vendor's Python SDK decide every case, and fails on a difference that README.md does not explain."""

import collections
import re
import sys

import mobiscroll_connect
from mobiscroll_connect import WebhookVerificationError, verify_webhook_signature
from mobiscroll_connect._internal.webhook_keys import _extract_keys
from mobiscroll_connect.webhook_verification import parse_webhook_delivery

import judge
from judge import ACCEPTED

NO_KEYS, NO_MATCH = "no_public_keys", "no_matching_signature"
# The number of the explanation, the cases, what they expect, and what the SDK says instead.
EXPLAINED = [
    (1, r"headers: webhook-\w+ twice, .*", "missing_headers", (ACCEPTED, NO_MATCH, "timestamp_out_of_tolerance")),
    (2, r"headers: an id (that is no text|in UTF-8), genuinely signed", "missing_headers", (NO_MATCH,)),
    (3, r"base64: with (too much padding|padding in the middle|a sign after the padding|an? .* in it)", NO_MATCH, (ACCEPTED,)),
    (3, r"signatures: (two commas|a comma after the signature|a tab after|joined by a comma, the genuine one first)", NO_MATCH, (ACCEPTED,)),
    (3, r"keys: the only key is (the prefix and a space|a space within|too much padding)", NO_KEYS, (ACCEPTED,)),
    (4, r"base64: with bits to spare", NO_MATCH, (ACCEPTED,)),
    (4, r"keys: the only key is bits to spare", NO_KEYS, (ACCEPTED,)),
    (5, r"base64: without padding", ACCEPTED, (NO_MATCH,)),
    (5, r"keys: without padding", ACCEPTED, (NO_KEYS,)),
    (6, r"keys: the only key is 32 bytes that are no point", NO_KEYS, (NO_MATCH,)),
    (6, r"ed25519: a key with y = p \+ \d+", NO_KEYS, (NO_MATCH,)),
    (7, r"ed25519: a key of small order: .*", NO_KEYS, (ACCEPTED,)),
    (7, r"ed25519: a key of small order beside a good one: .*", NO_MATCH, (ACCEPTED,)),
    (8, r"ed25519: R of small order: y is 1, the sign 0", NO_MATCH, (ACCEPTED,)),
    (9, r"document: the algorithm is \{\}", NO_KEYS, (ACCEPTED,)),
    (10, r"body: genuine, but (NaN|Infinity|a surrogate in UTF-8|UTF-16.*)", "invalid_payload", (ACCEPTED,)),
]


def decide(headers, body, keys, now, tolerance):
    """Hands over the headers as a framework does: texts with a character for each byte, and lists where one repeats."""
    values = {}
    for name, value in headers:
        values.setdefault(name, []).append(value)
    values = {name: found[0] if len(found) == 1 else found for name, found in values.items()}
    try:
        verify_webhook_signature(body, values, keys, tolerance_seconds=tolerance, now=now)
        parse_webhook_delivery(body)
    except WebhookVerificationError as error:
        return error.reason
    return ACCEPTED


def explanation(name, expected, outcome):
    for number, cases, expectation, outcomes in EXPLAINED:
        if re.fullmatch(cases, name) and expected == expectation and outcome in outcomes:
            return number
    return None


def main():
    passed, unexplained, seen = 0, [], collections.Counter()
    for file, name, expected, headers, body, keys, now, tolerance in judge.cases(_extract_keys):
        outcome = decide(headers, body, keys, now, tolerance)
        if outcome == expected or expected is None and outcome != ACCEPTED:
            passed += 1
            continue
        number = explanation(name, expected, outcome)
        seen[number] += 1
        if number is None:
            unexplained.append(f"{file}, {name}: {outcome} instead of {expected or 'a refusal'}, unexplained")
    unexplained += [f"explained, but not seen: {number}" for number in sorted({n for n, *_ in EXPLAINED} - seen.keys())]
    print(f"mobiscroll-connect-sdk {mobiscroll_connect.__version__}")
    for number, count in sorted((number, count) for number, count in seen.items() if number):
        print(f"difference {number}: {count} cases")
    print("\n".join(unexplained))
    print(f"{passed} as expected, {seen.total() - seen[None]} different as explained")
    print(f"{passed + seen.total() - seen[None]} passed, {len(unexplained)} failed")
    sys.exit(bool(unexplained))


main()
