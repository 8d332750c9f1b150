"""Walks through the sandbox's page for people in a headless Chromium.

    python page.py [PROGRAM [SCREENSHOTS]]

What it needs and what it prints is as with `consent.py`.
"""

import json
import re
import signal
import subprocess
import sys
import tempfile
import traceback
import urllib.error
import urllib.request
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from consent import PALE_TEXT, ROOT, WAIT, WHOLE_RUN, check, start_browser

HOSTILE = "<script>document.title='broken'</script><b>&amp;"


class Walk:
    def __init__(self, browser, started, screenshots):
        self.browser = browser
        self.started = started
        self.screenshots = screenshots

    def open(self, query=""):
        self.browser.get(self.started["adminUrl"] + query)

    def ask(self, method, url, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WAIT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            return json.load(refusal)

    def admin(self, method, path, body=None):
        return self.ask(method, self.started["adminUrl"] + path, body)

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def press(self, section, label):
        """Presses a button, and waits for the page that follows."""
        body = self.find("body")
        buttons = self.find_all(f"{section} button")
        next(button for button in buttons if button.text == label).click()
        WebDriverWait(self.browser, WAIT).until(lambda _: self.find("body") != body and self.find(".message"))
        return self.find(".message").text

    def resize(self, width, height, mobile):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2 if mobile else 1, "mobile": mobile}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def shoot(self, name):
        self.browser.execute_script("scrollTo(0, 0)")
        self.browser.save_screenshot(str(self.screenshots / f"{name}.png"))


def shows_an_empty_sandbox(walk):
    walk.open()
    check(walk.browser.title == "Connect sandbox", "the page has a title")
    check("No user has authorized yet." in walk.find("#users").text, "there is no user")
    check(walk.started["baseUrl"] in walk.find("header").text, "the base URL is said")
    check(walk.browser.execute_script("return getComputedStyle(document.querySelector('section')).borderRadius") != "0px",
          "the style sheet is there")
    walk.shoot("1-empty")


def adds_a_user_and_shows_what_it_has(walk):
    walk.open()
    walk.find("#users input[name=user]").send_keys("alice")
    check(walk.press("#users", "Add") == "The user was added.", "the user is added")
    walk.find("#users td a").click()
    text = walk.find("#user").text
    for expected in ["alice@gmail.example", "Europe/Berlin", "Weekly stand-up", "There are no channels."]:
        check(expected in text, f"{expected} is shown")
    walk.shoot("2-user")
    before = len(walk.admin("GET", "events?user=alice")["events"])
    walk.press("#user", "Remove")
    check(len(walk.admin("GET", "events?user=alice")["events"]) == before - 1, "one event is removed")
    check(walk.find("#user h3").text == "alice", "the user is still shown")


def moves_and_stops_the_clock(walk):
    walk.open()
    walk.press("#clock", "Stop it")
    before = walk.find("#clock time").text
    walk.press("#clock", "+ 1 day")
    after = walk.find("#clock time").text
    check(before[:10] != after[:10] and before[10:] == after[10:], f"a day passes: {before} {after}")
    walk.press("#clock", "Let it run")
    check("runs" in walk.find("#clock").text, "it runs again")


def injects_and_removes_a_fault(walk):
    walk.open()
    walk.press("#faults", "Inject")
    url = walk.started["baseUrl"] + "/health"
    try:
        urllib.request.urlopen(url, timeout=WAIT)
        check(False, "the call fails")
    except urllib.error.HTTPError as failure:
        check(failure.code == 503, "the call fails as the form says")
    walk.open()
    check("any: status 503" in walk.find("#faults td").text, "the fault is listed")
    walk.press("#faults", "Remove all")
    check("No fault was injected." in walk.find("#faults").text, "it is gone")


def shows_requests_the_journal_and_deliveries(walk):
    walk.ask("GET", walk.started["baseUrl"] + "/event")
    walk.admin("POST", "webhooks/deliver", {"body": "x"})
    walk.open()
    check("nearest: GET /api/events (list_events)" in walk.find("#journal pre").text, "the journal says what was meant")
    check("404 Not Found" in walk.find("#requests").text, "the request is listed")
    check("unsendable" in walk.find("#deliveries").text, "the delivery is listed")
    walk.shoot("3-traffic")
    walk.press("#journal", "Clear")
    check(walk.find("#journal pre").text == "every request was understood", "the journal is cleared")


def links_to_applications(walk):
    application = walk.admin("POST", "applications", {"name": "one of many"})
    walk.open()
    link = walk.find("#applications a")
    check(link.text == application["adminUrl"], "its page is linked")
    link.click()
    check(application["baseUrl"] in walk.find("header").text, "its page is shown")
    check(not walk.find_all("#applications"), "it has no applications of its own")
    walk.admin("DELETE", "applications")


def shows_hostile_words_as_words(walk):
    event = {"id": HOSTILE, "title": HOSTILE, "provider": "google", "calendarId": "primary"}
    walk.admin("POST", "events", {"user": HOSTILE, "event": event})
    walk.open()
    next(link for link in walk.find_all("#users td a") if link.text == HOSTILE).click()
    check(walk.browser.title == "Connect sandbox", "no script ran")
    check(walk.find("#user h3").text == HOSTILE and not walk.find_all("b, script"), "the words are words")


def refuses_pages_of_other_origins(walk):
    # A page of another origin on the same machine: the same server under another name.
    other = walk.started["origin"].replace("127.0.0.1", "localhost")
    before = walk.admin("GET", "users")["users"]
    walk.browser.get(other + "/_sandbox/")
    walk.browser.execute_script(
        "const form = document.querySelector('footer form'); form.action = arguments[0]; form.submit();",
        walk.started["adminUrl"] + "page",
    )
    WebDriverWait(walk.browser, WAIT).until(lambda _: walk.browser.title == "Connect sandbox" or walk.find("body").text)
    check(walk.admin("GET", "users")["users"] == before, "nothing was reset")


def stands_out_in_light_and_dark(walk):
    for scheme in ["light", "dark"]:
        walk.prefer(scheme)
        walk.open("?user=alice&message=Done.")
        pale = walk.browser.execute_script(PALE_TEXT)
        check(not pale, f"all text stands out when it is {scheme}: {pale}")
        walk.shoot(f"4-{scheme}")
    walk.prefer("")


def fits_a_phone(walk):
    walk.resize(360, 740, True)
    walk.open("?user=alice")
    width = walk.browser.execute_script("return document.documentElement.scrollWidth")
    check(width <= 360, f"nothing sticks out: {width} pixels")
    small = [button.text for button in walk.find_all("button") if button.size["height"] < 44]
    check(not small, f"every button can be hit with a thumb: {small}")
    walk.shoot("5-phone")
    walk.browser.execute_script("document.querySelector('#user').scrollIntoView()")
    walk.browser.save_screenshot(str(walk.screenshots / "6-phone-user.png"))
    walk.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def resets(walk):
    walk.open()
    check(walk.press("footer", "Reset the sandbox") == "The sandbox was reset.", "it is said")
    check(walk.admin("GET", "users")["users"] == [], "nothing is left")


def gives_the_browser_nothing_to_complain_about(walk):
    complaints = [entry["message"] for entry in walk.browser.get_log("browser")]
    # What another origin tried is refused by policy or with 403, as planned; browsers ask for an icon by themselves.
    planned = re.compile(r"the server responded with a status of|violates the following Content Security Policy")
    complaints = [message for message in complaints if not planned.search(message)]
    check(not complaints, f"the console is empty: {complaints}")


STEPS = [
    shows_an_empty_sandbox,
    adds_a_user_and_shows_what_it_has,
    moves_and_stops_the_clock,
    injects_and_removes_a_fault,
    shows_requests_the_journal_and_deliveries,
    links_to_applications,
    shows_hostile_words_as_words,
    refuses_pages_of_other_origins,
    stands_out_in_light_and_dark,
    fits_a_phone,
    resets,
    gives_the_browser_nothing_to_complain_about,
]


def walk_all(program, screenshots):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = start_browser(profile)
        sandbox = subprocess.Popen([program, "--port", "0", "--json"], stdout=subprocess.PIPE, text=True)
        try:
            walk = Walk(browser, json.loads(sandbox.stdout.readline()), screenshots)
            for step in STEPS:
                name = step.__name__.replace("_", " ")
                try:
                    step(walk)
                except Exception:
                    walk.shoot("failed")
                    print(f"FAILED  {name}")
                    traceback.print_exc()
                    return 1
                print(f"ok      {name}", flush=True)
        finally:
            browser.quit()
            sandbox.terminate()
            sandbox.wait(WAIT)
    print(f"screenshots are in {screenshots}")
    return 0


def main(program=ROOT / "target/debug/mobiscroll-connect-sandbox", screenshots=ROOT / "target/screenshots/page"):
    if not Path(program).is_file():
        sys.exit(f"error: there is no {program}; make it with cargo build -p mobiscroll-connect-sandbox")
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("error: the whole run took too long"))
    signal.alarm(WHOLE_RUN)
    screenshots = Path(screenshots)
    screenshots.mkdir(parents=True, exist_ok=True)
    return walk_all(str(program), screenshots)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
