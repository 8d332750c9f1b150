"""Runs the vendor's Python SDK against the sandbox, and fails on an outcome that README.md does not explain.

Usage: run.py PROGRAM, where PROGRAM is the built `mobiscroll-connect-sandbox`.
"""

import asyncio
import sys

import mobiscroll_connect

import scenarios
from harness import Peer, Sandbox, Table, errors, surface, watch

# Dialect, options of the program, what is done.
DIALECTS = [
    ("nested", ["--write-dialect", "nested"], scenarios.nested),
    ("root", ["--seed", "empty", "--write-dialect", "root", "--delete-dialect", "no-content"], scenarios.root),
    ("legacy", ["--seed", "empty", "--legacy-paths-only"], scenarios.legacy),
    ("expired", ["--seed", "empty", "--access-token-ttl", "0"], scenarios.expired),
]
SECONDS = 100

# Outcomes that differ from what was expected, by the number of their explanation in README.md.
# Dialect, beginning of the call, beginning of the outcome.
EXPLAINED = {
    1: ("root", ("events.create: at ", "events.update: at "), "ServerError"),
    2: ("nested", "events.delete: another, with the provider as an enum", "ValidationError"),
    3: ("nested", "a write refused for want of scope burns no refresh", "no: 1"),
    4: ("nested", "six calls at once refresh once", "no: 6"),
}


async def everything(program):
    table, departures = Table(), set()
    watch(table)
    for dialect, options, scenario in DIALECTS:
        for flavour in ("sync", "async"):
            with Sandbox(program, *options) as sandbox:
                await scenario(Peer(table, flavour, dialect, sandbox))
                departures.update(sandbox.departures())
    with Sandbox(program) as sandbox:
        scenarios.signature(table, sandbox)
    return table, departures


def explanation(dialect, call, outcome):
    for number, (of, beginning, result) in EXPLAINED.items():
        if of == dialect and call.startswith(beginning) and outcome.startswith(result):
            return number
    return None


def main():
    table, departures = asyncio.run(asyncio.wait_for(everything(sys.argv[1]), SECONDS))
    print(f"mobiscroll-connect-sdk {mobiscroll_connect.__version__}\n")
    problems, seen = [], set()
    width = max(len(call) for _, _, call, _, _ in table.rows) + 2
    for flavour, dialect, call, outcome, expected in table.rows:
        remark = ""
        if outcome != expected:
            number = explanation(dialect, call, outcome)
            remark = f"instead of {expected}: " + (f"difference {number}" if number else "UNEXPLAINED")
            seen.add(number)
            if not number:
                problems.append(f"{flavour} {dialect} {call}: {outcome} instead of {expected}")
        print(f"{flavour:<7}{dialect:<8}{call:<{width}}{outcome:<26}{remark}".rstrip())

    print("\nDepartures from the contract")
    for line in sorted(departures):
        print(f"  {line}")
    # What the sandbox refuses is what the scenarios mean it to refuse.
    problems += [line for line in departures if ", refused request, " not in line]
    if not departures:
        problems.append("the sandbox held nothing against the contract")

    offered = surface()
    print("\npublic names: " + ", ".join(sorted(".".join(name) for name in offered)))
    problems += [f"never called: {' '.join(name)}" for name in sorted(offered - table.used)]
    problems += [f"never raised: {name}" for name in sorted(errors() - table.raised)]
    problems += [f"explained, but not seen: {number}" for number in sorted(EXPLAINED.keys() - seen)]
    passed = sum(outcome == expected for *_, outcome, expected in table.rows)
    print(f"\n{len(offered)} public names, {len(table.rows)} outcomes, {passed} as expected, "
          f"{len(table.rows) - passed} different, {len(problems)} problems")
    sys.exit("\n".join(problems) or 0)


main()
