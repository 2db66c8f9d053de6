"""SECURITY.md names modules and tests that exist, and every entrance with the limits that hold."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from media.config import Config
from signalling.app import REQUEST_BYTES_MAX
from signalling.bookings.request_config import RequestConfig
from signalling.config import SignallingConfig
from signalling.fields import SDP_CHARACTERS
from signalling.gate import UNLIMITED
from signalling.guarded import MESSAGE_BYTES_MAX
from signalling.staff.config import StaffConfig
from signalling.staff.sign_in import CODE_TRIES
from tests.signalling.house import House

REPOSITORY = Path(__file__).parents[2]
DOCUMENT = (REPOSITORY / "signalling" / "SECURITY.md").read_text(encoding="utf-8")
TESTS = re.findall(r"`([\w/]+\.py)::(\w+)`", DOCUMENT)
MODULES = re.findall(r"`((?:vmr|lobby|media|signalling)/[\w/]+\.py)`", DOCUMENT)
ENTRANCES = DOCUMENT.split("## Entrances")[1].split("\n## ")[0]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in ENTRANCES.splitlines()
    if line.startswith("| `/")
]
PATHS = {path: row for row in ROWS for path in re.findall(r"`([^`]+)`", row[0])}
WITH_A_PROVIDER = "/staff/sign-in/…"
"""A route that is there only where staff sign in with a provider."""

CONFIG, REQUESTS, STAFF = SignallingConfig(), RequestConfig(), StaffConfig()
RATES = {
    "/socket.io/": (
        f"sockets: {CONFIG.max_sockets}, of one network {CONFIG.max_sockets_per_address}; "
        f"connects of one network: {CONFIG.new_sockets_per_address_burst} at once, "
        f"then {CONFIG.new_sockets_per_address_s:g} a second; "
        f"requests of one socket: {CONFIG.requests_per_session_burst} at once, "
        f"then {CONFIG.requests_per_session_s:g} a second"
    ),
    "/whip": (
        f"one network: {CONFIG.offers_per_address_burst} at once, "
        f"then {CONFIG.offers_per_address_s:g} a second; "
        f"one token: {CONFIG.offers_per_token_burst} at once, "
        f"then {CONFIG.offers_per_token_s:g} a second"
    ),
    "/check/probe": (
        f"one network: {CONFIG.probes_per_network_burst} at once, "
        f"then {CONFIG.probes_per_network_s:g} a second; "
        f"{Config().max_probes} a media worker"
    ),
    "/check/result": (
        f"one network: {CONFIG.results_per_network_burst} at once, "
        f"then {CONFIG.results_per_network_s:g} a second"
    ),
    "/request": (
        f"one session: {REQUESTS.pages_burst} pages at once, then {REQUESTS.pages_per_s:g} a "
        f"second; codes: {REQUESTS.codes_burst} to a mailbox at once, "
        f"{REQUESTS.address_codes_burst} from a network, {REQUESTS.all_codes_burst} in all; "
        f"{REQUESTS.code_tries} entries a code"
    ),
    "/staff/sign-in": (
        f"{STAFF.tries} wrong passwords of an account, {STAFF.address_tries} from a network, "
        f"in {STAFF.tries_window_s:g} s"
    ),
    "/": (
        f"one network: {CONFIG.pages_burst} at once, then {CONFIG.pages_per_network_s:g} a second"
    ),
    "/staff": (
        f"forms of one network: {CONFIG.forms_burst} at once, "
        f"then {CONFIG.forms_per_network_s:g} a second; pages as `/`"
    ),
    "/staff/second-factor": f"{CODE_TRIES} codes a sign-in",
    "/api/v1/…": (
        f"one token: {CONFIG.api.requests_burst} at once, then {CONFIG.api.requests_s:g} a "
        f"second; wrong tokens from one network: {CONFIG.api.wrong_burst} at once, "
        f"then {CONFIG.api.wrong_s:g} a second"
    ),
}
SIZES = {
    "/socket.io/": f"{MESSAGE_BYTES_MAX // 1024} KiB a message",
    "/whip": f"{SDP_CHARACTERS} characters",
    "/whep": f"{SDP_CHARACTERS} characters",
    "/check/probe": f"{SDP_CHARACTERS} characters",
    "/check/result": f"{SDP_CHARACTERS} characters",
    "/request": f"{REQUEST_BYTES_MAX // 1024} KiB",
    "/staff/sign-in": f"{REQUEST_BYTES_MAX // 1024} KiB",
    "/staff": f"{REQUEST_BYTES_MAX // 1024} KiB",
    "/api/v1/…": f"{REQUEST_BYTES_MAX // 1024} KiB",
}


@cache
def names_in(path: Path) -> frozenset[str]:
    """Tests of a file: functions, and what unittest finds by name at its top."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name[:5] == "test_"
    }
    classes = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id.startswith("Test")
    }
    return frozenset(functions | classes)


def row_of(path: str) -> list[str] | None:
    """The row that speaks of this route: by its whole path, else by the longest beginning."""
    if path in PATHS:
        return PATHS[path]
    starts = [known for known in PATHS if known.endswith("…") and path.startswith(known[:-1])]
    return PATHS[max(starts, key=len)] if starts else None


def routes() -> dict[str, set[str]]:
    """Methods by path, of the whole application."""
    found: dict[str, set[str]] = {}
    for route in House().app.router.routes():
        assert route.resource is not None
        found.setdefault(route.resource.canonical, set()).add(route.method)
    return found


def test_the_document_names_tests_and_modules() -> None:
    assert len(TESTS) > 80
    assert len(MODULES) > 60


@pytest.mark.parametrize(("file", "name"), sorted(set(TESTS)))
def test_every_test_that_is_named_exists(file: str, name: str) -> None:
    assert name in names_in(REPOSITORY / "tests" / file)


@pytest.mark.parametrize("module", sorted(set(MODULES)))
def test_every_module_that_is_named_exists(module: str) -> None:
    assert (REPOSITORY / module).is_file()


def test_every_threat_has_a_module_and_a_test() -> None:
    threats = DOCUMENT.split("## Entrances")[0].splitlines()
    rows = [line for line in threats if line.startswith("| ") and not line.startswith("| they try")]
    assert rows
    assert [line for line in rows if "::" not in line or "`" not in line.split("|")[2]] == []


def test_every_entrance_is_in_the_table() -> None:
    assert [path for path in routes() if row_of(path) is None] == []


def test_every_entrance_that_takes_a_body_has_its_size() -> None:
    with_body = [path for path, methods in routes().items() if methods - {"GET", "HEAD"}]
    without_size = [path for path in with_body if "no body" in (row_of(path) or ["", "", ""])[2]]
    assert without_size == []


def test_every_entrance_has_a_rate_but_those_of_load_balancers() -> None:
    without = {path for path in routes() if (row_of(path) or ["", "", "", ""])[3] == "none"}
    assert without == UNLIMITED


def test_the_table_has_no_entrance_that_is_not_there() -> None:
    found = list(routes())
    gone = [
        known
        for known in PATHS
        if not any(
            path.startswith(known[:-1]) if known.endswith("…") else path == known for path in found
        )
    ]
    assert [path for path in gone if path != WITH_A_PROVIDER] == []


@pytest.mark.parametrize("path", RATES)
def test_the_rate_in_the_table_is_the_one_that_holds(path: str) -> None:
    assert PATHS[path][3] == RATES[path]


@pytest.mark.parametrize("path", SIZES)
def test_the_size_in_the_table_is_the_one_that_holds(path: str) -> None:
    assert PATHS[path][2] == SIZES[path]
