"""What every test shares: a skipped test is a failed run, because a missing tool hides faults.

`VMR_ALLOW_SKIPS=1` lets a run pass that skipped something, for work on a machine without the
tools; the project's own test command never sets it.
"""

import gc
import os
from collections.abc import Iterator

import pytest

from tests.peers.memory import folder_in_memory
from tests.peers.postgresql import Postgresql


def pytest_configure() -> None:
    """Temporary folders lie in memory where there is enough."""
    if folder := folder_in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A server for the whole run, started when the first test wants it."""
    server = Postgresql()
    try:
        server.make()
        server.start()
        yield server
    finally:
        server.remove()


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: the collector need not look through it each time."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Turn a green run that skipped something into a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if (
        reporter
        and skipped
        and exitstatus == pytest.ExitCode.OK
        and not os.environ.get("VMR_ALLOW_SKIPS")
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} skipped: a run that skips has not tested", red=True)
