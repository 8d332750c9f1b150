"""Walks through the consent page in a headless Chromium.

    python consent.py [PROGRAM [SCREENSHOTS]]

PROGRAM is the sandbox's binary; SCREENSHOTS is a folder, made when it is missing. Chromium and ChromeDriver have to be
installed. Prints a line for each step, and fails with status 1 at the first one that goes wrong.
"""

import base64
import http.server
import json
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
import urllib.parse
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

ROOT = Path(__file__).resolve().parents[3]
WAIT = 15
WHOLE_RUN = 240
LANGUAGES = ["en", "es", "fr", "de", "it", "pt-PT", "pt-BR", "ar"]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1000,1300",
]

# Finds the text whose contrast with its background is less than 4.5, as WCAG 2 counts it.
PALE_TEXT = """
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = color => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const ground = element => {
  for (let at = element; at; at = at.parentElement) {
    const color = rgba(getComputedStyle(at).backgroundColor);
    if (color[3] === 255) return color;
  }
  return [255, 255, 255];
};
const pale = [];
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  if (!own || !element.checkVisibility()) continue;
  const [a, b] = [light(rgba(getComputedStyle(element).color)), light(ground(element))];
  const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (contrast < 4.5) pale.push(`${element.textContent.trim()}: ${contrast.toFixed(2)}`);
}
return pale;
"""


class Application(http.server.BaseHTTPRequestHandler):
    """The application that asks for access: its callback leads on to its front page, on another origin."""

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        if address.path == "/callback":
            self.server.returned = dict(urllib.parse.parse_qsl(address.query))
            self.send_response(302)
            self.send_header("location", f"http://localhost:{self.server.server_port}/home")
            self.end_headers()
        else:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<title>Home</title>back in the application")

    def log_message(self, *_):
        pass


class Walk:
    """A browser, a sandbox and an application, and what is done with them."""

    def __init__(self, browser, sandbox, application, screenshots):
        self.browser = browser
        self.sandbox = sandbox
        self.application = application
        self.screenshots = screenshots

    # What an application does

    def open(self, user, **query):
        self.application.returned = None
        query = {"client_id": "sandbox-client", "user_id": user, "state": "s-1", "lng": "en", **query}
        self.browser.get(f"{self.sandbox}/oauth/authorize?{urllib.parse.urlencode(query)}")

    def returned(self):
        self.wait(lambda: self.browser.title == "Home", "the browser comes back to the application")
        return self.application.returned

    def call(self, path, data=None, authorization=""):
        headers = {"authorization": authorization}
        request = urllib.request.Request(f"{self.sandbox}{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            return json.load(answer)

    def connections(self, code):
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.application.redirect_uri}
        basic = base64.b64encode(b"sandbox-client:sandbox-secret").decode()
        tokens = self.call("/oauth/token", urllib.parse.urlencode(form).encode(), f"Basic {basic}")
        return self.call("/oauth/connection-status", None, f"Bearer {tokens['access_token']}")["connections"]

    # What a user does

    def account(self, key):
        return self.find(f"input[name=account][value='{key}']")

    def permission(self, key):
        return self.find(f"input[name=calendars][value='{key}']")

    def press(self, decision):
        self.find(f"button[value={decision}]").click()

    # What a user sees

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def color(self, selector, property="background-color"):
        script = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"
        return self.browser.execute_script(script, selector, property)

    def shoot(self, name):
        self.browser.execute_script("scrollTo(0, 0)")
        self.browser.save_screenshot(str(self.screenshots / f"{name}.png"))

    def resize(self, width, height, mobile):
        metrics = {"width": width, "height": height, "deviceScaleFactor": 2 if mobile else 1, "mobile": mobile}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, scheme):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def wait(self, condition, promise):
        WebDriverWait(self.browser, WAIT).until(lambda _: condition(), f"not true in time: {promise}")


def check(truth, promise):
    if not truth:
        raise AssertionError(promise)


def allows_the_chosen_accounts(walk):
    walk.open("alice")
    check(walk.find("h1").text == "Connect your calendars", "the page is in English")
    check(not walk.find_all("input[name=account]:checked"), "no account is chosen beforehand")
    walk.shoot("1-first-visit")
    google, apple = "google:alice@gmail.example", "apple:alice@icloud.example"
    check(not walk.permission(google).is_displayed(), "the permission waits for its account")
    walk.account(google).click()
    walk.account(apple).click()
    check(walk.permission(google).is_selected(), "the permission is ticked")
    walk.shoot("2-chosen")
    walk.press("allow")
    returned = walk.returned()
    check(sorted(returned) == ["code", "state"] and returned["state"] == "s-1", "code and state come back")
    connections = walk.connections(returned["code"])
    found = {provider: [account["id"] for account in accounts] for provider, accounts in connections.items()}
    expected = {"google": ["alice@gmail.example"], "microsoft": [], "apple": ["alice@icloud.example"], "caldav": []}
    check(found == expected, f"only the chosen accounts are connected, not {found}")


def adds_an_account_without_its_calendars(walk):
    walk.open("alice")
    check(not walk.account("google:alice@gmail.example").is_enabled(), "a connected account cannot be unticked")
    work = "google:alice.work@gmail.example"
    walk.account(work).click()
    walk.permission(work).click()
    walk.shoot("3-permission-unticked")
    walk.press("allow")
    accounts = walk.connections(walk.returned()["code"])["google"]
    found = {account["id"]: account["calendarPermissionGranted"] for account in accounts}
    expected = {"alice@gmail.example": True, "alice.work@gmail.example": False}
    check(found == expected, f"the account is added without its calendars, not {found}")
    walk.open("alice")
    check(walk.account(work).is_selected(), "an account to be repaired is ticked")
    walk.shoot("4-to-be-repaired")


def asks_again_when_nothing_is_chosen(walk):
    walk.open("nadia")
    walk.press("allow")
    walk.wait(lambda: walk.find_all("[role=alert]"), "there is a message")
    check("at least one account" in walk.find("[role=alert]").text, "the message says what to do")
    walk.shoot("5-nothing-chosen")
    check(walk.application.returned is None, "the browser stays")


def denies(walk):
    walk.open("bob")
    walk.press("deny")
    check(walk.returned() == {"error": "access_denied", "state": "s-1"}, "the error and the state come back")


def works_by_keyboard_alone(walk):
    walk.open("carol", providers="apple")
    for key in [Keys.TAB, Keys.SPACE]:
        walk.browser.switch_to.active_element.send_keys(key)
    check(walk.account("apple:carol@icloud.example").is_selected(), "the first stop is the account")
    walk.browser.switch_to.active_element.send_keys(Keys.TAB)
    focused = walk.browser.switch_to.active_element
    check(focused.get_attribute("value") == "allow", "the next stop is the button")
    check(walk.color(":focus", "outline-style") == "solid", "the focus is seen")
    walk.shoot("6-keyboard")
    focused.send_keys(Keys.ENTER)
    check("code" in walk.returned(), "the code comes back")


def is_mirrored_in_arabic(walk):
    walk.open("alice", lng="ar")
    root = walk.find("html")
    check((root.get_attribute("lang"), root.get_attribute("dir")) == ("ar", "rtl"), "the page is Arabic")
    box, name = walk.find("li input").rect, walk.find("li bdi").rect
    check(box["x"] > name["x"] + name["width"], "the box stands to the right of the name")
    check(walk.find(".allow").rect["x"] > walk.find(".deny").rect["x"], "the first button stands to the right")
    check(walk.color("li bdi", "direction") == "ltr", "an address keeps its direction")
    walk.shoot("7-arabic")


def has_a_dark_and_a_light_theme(walk):
    grounds = {}
    for theme in ["light", "dark", "auto"]:
        for preferred in ["light", "dark"]:
            walk.prefer(preferred)
            walk.open("alice", theme=theme)
            grounds[theme, preferred] = walk.color("body")
            pale = walk.browser.execute_script(PALE_TEXT)
            check(not pale, f"all text of {theme} stands out: {pale}")
            if (theme, preferred) == ("dark", "light"):
                walk.shoot("8-dark")
    walk.prefer("")
    light, dark = grounds["light", "light"], grounds["dark", "dark"]
    check(light != dark, "the themes differ")
    check(grounds["light", "dark"] == light and grounds["dark", "light"] == dark, "the theme asked for wins")
    check(grounds["auto", "light"] == light and grounds["auto", "dark"] == dark, "the browser decides about auto")


def fits_a_phone_in_every_language(walk):
    walk.resize(360, 740, True)
    for language in LANGUAGES:
        walk.open("a.rather.long.name.for.a.user.of.the.application", lng=language)
        check(walk.find("html").get_attribute("lang") == language, f"the page is in {language}")
        for box in walk.find_all("li input[name=account]"):
            if not box.is_selected():
                box.click()
        width = walk.browser.execute_script("return document.documentElement.scrollWidth")
        check(width <= 360, f"nothing sticks out in {language}: {width} pixels")
        targets = [target for target in walk.find_all("li label, button") if target.is_displayed()]
        check(all(target.size["height"] >= 44 for target in targets), f"everything can be hit with a thumb in {language}")
        if language in ["de", "ar"]:
            walk.shoot(f"9-phone-{language}")
    walk.open("alice")
    walk.resize(360, 1250, True)
    walk.shoot("9-phone")
    walk.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def shows_hostile_words_as_words(walk):
    hostile = "\"><script>document.title='broken'</script><b>&amp;{{app}}"
    walk.open(hostile, state=hostile, theme=hostile)
    check(walk.browser.title == "Connect your calendars", "no script ran")
    check(walk.find(".user").text == f"User: {hostile}", "the name is shown as it is")
    check(not walk.find_all("script, b"), "no element was made up")
    walk.press("deny")
    check(walk.returned()["state"] == hostile, "the state comes back unchanged")


def explains_a_page_that_has_ended(walk):
    walk.open("alice")
    walk.browser.delete_all_cookies()
    walk.press("allow")
    walk.wait(lambda: walk.browser.title == "This page has expired", "the browser is told")
    check(not walk.find_all("form"), "there is nothing to press")
    walk.shoot("10-ended")


def gives_the_browser_nothing_to_complain_about(walk):
    complaints = [entry["message"] for entry in walk.browser.get_log("browser")]
    # Answers of 400 and 422 are reported as resources that failed; that they are answered so is the plan.
    complaints = [message for message in complaints if "the server responded with a status of" not in message]
    check(not complaints, f"the console is empty: {complaints}")


STEPS = [
    allows_the_chosen_accounts,
    adds_an_account_without_its_calendars,
    asks_again_when_nothing_is_chosen,
    denies,
    works_by_keyboard_alone,
    is_mirrored_in_arabic,
    has_a_dark_and_a_light_theme,
    fits_a_phone_in_every_language,
    shows_hostile_words_as_words,
    explains_a_page_that_has_ended,
    gives_the_browser_nothing_to_complain_about,
]


def start_browser(profile):
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not chromium or not driver:
        raise SystemExit("error: no Chromium with ChromeDriver here; on Debian: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.set_page_load_timeout(WAIT)
    browser.set_script_timeout(WAIT)
    return browser


def start_sandbox(program, redirect_uri):
    command = [program, "--port", "0", "--consent", "ask", "--redirect-uri", redirect_uri]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def base_url(sandbox):
    for line in sandbox.stdout:
        if found := re.search(r"http://[\d.]+:\d+/api", line):
            return found.group()
    raise SystemExit("error: the sandbox did not start")


def walk_all(program, screenshots):
    application = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Application)
    application.redirect_uri = f"http://127.0.0.1:{application.server_port}/callback"
    threading.Thread(target=application.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = start_browser(profile)
        sandbox = start_sandbox(program, application.redirect_uri)
        try:
            walk = Walk(browser, base_url(sandbox), application, screenshots)
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
            application.shutdown()
    print(f"screenshots are in {screenshots}")
    return 0


def main(program=ROOT / "target/debug/mobiscroll-connect-sandbox", screenshots=ROOT / "target/screenshots/consent"):
    if not Path(program).is_file():
        sys.exit(f"error: there is no {program}; make it with cargo build -p mobiscroll-connect-sandbox")
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("error: the whole run took too long"))
    signal.alarm(WHOLE_RUN)
    screenshots = Path(screenshots)
    screenshots.mkdir(parents=True, exist_ok=True)
    return walk_all(str(program), screenshots)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
