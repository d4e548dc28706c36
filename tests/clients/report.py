"""report.html in a real browser: no error on its console, a hover, a sort, pictures to look at.

Runs `montecarbon run … --html`, opens the pages in headless Chromium through its debugging protocol, and ends with 1 where something
does not hold. Usage: report.py MONTECARBON PICTURES; needs nothing but Python and Chromium.
"""

import base64
import json
import os
import pathlib
import secrets
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

HOSTILE = """
title = "<script>throw new Error('title')</script> & <b>bold</b>"
[inputs]
power = { distribution = "uniform", min = 250, max = 400, unit = "W", source = "<img src=x onerror=\\"throw 1\\"> says", evidence = "assumption" }
grid = { distribution = "lognormal", median = 240, gsd = 1.3, unit = "gCO2e/kWh" }
[formulas]
emissions = "power * grid"
[outputs]
emissions = { unit = "kgCO2e/day", description = "</p><script>throw new Error('description')</script>" }
"""


class Page:
    """One page of the browser, spoken to over its websocket."""

    def __init__(self, address):
        host, path = address.removeprefix("ws://").split("/", 1)
        name, port = host.split(":")
        self.socket = socket.create_connection((name, int(port)), timeout=30)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while not self._read_line() == b"\r\n":
            pass
        self.number = 0
        self.told = []

    def _read(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the browser hung up")
            data += part
        return data

    def _read_line(self):
        line = b""
        while not line.endswith(b"\r\n"):
            line += self._read(1)
        return line

    def _message(self):
        text = b""
        while True:
            first, second = self._read(2)
            length = second & 127
            if length == 126:
                (length,) = struct.unpack(">H", self._read(2))
            elif length == 127:
                (length,) = struct.unpack(">Q", self._read(8))
            text += self._read(length)
            if first & 128:
                return json.loads(text)

    def do(self, method, **parameters):
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": parameters}).encode()
        mask = secrets.token_bytes(4)
        head = b"\x81" + (
            bytes([128 | len(text)]) if len(text) < 126 else b"\xfe" + struct.pack(">H", len(text))
        )
        self.socket.sendall(head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(text)))
        while True:
            message = self._message()
            if message.get("id") == self.number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.told.append(message)

    def value(self, expression):
        result = self.do("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def open(self, path):
        self.told = []
        self.do("Page.navigate", url=path.as_uri())
        for _ in range(100):
            if self.value("document.readyState") == "complete":
                break
            time.sleep(0.05)

    def errors(self):
        """What the console was told: errors, warnings, exceptions, and anything asked of the network."""
        found = []
        for message in self.told:
            method, parameters = message.get("method"), message.get("params", {})
            if method == "Runtime.exceptionThrown":
                found.append(parameters["exceptionDetails"].get("text"))
            if method == "Runtime.consoleAPICalled":
                found.append(str(parameters["args"]))
            if method == "Log.entryAdded":
                found.append(parameters["entry"]["text"])
            if method == "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if not url.startswith(("file:", "data:")):
                    found.append(f"asks the network for {url}")
        return found

    def picture(self, path):
        size = self.do("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000), "scale": 1}
        data = self.do("Page.captureScreenshot", captureBeyondViewport=True, clip=clip)["data"]
        path.write_bytes(base64.b64decode(data))


def main(program, pictures):
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium: install the package chromium")
    pictures.mkdir(parents=True, exist_ok=True)
    complaints = []

    def expect(holds, what):
        print("ok  " if holds else "FAIL", what)
        if not holds:
            complaints.append(what)

    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        hostile = place / "hostile.toml"
        hostile.write_text(HOSTILE)
        root = pathlib.Path(__file__).resolve().parents[2]
        one = [str(root / "scenarios" / "chatgpt-inference.toml")]
        batch = [str(root / "scenarios" / "boundary-switch.toml")]
        for name, files in [("one", one), ("batch", batch), ("hostile", [str(hostile)])]:
            words = [program, "run", *files, "-n", "100000", "-q", "--html", "--out", str(place / name)]
            subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        process = subprocess.Popen(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             f"--user-data-dir={place / 'profile'}", "--window-size=1100,900", "about:blank"],
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )
        try:
            port_file = place / "profile" / "DevToolsActivePort"
            for _ in range(200):
                if port_file.exists() and port_file.read_text().strip():
                    break
                time.sleep(0.1)
            port = port_file.read_text().split()[0]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [target for target in json.load(answer) if target["type"] == "page"]
            page = Page(pages[0]["webSocketDebuggerUrl"])
            for domain in ["Page", "Runtime", "Log", "Network"]:
                page.do(f"{domain}.enable")

            # The twin: a page that does what must not happen is caught.
            bad = place / "bad.html"
            bad.write_text("<script src='http://127.0.0.1:9/x.js'></script><script>throw new Error('planted')</script>")
            page.open(bad)
            expect(len(page.errors()) >= 2, "a planted error and a planted request are noticed")

            page.open(place / "one" / "report.html")
            expect(page.errors() == [], f"one run: nothing on the console {page.errors()}")
            page.picture(pictures / "light.png")
            # A hover over a piece of the density.
            spot = page.value(
                "(() => { const marks = document.querySelectorAll('svg .tip'); const mark = marks[Math.floor(marks.length / 8)];"
                " mark.scrollIntoView({ block: 'center' }); const box = mark.getBoundingClientRect();"
                " return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()"
            )
            told = ""
            for _ in range(20):
                for aside in [1, 0]:
                    page.do("Input.dispatchMouseEvent", type="mouseMoved", x=spot["x"], y=spot["y"] + aside)
                time.sleep(0.1)
                told = page.value("document.getElementById('tip').hidden ? '' : document.getElementById('tip').textContent")
                if told:
                    break
            expect("%" in told, f"a hover is told: {told}")
            # A sort by the keyboard: rising, then falling.
            column = "[...document.querySelectorAll('table.sortable')].find(t => t.caption.textContent.startsWith('Every statistic'))"
            values = f"[...{column}.tBodies[0].rows].map(row => row.cells[2].dataset.value).filter(text => text !== '').map(Number)"
            for falling in [False, True]:
                page.value(f"{column}.tHead.rows[0].cells[2].querySelector('button').focus()")
                for kind in ["keyDown", "keyUp"]:
                    page.do("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", windowsVirtualKeyCode=13, text="\r")
                found = page.value(values)
                expect(found == sorted(found, reverse=falling) and len(found) > 10, f"a table is sorted, falling {falling}")
            order = page.value(f"{column}.tHead.rows[0].cells[2].getAttribute('aria-sort')")
            expect(order == "descending", "and says how")
            # What a screen reader meets.
            names = page.value("[...document.querySelectorAll('svg')].every(svg => svg.getAttribute('aria-label'))")
            expect(names and page.value("document.documentElement.lang") == "en", "figures have names, the page a language")
            levels = page.value("[...document.querySelectorAll('h1,h2,h3')].map(head => Number(head.tagName[1]))")
            expect(levels[0] == 1 and levels.count(1) == 1 and all(b - a <= 1 for a, b in zip(levels, levels[1:])), "headings go down step by step")
            wide = page.value("document.documentElement.scrollWidth > innerWidth")
            expect(not wide, "nothing is wider than the window")
            page.do("Emulation.setDeviceMetricsOverride", width=390, height=800, deviceScaleFactor=1, mobile=True)
            expect(not page.value("document.documentElement.scrollWidth > innerWidth"), "nor than a telephone")
            page.picture(pictures / "narrow.png")
            page.do("Emulation.clearDeviceMetricsOverride")
            page.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
            page.picture(pictures / "dark.png")
            page.do("Emulation.setEmulatedMedia", media="print", features=[])
            page.picture(pictures / "print.png")
            page.do("Emulation.setEmulatedMedia", media="", features=[])

            page.open(place / "batch" / "report.html")
            expect(page.errors() == [], f"a batch: nothing on the console {page.errors()}")
            page.picture(pictures / "batch.png")
            links = page.value("[...document.querySelectorAll('td a')].map(link => link.href)")
            there = all(pathlib.Path(link.removeprefix("file://")).exists() for link in links)
            expect(len(links) > 1 and there, f"the index leads to {len(set(links))} pages")

            page.open(place / "hostile" / "report.html")
            expect(page.errors() == [], f"hostile text: nothing on the console {page.errors()}")
            inserted = page.value("document.querySelectorAll('main img, main b, header b, main script').length")
            expect(inserted == 0, "text of a scenario is no markup")

            # Without scripts everything is still there.
            page.do("Emulation.setScriptExecutionDisabled", value=True)
            page.open(place / "one" / "report.html")
            page.do("Emulation.setScriptExecutionDisabled", value=False)
            text = page.value("document.body.innerText")
            expect("95 % interval" in text and "Inputs with their evidence" in text, "whole without scripts")
        finally:
            process.terminate()
            process.wait()
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]))
