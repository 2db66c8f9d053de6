"""Every call of a log in the program: constant words, and fields of a known kind."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
PACKAGES = [REPOSITORY / one for one in ("vmr", "lobby", "media", "signalling")]
FILES = [file for package in PACKAGES for file in package.rglob("*.py")]
SET_UP = REPOSITORY / "media" / "logs.py"
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
IDS = "booking endpoint id letter meeting message node participant room session"
COUNTS = "bookings count epoch establishments first meetings number prisoners_contacts_bans"
WORDS = "by code did entrance error has_meeting kind namespace reason reply request"
PLACES = "client file host kept port process receive_buffer_kb trace"
"""`client` is hashed (`signalling.refusals`); `host` and `port` are the server's own."""
KNOWN = {*f"{IDS} {COUNTS} {WORDS} {PLACES}".split()}


def calls(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of = node.func.value
            if node.func.attr in LEVELS and isinstance(of, ast.Name) and of.id in ("log", "logger"):
                yield node


CALLS = [(file, call) for file in FILES for call in calls(file)]


@pytest.mark.parametrize(
    ("file", "call"), CALLS, ids=[f"{file.stem}-{call.lineno}" for file, call in CALLS]
)
def test_a_message_is_constant_words_and_known_fields(file: Path, call: ast.Call) -> None:
    words = call.args[0]
    assert isinstance(words, ast.Constant), "an event is a constant text"
    found = re.findall(r"([a-z_]+)=%[sd]", str(words.value))
    assert str(words.value).count("%") == len(found), "each value has its key"
    assert set(found) <= KNOWN


def test_there_are_logs() -> None:
    assert len(CALLS) > 50


def test_logging_is_set_up_in_one_place() -> None:
    how = re.compile(r"basicConfig|addHandler|dictConfig|StreamHandler|setFormatter|print_exc\b")
    others = [file for file in FILES if file != SET_UP and how.search(file.read_text("utf-8"))]
    assert others == []
