"""The self-test in Firefox ESR, in a private network (`private_network`)."""

from typing import Any

import pytest

from tests.browser.conftest import InviteFirefox
from tests.browser.eventually import eventually
from tests.browser.test_check import FIGURES, NOT_MEASURED

pytestmark = pytest.mark.private_network
FINDINGS = """() => Object.fromEntries([...document.querySelectorAll("[data-finding]")]
    .map(({ dataset }) => [dataset.finding, dataset.code]))"""


async def test_firefox_reaches_the_server_and_measures_its_network(
    at_firefox: InviteFirefox,
) -> None:
    person = await at_firefox("Asha", 1)
    await person.firefox.navigate(f"http://127.0.0.1:{person.proxy.port}/check")
    await person.in_view("ready")
    await person.press("Start the test")

    async def is_done() -> bool:
        return bool(await person.ask("() => document.querySelector('#app').dataset.view") == "done")

    await eventually("the test ends", is_done, 45)
    found: dict[str, Any] = await person.ask(FINDINGS)
    assert found["browser"] == "browser.good"
    assert found["camera"] == "camera.live"
    assert found["udp"] == "udp.reached"
    assert found["tcp"] == "tcp.absent"
    assert not [one for one in FIGURES if found[one].endswith(NOT_MEASURED)], found
    report = str(await person.ask("() => document.querySelector('.report__text').textContent"))
    assert "Firefox" in report
