"""How Firefox is started and driven here: the stock build without a screen, one page.

Playwright drives a Firefox of its own making only, so this speaks WebDriver BiDi. Controls are
found by role and name, clicked and typed into as by a hand.
"""

import asyncio
import base64
import contextlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.browser.bidi import Bidi, BidiError
from tests.browser.eventually import eventually

EXECUTABLE = Path("/usr/bin/firefox-esr")
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
PREFERENCES: dict[str, bool | int | str] = {
    # A camera and a microphone, and nobody who has to allow them.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    # No way out of the machine, no questions, no updates.
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
}
Node = dict[str, Any]

_USABLE = "node => node.isConnected && node.checkVisibility() && !node.disabled"
_SHOW = "node => node.scrollIntoView({ block: 'center', behavior: 'instant' })"


class Firefox:
    """One browser process and its page.

    `preferences` come on top of the usual ones; `on_console` is told the level and the text of
    what the page's console says.
    """

    def __init__(self, profile: Path, preferences: dict[str, bool | int | str]) -> None:
        self.on_console: Callable[[str, str], None] = lambda level, text: None
        self._profile = profile
        self._preferences = PREFERENCES | preferences
        self._bidi = Bidi(self._note)
        self._process: asyncio.subprocess.Process | None = None
        self._drain: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._make_profile()
        self._process = process = await asyncio.create_subprocess_exec(
            str(EXECUTABLE), "--headless", "--no-remote", "--remote-debugging-port", "0",
            "--profile", str(self._profile), env={**os.environ, "HOME": str(self._profile)},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        url = await asyncio.wait_for(_address(process.stderr), START_TIMEOUT_S)
        self._drain = asyncio.create_task(_read_to_end(process.stderr))
        await self._bidi.connect(f"{url}/session")
        await self._bidi.command("session.new", capabilities={})
        await self._bidi.command("session.subscribe", events=["log.entryAdded"])
        tree = await self._bidi.command("browsingContext.getTree")
        self._context: str = tree["contexts"][0]["context"]

    async def close(self) -> None:
        """End the browser's processes, however far its start went."""
        if self._process is None:
            return
        with contextlib.suppress(BidiError):
            await self._bidi.command("browser.close")
        await self._bidi.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._drain is not None:
            await self._drain

    # -- the page -----------------------------------------------------------------------------

    async def preload(self, script: str) -> None:
        """Run a script in every page from now on, before the page's own."""
        await self._bidi.command(
            "script.addPreloadScript", functionDeclaration=f"() => {{{script}}}"
        )

    async def resize(self, width: int, height: int) -> None:
        """The size of the page's window in CSS pixels."""
        viewport = {"width": width, "height": height}
        await self._bidi.command(
            "browsingContext.setViewport", context=self._context, viewport=viewport
        )

    async def navigate(self, url: str) -> None:
        await self._bidi.command(
            "browsingContext.navigate", context=self._context, url=url, wait="complete"
        )

    async def reload(self) -> None:
        await self._bidi.command("browsingContext.reload", context=self._context, wait="complete")

    async def screenshot(self) -> bytes:
        """What the window shows, as PNG."""
        shot = await self._bidi.command("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(shot["data"])

    async def ask(self, function: str, argument: Any = None) -> Any:
        """What a function in the page gives for a value; both as JSON knows them."""
        text = await self._call(
            f"async text => JSON.stringify((await ({function})(JSON.parse(text))) ?? null)",
            {"type": "string", "value": json.dumps(argument)},
        )
        return json.loads(text["value"])

    # -- the hand -----------------------------------------------------------------------------

    async def locate(self, role: str, name: str) -> Node:
        """The first control that can be used, by its role and whole name."""
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}

        async def find() -> list[Node]:
            found = await self._bidi.command(
                "browsingContext.locateNodes", context=self._context, locator=locator
            )
            nodes: list[Node] = [{"sharedId": node["sharedId"]} for node in found["nodes"]]
            return [node for node in nodes if (await self._call(_USABLE, node))["value"]]

        return (await eventually(f"there is a {role} {name!r}", find))[0]

    async def read(self, role: str, name: str, function: str) -> Any:
        """What a function gives for the element of this role and name: a text or a number."""
        return (await self._call(function, await self.locate(role, name)))["value"]

    async def click(self, node: Node) -> None:
        await self._call(_SHOW, node)
        move = {
            "type": "pointerMove",
            "x": 0,
            "y": 0,
            "origin": {"type": "element", "element": node},
        }
        buttons = [{"type": kind, "button": 0} for kind in ("pointerDown", "pointerUp")]
        await self._act({"type": "pointer", "id": "mouse", "actions": [move, *buttons]})

    async def fill(self, node: Node, text: str) -> None:
        """Type a text into a box in place of what is there."""
        await self.click(node)
        await self._call("node => node.select()", node)
        keys = [{"type": kind, "value": key} for key in text for kind in ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keyboard", "actions": keys})

    async def key(self, value: str, *moves: str) -> None:
        """Move a key: `keyDown`, `keyUp`, or both, one after the other, when nothing is said."""
        keys = [{"type": move, "value": value} for move in moves or ("keyDown", "keyUp")]
        await self._act({"type": "key", "id": "keyboard", "actions": keys})

    async def _act(self, source: dict[str, Any]) -> None:
        await self._bidi.command("input.performActions", context=self._context, actions=[source])

    async def _call(self, function: str, *arguments: dict[str, Any]) -> dict[str, Any]:
        answer = await self._bidi.command(
            "script.callFunction", functionDeclaration=function, arguments=list(arguments),
            target={"context": self._context}, awaitPromise=True,
        )  # fmt: skip
        if answer["type"] != "success":
            raise BidiError(f"{answer['exceptionDetails']['text']} in {function}")
        result: dict[str, Any] = answer["result"]
        return result

    # -- the process --------------------------------------------------------------------------

    def _make_profile(self) -> None:
        assert EXECUTABLE.exists(), f"{EXECUTABLE} is missing: apt-get install firefox-esr"
        self._profile.mkdir()
        settings = self._preferences.items()
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in settings]
        (self._profile / "user.js").write_text("".join(lines))

    def _note(self, event: str, entry: dict[str, Any]) -> None:
        where = (entry.get("stackTrace") or {}).get("callFrames") or [{}]
        text = f"{entry['text']} ({where[0].get('url', '')})"
        self.on_console(entry["level"], text)


async def _address(stderr: asyncio.StreamReader) -> str:
    """Where it listens, as it prints when it is ready."""
    said = ""
    while line := (await stderr.readline()).decode(errors="replace"):
        said += line
        if found := re.search(r"ws://\S+", line):
            return found[0]
    raise AssertionError(f"Firefox ended at its start:\n{said}")


async def _read_to_end(stderr: asyncio.StreamReader) -> None:
    """A full pipe would stop the browser."""
    while await stderr.read(65536):
        pass
