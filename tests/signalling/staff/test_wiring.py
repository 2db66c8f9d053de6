"""From the settings of an operator to the rules of sign-in, and the texts of its pages."""

import re
from enum import Enum
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request

from lobby.broken_off import BROKEN_OFF
from lobby.events import EndCode
from signalling.bookings.booking_form import TIME_PARTS
from signalling.bookings.decision_pages import ENDS
from signalling.bookings.detail_pages import ACTIONS
from signalling.bookings.report_figures import EVERY, FAIRNESS
from signalling.staff.token_pages import LASTS_DAYS
from signalling.texts import FILES, Texts
from tests.signalling.peers import peer
from vmr.api_tokens import ApiScope
from vmr.bookings.booking import BookingState, Channel, IdToBring, Part, Priority
from vmr.bookings.changes import BookingEvent
from vmr.bookings.outcomes import CausedBy, Outcome, OutcomeProblem
from vmr.bookings.purposes import Purpose
from vmr.bookings.reports import GroupBy
from vmr.bookings.rules import Problem
from vmr.cli.serve import _config
from vmr.establishment_record import RecordEvent
from vmr.letters import LetterKind, LetterState
from vmr.policies import PolicyName
from vmr.record_times import Cause, Doing
from vmr.record_totals import GOES
from vmr.setting_sources import load
from vmr.staff import StaffRole
from vmr.staff_record_text import ACTORS, CHOSEN, OTHER, REASON, REQUESTS, SENTENCES, WAIVED
from vmr.staff_sessions import TotpMode
from vmr.webhooks import WebhookEvent

WORDS: tuple[tuple[str, type[Enum]], ...] = (
    ("purpose", Purpose), ("state", BookingState), ("channel", Channel), ("priority", Priority),
    ("part", Part), ("id", IdToBring), ("happened", BookingEvent),
    ("problem", Problem), ("letter", LetterKind), ("letter_state", LetterState),
)  # fmt: skip
"""Families of sentences, and the words they are chosen by."""
RECORD_WORDS = ("deleted", "an_officer", "none", "reason_deleted")
SOURCES = Path(__file__).parents[3] / "signalling" / "staff"


@pytest.mark.parametrize(
    ("options", "totp", "is_secure"),
    [
        ({}, TotpMode.OPTIONAL, False),
        ({"staff_totp": "required"}, TotpMode.REQUIRED, False),
        ({"public_url": "https://meet.example.org"}, TotpMode.REQUIRED, True),
        ({"http_host": "0.0.0.0"}, TotpMode.REQUIRED, True),
        ({"http_host": "0.0.0.0", "staff_totp": "off"}, TotpMode.OFF, True),
    ],
)
def test_only_a_server_on_localhost_is_less_strict_by_default(
    options: dict[str, str], totp: TotpMode, is_secure: bool
) -> None:
    staff = _config(load(options, {})).staff
    assert (staff.totp, staff.is_secure) == (totp, is_secure)
    assert staff.origin == options.get("public_url", "")


def test_the_limits_are_those_of_the_settings() -> None:
    options = {
        "staff_idle_s": "60", "staff_session_s": "600", "staff_tries": "3",
        "staff_address_tries": "4", "staff_tries_window_s": "5", "trusted_proxies": "10.1.0.0/16",
        "public_url": "https://meet.example.org",
        "oidc_issuer": "https://login.example.org", "oidc_client_id": "vmr",
        "oidc_client_secret": "secret", "oidc_claim": "preferred_username",
    }  # fmt: skip
    config = _config(load(options, {}))
    staff = config.staff
    assert (staff.limits.idle_s, staff.limits.longest_s) == (60, 600)
    assert (staff.tries, staff.address_tries, staff.tries_window_s) == (3, 4, 5)
    request = make_mocked_request(
        "GET", "/", headers={"X-Forwarded-For": "192.0.2.1"}, transport=peer("10.1.2.3")
    )
    assert config.proxies.client_of(request) == "192.0.2.1"
    assert staff.oidc is not None
    assert (staff.oidc.client_id, staff.oidc.claim) == ("vmr", "preferred_username")
    assert _config(load({}, {})).staff.oidc is None


@pytest.mark.parametrize(
    ("options", "limits"),
    [({}, (200, 60, 5.0)), ({"sockets_per_network": "1200"}, (1200, 360, 30.0))],
)
def test_a_network_that_many_share_may_open_more_pages_and_come_back_as_fast(
    options: dict[str, str], limits: tuple[int, int, float]
) -> None:
    config = _config(load(options, {}))
    assert limits == (
        config.max_sockets_per_address,
        config.new_sockets_per_address_burst,
        config.new_sockets_per_address_s,
    )


def test_no_sentence_of_staff_is_left_that_nothing_looks_up() -> None:
    """And every one that a page chooses by a word exists."""
    ours = [*(FILES / "pages").glob("staff_*.html"), *SOURCES.glob("*.py")]
    ours += SOURCES.with_name("bookings").glob("*.py")
    scripts = [*(FILES / "scripts").rglob("*.js"), *(FILES / "pages").glob("*.html")]
    named = _named([*ours, *scripts])
    chosen = {
        f"staff.{family}.{role.value}" for family in ("role", "role_hint") for role in StaffRole
    }
    chosen |= {f"staff.policy_hint.{policy.value}" for policy in PolicyName}
    chosen |= {*SENTENCES.values(), *CHOSEN.values(), *ACTORS.values(), OTHER}
    chosen |= {REASON, WAIVED, *REQUESTS.values()}
    chosen |= {f"staff.record.{word}" for word in RECORD_WORDS}
    chosen |= {f"staff.password.{fault}" for fault in ("short", "long", "username")}
    chosen |= _chosen_of_records() | _chosen_of_outcomes() | _chosen_of_programs()
    chosen |= {f"staff.tokens.scope.{one.value}" for one in ApiScope}
    chosen |= {f"staff.webhooks.event.{one.value}" for one in WebhookEvent}
    chosen |= {f"staff.tokens.lasts.{one or 'none'}" for one in LASTS_DAYS}
    places = [key for key in named if key.startswith("staff.home.") and not key.endswith("_hint")]
    chosen |= {f"{key}_hint" for key in places}
    chosen |= {f"staff.bookings.{family}.{one.value}" for family, kind in WORDS for one in kind}
    chosen.add(f"staff.bookings.happened.{RecordEvent.BOOKING_DELETED.value}")
    chosen |= {f"staff.bookings.date.{part}" for part in TIME_PARTS}
    chosen |= {f"staff.bookings.action.{one}" for one in ACTIONS.values()}
    for move in ENDS.values():
        chosen |= {f"staff.bookings.end.{move}{more}" for more in ("", "_hint", "_do")}
    chosen |= {f"staff.bookings.import.{one}" for one in ("no_file", "too_large")}
    done = ("made", "requested", "amended", "confirmed", "ended", "resent")
    chosen |= {f"staff.bookings.done.{one}" for one in done}
    chosen |= {f"staff.bookings.filling.{one}" for one in ("free", "closed", "shut")}
    chosen |= {
        f"staff.bookings.closures.{end}_{what}"
        for end in ("from", "until")
        for what in ("wrong", "time_wrong")
    }
    kept = set(Texts.load(FILES / "text", "en").keys("staff."))
    assert kept - named - chosen == set()
    assert {key for key in _named(ours) if not key.endswith(".")} - kept == set()
    assert chosen <= kept


def _named(files: list[Path]) -> set[str]:
    return set(re.findall(r'"(staff\.[a-z_.]+)"', "\n".join(one.read_text() for one in files)))


def _chosen_of_outcomes() -> set[str]:
    """What the pages of outcomes and reports put together from words."""
    families: tuple[tuple[str, type[Enum]], ...] = (
        ("outcomes.outcome", Outcome), ("outcomes.cause", CausedBy),
        ("outcomes.problem", OutcomeProblem), ("reports.by", GroupBy),
    )  # fmt: skip
    chosen = {f"staff.{family}.{one.value}" for family, kind in families for one in kind}
    chosen.add("staff.outcomes.cause.none")
    columns = {"group", "purpose"} | {one.key for one in EVERY} | {one.key for one in FAIRNESS}
    return chosen | {f"staff.reports.column.{one}" for one in columns}


def _chosen_of_programs() -> set[str]:
    """What the one frame of tokens and webhooks puts together: `words` and a word or a column."""
    frame = [*(FILES / "pages").glob("staff_programs_*.html")]
    shared = re.findall(r'words ~ "([a-z_]+)"', "\n".join(one.read_text() for one in frame))
    chosen = set()
    for family in ("tokens", "webhooks"):
        page = (FILES / "pages" / f"staff_{family}.html").read_text()
        (columns,) = re.findall(r"set columns = \(([^)]+)\)", page)
        own = re.findall(r'"([a-z_]+)"', columns)
        chosen |= {f"staff.{family}.{word}" for word in (*shared, *own)}
    return chosen


def _chosen_of_records() -> set[str]:
    """What `record_view` puts together from words."""
    source = (SOURCES / "record_view.py").read_text()
    words = set(re.findall(r'_t\(\s*"([a-z_]+)"', source)) | {"still_running", "left_without"}
    rows = ("opened", "first_talk", "locked", "handed_over", "ended", "reason", "meeting")
    about = ("establishment", "room", "kind", "date", "zone")
    words |= {f"summary.{row}" for row in (*about, *rows)}
    doings = (Doing.WAITING, Doing.IDENTIFYING, Doing.TALKING, Doing.ALONE, Doing.LOST)
    words |= {f"time.{one.value}" for one in doings}
    words |= {f"cause.{cause.value}" for cause in Cause}
    words |= {f"count.{one}" for one in ("knocks_after_lock", "refusals", "restarts")}
    ends = (EndCode.MEETING_ENDED, EndCode.SLOT_OVER, EndCode.HOST_GONE)
    words |= {f"end.{code.value}" for code in ends} | {f"end.{BROKEN_OFF}"}
    goings = (
        "sent_back",
        "pin_attempts_used",
        "lost",
        "moved",
        "server_restarted",
        "ended",
        "moved_to_another_server",
    )
    words |= {f"gone.{how}" for how in (*GOES, *goings)}
    words |= {f"duration.{unit}" for unit in ("s", "min", "h")}
    return {f"staff.records.{word}" for word in words}
