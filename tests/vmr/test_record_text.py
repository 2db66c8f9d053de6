"""Every entry as a sentence: each word that can be written has one, and names are kept safe."""

import ast
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import lobby
import signalling
from lobby.admission import How
from lobby.alerts import AlertKind
from lobby.broken_off import BROKEN_OFF
from lobby.commands import (
    CallStaff,
    ConcernCategory,
    Document,
    EnterPin,
    Pause,
    PictureProblem,
    ReadyToLeave,
    Unlock,
)
from lobby.events import EndCode
from lobby.terminal import WhyNot
from signalling.texts import Texts
from tests.lobby import recorded
from tests.lobby.world import OFFICER, World, session
from vmr.ids import MeetingId
from vmr.record import Entry, Fact, Happening, PersonalKey, append
from vmr.record_text import WORDS, Line, Narrator, Personal, Said, key_of
from vmr.record_totals import totals
from vmr.roles import Role

WEB = Path(__file__).parents[2] / "web"
TEXTS = Texts.load(WEB / "text", "en")
KEYS = set(TEXTS.keys("record."))


def said(
    what: str,
    *,
    actor: str = "server",
    subject: str = "",
    reason: str = "",
    facts: tuple[Fact, ...] = (),
    personal: Personal = (),
    keep: bool = True,
) -> Said:
    done = Happening(
        at=5.0, actor=actor, what=what, subject=subject, reason=reason, facts=facts,
        personal=personal,
    )  # fmt: skip
    entry = append(None, done, meeting=MeetingId("m"), key=PersonalKey(secret=bytes(32)))
    return entry, personal if keep else ()


def lines(*record: Said) -> list[str]:
    return [one.sentence for one in Narrator(record, TEXTS.get).lines()]


def line(*record: Said) -> Line:
    return Narrator(record, TEXTS.get).lines()[-1]


# -- every word -------------------------------------------------------------------------------


def _written_words() -> set[str]:
    """What `turn.record` is called with anywhere in lobby, worked out from the source."""
    found: set[str] = set()
    for path in Path(lobby.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Attribute) and called.attr == "record":
                found |= _words(node.args[0], path)
            elif isinstance(called, ast.Name) and called.id == "_record":
                found |= _words(node.args[1], path)
    return found


def _words(node: ast.expr, path: Path) -> set[str]:
    match node:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp(body=body, orelse=orelse):
            return _words(body, path) | _words(orelse, path)
        case ast.JoinedStr(values=[ast.Constant(value="picture_"), _]):
            return {f"picture_{problem.value}" for problem in PictureProblem}
        case ast.Attribute(value=ast.Name(id="how"), attr="value"):  # a seat is taken again
            return {How.RETURNED.value, How.MOVED.value}
        case ast.Name(id="what"):  # handed on by a helper, whose callers are read too
            return set()
    raise AssertionError(f"{path.name}:{node.lineno}: no word can be read here")


def test_every_word_that_lobby_writes_has_a_sentence_and_no_other() -> None:
    assert _written_words() == WORDS


def test_signalling_writes_nothing_into_the_record_of_a_meeting() -> None:
    """What it records of staff is in the record of the establishment (`vmr.staff_record`)."""
    sources = Path(signalling.__file__).parent.rglob("*.py")
    assert not [path.name for path in sources if re.search(r"\bHappening\(", path.read_text())]


def every_entry() -> list[Entry]:
    """Each word with each fact that chooses among its sentences."""
    plain = WORDS - {
        *("ended", "joined", "admitted", "knock_expired", "watch_ended", "not_watching", "lost"),
        "media_lost",
    }
    found = [said(what, actor="host:p1", subject="guest:p2") for what in sorted(plain)]
    found += [said(what, subject="guest:p2") for what in ("check_ended", "encoder_stopped")]
    found += [said(f"alert_{done}") for done in ("acknowledged", "taken_over", "closed")]
    ends = [EndCode.MEETING_ENDED, EndCode.SLOT_OVER, EndCode.HOST_GONE]
    found += [said("ended", facts=(("code", code.value),)) for code in ends]
    found += [said("ended", facts=(("code", BROKEN_OFF),))]
    found += [said("ended", actor="officer:o1", facts=(("code", "meeting_ended"),))]
    hows = ("invited", "host_pin")
    found += [said("joined", actor="guest:p1", facts=(("how", how),)) for how in hows]
    hows = ("admitted", "admitted_after_lock")
    found += [said("admitted", actor="host:p1", facts=(("how", how),)) for how in hows]
    found += [said("knocked", subject="guest:p2", facts=(("count", 3),))]
    found += [said("knocked", subject="host:p2", facts=(("count", 1), ("host_pin", True)))]
    codes = (EndCode.WAITED_TOO_LONG, EndCode.CONNECTION_LOST)
    found += [said("knock_expired", subject="guest:p2", reason=code.value) for code in codes]
    found += [said("not_watching", facts=(("why", why.value),)) for why in WhyNot]
    found += [said("watch_ended", reason=r) for r in ("closed", "signed_out", "connection_lost")]
    found += [said("lost", facts=(("kept", kept),)) for kept in (True, False)]
    found += [said("media_lost", facts=(("ours", ours),)) for ours in (True, False)]
    return [entry for entry, _ in found]


def test_every_sentence_exists_and_each_one_has_an_entry() -> None:
    keys = {key_of(entry) for entry in every_entry()}
    assert keys - KEYS == set()
    beside = ("record.who.", "record.detail.", "record.document.")
    assert {key for key in KEYS if not key.startswith(beside)} - keys == set()


def test_what_is_put_into_a_sentence_has_words() -> None:
    for document in Document:
        assert f"record.document.{document.value}" in KEYS
    assert all(TEXTS.get(f"desk.kind.{kind.value}")[0].isupper() for kind in AlertKind)
    assert all(TEXTS.get(f"monitor.concern.{one.value}")[0].isupper() for one in ConcernCategory)


# -- reading ----------------------------------------------------------------------------------


def consultation() -> list[Said]:
    """A real one, from the rules: ID check, lock, hand-over, a lost connection, the end."""
    record: list[Said] = []
    for done in recorded.consultation():
        last = record[-1][0] if record else None
        entry = append(last, done, meeting=MeetingId("m1"), key=PersonalKey(secret=bytes(32)))
        record.append((entry, done.personal))
    return record


def test_a_consultation_reads_as_plain_sentences() -> None:
    assert lines(*consultation()) == [
        "Guest Lawyer and Interpreter began to wait for the host.",
        "Host Host was asked for the Host PIN.",
        "Host Host opened the room.",
        "Host Host came in with the Host PIN.",
        "Guest Lawyer and Interpreter came in by a personal link.",
        "Host Host attested the ID of Lawyer.",
        "Host Host attested the ID of Interpreter.",
        "Host Host locked the room.",
        "Host Host handed the terminal over.",
        "Guest Lawyer and Interpreter lost the connection. The seat was kept.",
        "Guest Lawyer and Interpreter did not come back in time.",
        "The meeting ended because its time was over.",
    ]


def test_what_a_terminal_does_after_its_hand_over_is_told_as_no_officers_act() -> None:
    world = World()
    pin = EnterPin(session=session("host"), is_correct=True)

    def back_after_a_restart() -> None:
        world.restart()
        world.join("host", Role.HOST, page="again")

    acts: list[Callable[[], object]] = [
        lambda: world.join("lawyer"),
        lambda: world.join("host", Role.HOST),
        world.pin,
        lambda: world.attest("lawyer"),
        world.lock,
        world.hand_over,
        lambda: world.do(CallStaff(session=session("host"))),
        lambda: world.do(Pause(by=OFFICER, reason="")),
        lambda: world.do(replace(pin, is_correct=False)),
        lambda: world.do(pin),
        lambda: world.do(Unlock(by=session("host"))),
        lambda: world.wait(world.numbers.step_up_s),
        lambda: world.do(ReadyToLeave(session=session("host"))),
        lambda: world.do(pin),
        back_after_a_restart,
        lambda: world.do(CallStaff(session=session("again"))),
    ]
    record: list[Said] = []
    for act in acts:
        act()
        record += [said(one.what, actor=one.actor, subject=one.subject, facts=one.facts,
                        personal=one.personal) for one in world.records()]  # fmt: skip
    terminal = "he room\u2019s terminal (handed over by host Host)"
    told = lines(*record)
    assert told[told.index("Host Host handed the terminal over.") :] == [
        "Host Host handed the terminal over.",
        f"T{terminal} called staff.",
        "Officer A. Reed paused the meeting.",
        f"T{terminal} entered a wrong Host PIN. Tries left: 2.",
        f"The Host PIN was entered at t{terminal}. Its staff controls opened.",
        "Somebody with the Host PIN (at the terminal of host Host) unlocked the room.",
        "The terminal of host Host went back to the prisoner because nobody used it.",
        f"T{terminal} pressed “Ready to leave”.",
        f"The Host PIN was entered at t{terminal}. Its staff controls opened.",
        "The server restarted. Seats kept: 2.",
        f"T{terminal} came back to the room.",
        f"T{terminal} called staff.",
    ]


def test_the_totals_of_a_real_record_are_those_of_the_call() -> None:
    found = totals(entry for entry, _ in consultation())
    assert [one.persons for one in found.people] == [2, 1]
    assert len(found.attestations) == 2
    assert found.locked_at is not None
    assert found.handed_over_at is not None
    assert found.end_code == "slot_over"


def test_when_the_names_are_deleted_a_number_stands_for_each() -> None:
    record = [(entry, ()) for entry, _ in consultation()]
    narrator = Narrator(record, TEXTS.get)
    told = [one.sentence for one in narrator.lines()]
    assert told[0] == "Guest 1 (name deleted) began to wait for the host."
    assert told[5] == (
        "Host 1 (name deleted) attested the ID of person 1 with guest 1 (name deleted)."
    )
    assert "The name on the ID was deleted." in narrator.lines()[5].details
    assert narrator.has_deleted
    assert not any("Lawyer" in one for one in told)
    assert not Narrator(consultation(), TEXTS.get).has_deleted


def test_an_officer_has_a_name_while_it_is_kept() -> None:
    kept, deleted = (
        said(
            "paused", actor="officer:o1", reason="Alarm", personal=(("officer", "A. Reed"),),
            keep=keep,
        )
        for keep in (True, False)
    )  # fmt: skip
    assert line(kept).sentence == "Officer A. Reed paused the meeting."
    assert line(kept).details == ("Reason: Alarm",)
    assert line(deleted).sentence == "Officer 1 (name deleted) paused the meeting."


def test_words_of_staff_stand_under_the_sentence() -> None:
    concern = said(
        "concern_raised",
        actor="officer:o2",
        facts=(("category", "security"), ("incident", "42/7")),
        personal=(("officer", "M. Hale"), ("note", "A second phone"), ("follow_up", "")),
    )
    assert line(concern).sentence == "Officer M. Hale raised a concern: Security."
    assert line(concern).details == ("Incident number: 42/7", "What was seen: A second phone")


def test_an_alert_about_somebody_names_them_by_their_id_alone() -> None:
    knock = said("knocked", subject="guest:p7", personal=(("p7.1", "Late"),))
    taken = said(
        "alert_acknowledged", actor="officer:o1", subject="p7", facts=(("kind", "knock"),),
        personal=(("officer", "A. Reed"),),
    )  # fmt: skip
    assert line(knock, taken).sentence == (
        "Officer A. Reed acknowledged the alert “Knock” about guest Late."
    )


@pytest.mark.parametrize("what", ["abducted", "ended", "joined", "not_watching"])
def test_a_word_of_another_version_is_shown_as_it_is(what: str) -> None:
    unheard = said(what, actor="officer:o1", facts=(("code", "new"), ("how", "new")))
    assert line(unheard).sentence == f"{what.capitalize()} (officer 1 (name deleted))"


def test_what_was_confirmed_at_the_opening_is_told() -> None:
    confirmed = (("confirmed", "no_non_contact_person"),)
    opened = said("opened", actor="host:p1", facts=confirmed, personal=(("p1.1", "Ann"),))
    assert line(opened).details == ("No non-contact person is present",)


def test_a_label_that_nobody_knows_is_shown_as_it_is() -> None:
    assert line(said("muted", actor="robot:r1", subject="p9")).sentence == "Robot:r1 muted p9."


def test_a_name_cannot_turn_the_sentence_about() -> None:
    forged = said("left", actor="guest:p1", personal=(("p1.1", "Eve\u202e.tfel {reason}"),))
    assert line(forged).sentence == "Guest Eve.tfel {reason} left."
    arabic = said("left", actor="guest:p1", personal=(("p1.1", "أمينة"),))
    assert line(arabic).sentence == "Guest \u2068أمينة\u2069 left."


def test_names_of_ten_thousand_people_are_found_in_no_time() -> None:
    record = [
        said("knocked", subject=f"guest:p{n}", personal=((f"p{n}.1", f"N{n}"),))
        for n in range(10_000)
    ]
    assert lines(*record)[-1] == "Guest N9999 knocked."
