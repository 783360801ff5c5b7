"""Debian's chromium, headless, driven through chromedriver's own HTTP protocol: no library between."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

_FLAGS = (
    "--headless=new",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--no-proxy-server",
)
_KEYS = {
    "PageUp": 33,
    "PageDown": 34,
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
_NOTHING_STORED = {"profile": {"default_content_setting_values": {"cookies": 2}}}
_STARTED = re.compile(r"started successfully on port (\d+)")


def _start_driver() -> tuple[subprocess.Popen[str], int]:
    """A chromedriver and its port. The one that it chose may be taken before it has it: then it ends."""
    for _ in range(10):
        driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        assert driver.stdout is not None
        for line in driver.stdout:
            if found := _STARTED.search(line):
                return driver, int(found[1])
        driver.stdout.close()
        driver.wait(60)
    raise AssertionError("chromedriver did not start")


class Browser:
    """One window. Fails, rather than skips, where the packages chromium and chromium-driver are missing."""

    def __init__(self, profile: Path) -> None:
        self._http = requests.Session()
        self._http.trust_env = False
        self._driver, port = _start_driver()
        try:
            self._url = f"http://127.0.0.1:{port}/session"
            flags = [*_FLAGS, f"--user-data-dir={profile}"]
            if os.geteuid() == 0:
                flags.append("--no-sandbox")
            wanted = {"goog:chromeOptions": {"args": flags}, "goog:loggingPrefs": {"browser": "ALL"}}
            session = self._call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
            self._url += f"/{session['sessionId']}"
        except BaseException:
            self._end_driver()
            raise

    def close(self) -> None:
        try:
            self._call("DELETE", "")
        finally:
            self._end_driver()

    def go(self, url: str) -> None:
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments: object) -> Any:
        """What a function body returns; a promise is waited for."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait(self, condition: str, seconds: float = 60.0) -> None:
        """Until an expression is true; the page's text tells why it never was."""
        deadline = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition})"):
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {condition}\n{self.run('return document.body.innerText')}")
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        """The text of the first element that matches, as a person sees it."""
        seen: str = self.run("return document.querySelector(arguments[0]).innerText", selector)
        return seen

    def size(self, width: int, height: int, *, mobile: bool = False) -> None:
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile},
        )

    def press(self, key: str) -> None:
        """A key by its DOM name: "Tab", "Enter", "ArrowRight"."""
        text = "\r" if key == "Enter" else ""
        for kind in ("keyDown", "keyUp"):
            self.devtools(
                "Input.dispatchKeyEvent",
                {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": _KEYS[key], "text": text},
            )

    def picture(self) -> bytes:
        """The window as a PNG."""
        return base64.b64decode(self._call("GET", "/screenshot"))

    def log(self) -> list[str]:
        """What the console has said since the last look: errors, refused loads, violations of the policy."""
        entries = self._call("POST", "/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries]

    def devtools(self, command: str, parameters: dict[str, object]) -> Any:
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, self._url + path, json=body, timeout=120).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise AssertionError(f"{answer['error']}: {answer['message']}")
        return answer

    def _end_driver(self) -> None:
        self._driver.terminate()
        self._driver.wait(60)
        if self._driver.stdout is not None:
            self._driver.stdout.close()
        self._http.close()


@contextlib.contextmanager
def browsing(profile: Path, *, storing: bool = True) -> Iterator[Browser]:
    """`storing`: whether pages may keep anything."""
    if not storing:
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(json.dumps(_NOTHING_STORED))
    browser = Browser(profile)
    try:
        yield browser
    finally:
        browser.close()
