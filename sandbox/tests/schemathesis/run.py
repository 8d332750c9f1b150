"""Lets Schemathesis loose on a running sandbox, and counts what it did.

Usage: run.py PROGRAM, where PROGRAM is the built `mobiscroll-connect-sandbox`. Ends with 1 when a check fails, when an
operation of the contract was not tested or never answered with a success, or when a check did not run.
"""

import base64
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

import yaml

HERE = pathlib.Path(__file__).resolve().parent
CONTRACT = HERE.parents[1] / "openapi.yaml"
SECONDS = 120
# Operations of the contract; callbacks are not served by the sandbox.
OPERATIONS = 16
# Open enums of which the sandbox takes the known values only.
CLOSED = ["Provider", "GrantType", "Availability", "Privacy", "EventStatus", "Frequency", "Weekday", "SeriesMode"]
CHECKS = {
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "missing_required_header",
    "allow_header_conformance",
    "ignored_auth",
    "false_requests_are_refused",
}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def start(program, complaints):
    process = subprocess.Popen([program, "--port", "0"], stdout=subprocess.PIPE, stderr=complaints, text=True)
    for line in process.stdout:
        if line.startswith("base URL"):
            return process, line.split()[-1]
    sys.exit("the sandbox did not start")


def call(base_url, path, form=None, authorization=None):
    headers = {"Authorization": authorization} if authorization else {}
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(urllib.request.Request(base_url + path, body, headers), timeout=10) as answer:
        return json.load(answer)


def tokens(base_url, user):
    """Goes through the OAuth flow."""
    query = urllib.parse.urlencode({"client_id": "sandbox-client", "user_id": user})
    try:
        urllib.request.build_opener(NoRedirect).open(f"{base_url}/oauth/authorize?{query}", timeout=10)
    except urllib.error.HTTPError as redirect:
        location = urllib.parse.urlsplit(redirect.headers["location"])
    code = urllib.parse.parse_qs(location.query)["code"][0]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://app.example/oauth/callback"}
    basic = base64.b64encode(b"sandbox-client:sandbox-secret").decode()
    return call(base_url, "/oauth/token", form, f"Basic {basic}")


def contract(base_url, ada):
    """Gives the contract as Schemathesis can make most of it.

    It takes one server for all paths, so the servers of the document and of its paths move into the paths. Where only
    the server can know what succeeds, the examples come from it. Open enums and ids are closed to what it knows: a
    request with another value is to be refused, and no answer may hold another one.
    """
    with open(CONTRACT, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    document["servers"] = [{"url": base_url.removesuffix("/api")}]
    document["paths"] = {
        path if item.pop("servers", None) else f"/api{path}": item for path, item in document["paths"].items()
    }
    schemas = document["components"]["schemas"]
    for name in CLOSED:
        schemas[name]["enum"] = schemas[name]["x-extensible-enum"]
    for name in ("EventCreate", "EventUpdate", "SubscribeWebhookRequest"):
        schemas[name]["properties"]["calendarId"]["enum"] = ["primary"]
    refresh = {
        "grant_type": "refresh_token", "refresh_token": ada["refresh_token"],
        "client_id": "sandbox-client", "client_secret": "sandbox-secret",
    }
    document["paths"]["/api/oauth/token"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"][
        "examples"
    ] = {"refresh": {"value": refresh}}
    query = urllib.parse.quote(json.dumps({"google": ["primary"]}))
    events = call(base_url, f"/events?calendarIds={query}", authorization=f"Bearer {ada['access_token']}")["events"]
    single = [event["id"] for event in events if "recurringEventId" not in event]
    first, last = ({"provider": "google", "calendarId": "primary", "eventId": single[at]} for at in (0, -1))
    event = document["paths"]["/api/event"]
    event["put"]["requestBody"]["content"]["application/json"]["examples"] = {"rename": {"value": {**first, "title": "New"}}}
    event["delete"]["parameters"] = [p for p in event["delete"]["parameters"] if p["name"] in last]
    for parameter in event["delete"]["parameters"]:
        parameter["example"] = last[parameter["name"]]
    return document


def run(base_url, folder):
    ada = tokens(base_url, "ada")
    with open(f"{folder}/openapi.json", "w", encoding="utf-8") as file:
        json.dump(contract(base_url, ada), file)
    environment = {
        **os.environ,
        "SANDBOX_TOKEN": ada["access_token"],
        "SANDBOX_LEAVING_TOKEN": tokens(base_url, "grace")["access_token"],
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"),
    }
    command = [
        str(pathlib.Path(sys.executable).with_name("st")), "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"{folder}/openapi.json", "--url", base_url.removesuffix("/api"),
        "--report-json-path", f"{folder}/run.json", "--report-ndjson-path", f"{folder}/events.ndjson",
    ]
    status = subprocess.run(command, env=environment, cwd=folder, timeout=SECONDS).returncode
    with open(f"{folder}/run.json", encoding="utf-8") as file:
        report = json.load(file)
    with open(f"{folder}/events.ndjson", encoding="utf-8") as file:
        scenarios = [event["ScenarioFinished"] for event in map(json.loads, file) if "ScenarioFinished" in event]
    return status, report, scenarios


def count(scenarios):
    """Counts answers by operation and status, and outcomes by check."""
    answers, checks = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    for scenario in scenarios:
        recorder = scenario["recorder"]
        for interaction in recorder.get("interactions", {}).values():
            if interaction["response"]:
                answers[recorder["label"]][interaction["response"]["status_code"]] += 1
        for outcomes in recorder.get("checks", {}).values():
            for outcome in outcomes:
                checks[outcome["name"]][outcome["status"]] += 1
    return answers, checks


def main():
    with tempfile.TemporaryDirectory() as folder, open(f"{folder}/complaints", "w+", encoding="utf-8") as complaints:
        process, base_url = start(sys.argv[1], complaints)
        try:
            status, report, scenarios = run(base_url, folder)
            alive = process.poll() is None
        finally:
            process.terminate()
            process.wait(10)
        complaints.seek(0)
        # The sandbox holds its answers against the contract, too: both judges must agree that there is no fault.
        false_answers = [line.strip() for line in complaints if ", answer, " in line]

    answers, checks = count(scenarios)
    print(f"\n{'operation':<34}answers by status")
    for operation, statuses in sorted(answers.items()):
        print(f"{operation:<34}{', '.join(f'{status}: {n}' for status, n in sorted(statuses.items()))}")
    print(f"\n{'check':<34}outcomes")
    for check, outcomes in sorted(checks.items()):
        print(f"{check:<34}{', '.join(f'{outcome}: {n}' for outcome, n in outcomes.items())}")

    operations, cases = report["operations"], report["test_cases"]
    problems = [
        problem
        for problem, wrong in {
            f"Schemathesis ended with {status}": status != 0,
            "the run was cut short": not report["complete"],
            f"operations: {operations}": operations["tested"] != OPERATIONS or operations["total"] != OPERATIONS,
            f"failures: {report['failures']}": bool(report["failures"]),
            f"errors: {report['errors']}": bool(report["errors"]),
            f"few test cases: {cases['generated']}": cases["generated"] < 1000,
            f"checks that did not run: {CHECKS - checks.keys()}": bool(CHECKS - checks.keys()),
            "the sandbox died": not alive,
            f"the sandbox found false answers of its own: {false_answers[:5]}": bool(false_answers),
        }.items()
        if wrong
    ]
    for operation, statuses in sorted(answers.items()):
        if not any(200 <= int(status) < 400 for status in statuses):
            problems.append(f"{operation} never answered with a success")
    print(f"\n{operations['tested']} operations, {cases['generated']} test cases, {len(report['failures'])} failures")
    sys.exit("\n".join(problems) or 0)


main()
