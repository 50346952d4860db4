"""A headless chromium for tests: nothing but the page may be fetched, and every request is counted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",
)  # fmt: skip


def missing() -> str:
    """Return what a browser test lacks on this machine, or ''."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return "no chromium with chromedriver on this machine; apt-get install chromium-driver"
    return ""


@contextmanager
def browser(profile: Path, *, width: int = 1280, height: int = 720) -> Iterator[Any]:
    """Yield a driver of a fresh browser; downloads land in ``profile``/downloads."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for option in (*OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(profile / "downloads")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", "*")  # selenium would ask a proxy that is set even for the driver on this machine
        driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(shutil.which("chromedriver"))))
        try:
            resize(driver, width, height)
            yield driver
        finally:
            driver.quit()


def resize(driver: Any, width: int, height: int) -> None:
    """Give the page exactly this many pixels."""
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def requests_of(driver: Any) -> list[str]:
    """Return every address fetched since the last look, the page and its own blobs aside."""
    found = []
    for entry in driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return [address for address in found if not address.startswith(("file:", "blob:", "data:", "chrome"))]


def complaints_of(driver: Any) -> list[str]:
    """Return what the browser's console holds: errors and broken policies."""
    return [entry["message"] for entry in driver.get_log("browser")]


def violations_of(driver: Any) -> list[str]:
    """Return what axe finds wrong with the page as it stands."""
    import axe_selenium_python

    script = Path(axe_selenium_python.__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
    # The debugger's door is not bound by the page's policy, which rightly forbids a foreign script.
    driver.execute_cdp_cmd("Runtime.evaluate", {"expression": script.read_text(encoding="utf-8")})
    run = "axe.run(document).then(found => JSON.stringify(found.violations.map(v => v.id + ': ' + v.nodes[0].html)))"
    found = driver.execute_cdp_cmd(
        "Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True}
    )
    return list(json.loads(found["result"]["value"]))
