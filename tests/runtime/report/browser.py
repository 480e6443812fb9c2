# A real browser for tests of pages: Chromium without a window, spoken to over a pipe in its own debugging protocol.
# SPDX-License-Identifier: Apache-2.0
"""    with Browser() as browser:                        # Browser.path() is None where no Chromium is installed
        view = browser.open("http://127.0.0.1:…/", width=400, script=False, dark=True)
        view.value("document.title")                  # works with the page's own script off, too
        view.picture("out/page.png", whole=True)
        view.pdf("out/page.pdf")
        view.problems, view.requests                  # console errors and policy violations; addresses asked for

Every page gets a context of its own, so that none sees another's state. Nothing waits longer than 30 s.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome")


class Browser:
    @staticmethod
    def path():
        return next((p for p in map(shutil.which, NAMES) if p), None)

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="inquest-browser-")
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync",
                 "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
                 "--force-device-scale-factor=1", "--remote-debugging-pipe", "--user-data-dir=" + self.home, "about:blank"]
        # The protocol stands on descriptors 3 and 4 of the child.
        shell = 'exec 3<&%d 4>&%d; exec "$@"' % (to_read, back_write)
        self.child = subprocess.Popen(["bash", "-c", shell, "bash", self.path(), *flags], pass_fds=(to_read, back_write),
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(back_write)
        self.buffer, self.next, self.events = b"", 0, []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.call("Browser.close")
        except (OSError, TimeoutError):
            self.child.kill()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.home, ignore_errors=True)

    def read(self, until):
        """One message; TimeoutError after `until`."""
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.back], [], [], max(0, until - time.monotonic()))
            if not ready:
                raise TimeoutError("the browser does not answer")
            part = os.read(self.back, 1 << 16)
            if not part:
                raise OSError("the browser ended")
            self.buffer += part
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **arguments):
        self.next += 1
        message = {"id": self.next, "method": method, "params": arguments}
        if session:
            message["sessionId"] = session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + 30
        while True:
            got = self.read(until)
            if got.get("id") == self.next:
                if "error" in got:
                    raise OSError(f"{method}: {got['error'].get('message')}")
                return got["result"]
            self.events.append(got)

    def wait(self, session, method):
        until = time.monotonic() + 30
        while not any(e.get("sessionId") == session and e.get("method") == method for e in self.events):
            self.events.append(self.read(until))

    def open(self, address, width=1280, height=800, script=True, dark=False):
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        view = View(self, session, context)
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable", session)
        self.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setScriptExecutionDisabled", session, value=not script)
        self.call("Emulation.setEmulatedMedia", session, features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Page.navigate", session, url=address)
        self.wait(session, "Page.loadEventFired")
        return view


class View:
    def __init__(self, browser, session, context):
        self.browser, self.session, self.context = browser, session, context

    def events(self, method):
        return [e["params"] for e in self.browser.events if e.get("sessionId") == self.session and e.get("method") == method]

    @property
    def problems(self):
        out = [e["entry"]["text"] for e in self.events("Log.entryAdded") if e["entry"]["level"] in ("error", "warning")]
        out += [str(e["exceptionDetails"].get("exception", {}).get("description") or e["exceptionDetails"]["text"]) for e in self.events("Runtime.exceptionThrown")]
        return out + [str(e["args"]) for e in self.events("Runtime.consoleAPICalled") if e["type"] in ("error", "warning", "assert")]

    @property
    def requests(self):
        return [e["request"]["url"] for e in self.events("Network.requestWillBeSent")]

    def value(self, expression):
        got = self.browser.call("Runtime.evaluate", self.session, expression=expression, returnByValue=True)
        if "exceptionDetails" in got:
            raise AssertionError(f"{expression}: {got['exceptionDetails']}")
        return got["result"].get("value")

    def press(self, x, y, to=None):
        """A press of the mouse, dragged to `to`."""
        for kind, at in (("mouseMoved", (x, y)), ("mousePressed", (x, y)), ("mouseMoved", to or (x, y)), ("mouseReleased", to or (x, y))):
            self.browser.call("Input.dispatchMouseEvent", self.session, type=kind, x=at[0], y=at[1],
                              button="none" if kind == "mouseMoved" else "left", clickCount=0 if kind == "mouseMoved" else 1)

    def picture(self, path, whole=True):
        got = self.browser.call("Page.captureScreenshot", self.session, format="png", captureBeyondViewport=whole)
        if whole:
            size = self.browser.call("Page.getLayoutMetrics", self.session)["cssContentSize"]
            clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 16000), "scale": 1}
            got = self.browser.call("Page.captureScreenshot", self.session, format="png", captureBeyondViewport=True, clip=clip)
        self.save(path, got["data"])

    def pdf(self, path):
        got = self.browser.call("Page.printToPDF", self.session, paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True, printBackground=False)
        self.save(path, got["data"])

    @staticmethod
    def save(path, data):
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
