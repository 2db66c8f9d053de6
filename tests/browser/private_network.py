"""A network of its own for tests whose browser pairs no loopback address, as Firefox does not.

A test marked `private_network` is run by a pytest of its own in a fresh network namespace (Linux,
`unshare`; as root or by a user namespace): loopback for the pages, which makes them a secure
context, and `ADDRESS` on an interface without a wire for media. Everything the test starts is
inside, and nothing can leave.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

ADDRESS = "10.77.0.1"
LOOPBACK = "127.0.0.1"
SPARE_S = 60.0
"""For the inner run to start, and to end by its own timeout first."""
_INSIDE = "VMR_TEST_PRIVATE_NETWORK"
_SETUP = f"""set -e
ip link set lo up
ip link add vmr0 type bridge
ip address add {ADDRESS}/24 dev vmr0
ip link set vmr0 up
ip route add default via {ADDRESS}
exec "$@"
"""


def is_inside() -> bool:
    return _INSIDE in os.environ


def media_host() -> str:
    """The address that browsers of this run send media to."""
    return ADDRESS if is_inside() else LOOPBACK


def _unshare(*command: str) -> list[str]:
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    return ["unshare", "--net", *user, *command]


def refusal() -> str:
    """What the machine says when it permits no namespace; empty when it does."""
    tried = subprocess.run(_unshare("true"), capture_output=True, text=True, check=False)
    return "" if tried.returncode == 0 else tried.stderr.strip()


class PrivateItem(pytest.Item):
    """Stands for a test of the same name and runs it inside."""

    def __init__(self, *, timeout_s: float, **rest: object) -> None:
        super().__init__(**rest)  # type: ignore[arg-type]
        self._timeout_s = timeout_s

    def runtest(self) -> None:
        if reason := refusal():
            pytest.skip(f"this machine permits no network namespace: {reason}")
        run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", self.nodeid]
        environment = {**os.environ, _INSIDE: "1"}
        with subprocess.Popen(
            _unshare("sh", "-c", _SETUP, "sh", *run), cwd=self.config.rootpath, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        ) as inner:  # fmt: skip
            try:
                output, _ = inner.communicate(timeout=self._timeout_s)
            finally:
                _end(inner)
        if inner.returncode != 0:
            raise InnerFailure(output)

    def repr_failure(
        self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None
    ) -> str:
        if isinstance(excinfo.value, InnerFailure):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo))

    def reportinfo(self) -> tuple[os.PathLike[str], int | None, str]:
        return self.path, None, f"{self.name} in a private network"


class InnerFailure(Exception):
    """What the inner run printed."""


def _end(inner: subprocess.Popen[str]) -> None:
    """Whatever is left of the inner run's processes."""
    try:
        os.killpg(inner.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def wrap(items: list[pytest.Item], timeout_s: float) -> Iterator[pytest.Item]:
    """The tests to run, those of a private network replaced by what runs them inside.

    `timeout_s` is that of one test.
    """
    for item in items:
        if is_inside() or item.get_closest_marker("private_network") is None:
            yield item
            continue
        assert item.parent is not None
        outer = PrivateItem.from_parent(item.parent, name=item.name, timeout_s=timeout_s + SPARE_S)
        outer.own_markers.extend(item.own_markers)
        yield outer
