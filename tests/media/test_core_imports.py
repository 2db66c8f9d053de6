"""The packet core stays sans-IO, so that it can be simulated, and replaced by a compiled twin."""

import ast
from pathlib import Path

import media

FORBIDDEN = {"asyncio", "socket", "time", "datetime", "logging", "random", "secrets", "threading"}
EDGE = {
    "engine",
    "ingress",
    "egress",
    "probes",
    "transport",
    "paths",
    "udp",
    "tcp",
    "sockets",
    "dtls",
    "srtp",
}
"""Modules that may touch the world; `media.router` must reach none of them."""


def imported(module: str) -> set[str]:
    """Return the modules of `media` and the packages a module imports."""
    source = Path(media.__file__).parent / f"{module}.py"
    found: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "media":
            found |= {f"media.{name.name}" for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_nothing_the_router_reaches_touches_the_world() -> None:
    waiting, seen = ["router"], set()
    while waiting:
        module = waiting.pop()
        seen.add(module)
        names = imported(module)
        assert not {name.split(".")[0] for name in names} & FORBIDDEN, module
        inner = {name.removeprefix("media.") for name in names if name.startswith("media.")}
        waiting += inner - seen
    assert {"port", "stream", "subscription", "rtp", "rtcp"} <= seen
    assert not seen & EDGE
