"""The messages are those of PROTOCOL.md, and take nothing else."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lobby.commands as commands
import lobby.events
import signalling
from lobby.errors import CODES
from lobby.events import Event
from signalling.desk.messages import DESK_REQUESTS
from signalling.engine_news import MEDIA_LOST
from signalling.errors import EDGE, LOBBY, SENTENCES, RequestError, error_ack
from signalling.fields import Model
from signalling.hello import Hello, parse_hello
from signalling.messages import REQUESTS, CommandRequest, HostEnterPin, parse_request
from signalling.monitor.messages import MONITOR_REQUESTS
from signalling.runner import ROOM_MOVED
from signalling.sdp_http import STATUS
from signalling.sessions import STATES
from vmr.ids import SessionId

PROTOCOL = (Path(signalling.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
SESSION = SessionId("s1")

JOIN: dict[str, Any] = {
    "room": "abcdefghijkl", "role": "guest", "names": ["Ann"], "declaration": "legal-1",
}  # fmt: skip
CLAIM: dict[str, Any] = {
    "person": "p1.1", "method": "letter_and_photo_id",
    "documents": ["letter_on_headed_paper", "passport"], "verified_name": "Ann Example",
}  # fmt: skip
DEVICE: dict[str, Any] = {
    "jwk": {"kty": "EC", "crv": "P-256", "x": "x" * 43, "y": "y" * 43}, "signature": "s" * 86,
}  # fmt: skip
EXAMPLES: dict[str, dict[str, Any]] = {
    "room.join": {**JOIN, "invite": "t", "device": DEVICE, "move": True, "offer": "v=0"},
    "room.find": {"room": "abcdefghijkl"},
    "room.finish_move": {},
    "room.leave": {},
    "host.enter_pin": {"pin": "482916", "confirmed": ["x"]},
    "knock.again": {},
    "knock.admit": {"participant": "p1", "attestations": [CLAIM]},
    "knock.admit_expected": {},
    "knock.refuse": {"participant": "p1", "reason": "no"},
    "participant.add_person": {"participant": "p1", "name": "Bob"},
    "participant.begin_check": {"participant": "p1"},
    "participant.end_check": {"participant": "p1"},
    "participant.attest": {"participant": "p1", "claim": CLAIM},
    "participant.send_back": {"participant": "p1", "reason": "no"},
    "participant.remove": {"participant": "p1", "reason": "no"},
    "participant.mute": {"participant": "p1"},
    "self.set_media": {"microphone": False, "camera": True},
    "presentation.start": {"take_over": True},
    "presentation.stop": {},
    "presentation.allow": {"is_allowed": False},
    "hand.raise": {},
    "hand.lower": {"participant": "p1"},
    "encoder.start": {},
    "encoder.stop": {},
    "staff.call": {},
    "staff.ready_to_leave": {},
    "room.lock": {},
    "room.unlock": {},
    "room.hand_over": {},
    "room.pause": {"reason": "no"},
    "room.resume": {},
    "room.end": {"reason": "no"},
    "media.offer": {"sdp": "v=0"},
    "media.prefer": {"participant": None},
    "media.save": {"pictures": "speaker"},
}


def rows(heading: str) -> dict[str, str]:
    """The table under a heading: first cell without back-ticks, and second cell."""
    section = re.split(r"\n## ", PROTOCOL)[[*headings()].index(heading) + 1]
    lines = [line for line in section.split("\n### ")[0].splitlines() if line.startswith("| `")]
    cells = [re.split(r"(?<!\\)\|", line.strip("| ")) for line in lines]
    return {cell[0].strip(" `"): cell[1].strip() for cell in cells}


def headings() -> list[str]:
    return re.findall(r"\n## (.*)", PROTOCOL)


def documented_fields(payload: str) -> dict[str, bool]:
    """Field name to whether it is optional, of `{a, b?: [c]}`; nested braces are not looked at."""
    inner = payload.strip("` ").removeprefix("{").removesuffix("}")
    inner = re.sub(r"\{[^}]*\}|\[[^\]]*\]", "", inner)
    fields = [part.split(":")[0].strip() for part in inner.split(",") if part.strip()]
    return {field.rstrip("?"): field.endswith("?") for field in fields}


def staff_rows(heading: str) -> dict[str, set[str]]:
    """The fields of each request of the duty desk, as documented."""
    section = PROTOCOL.split(f"\n### {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| `([a-z_.]+)` \| (`\{.*?\}`)", section, re.MULTILINE)
    return {name: set(documented_fields(payload)) for name, payload in found}


# -- PROTOCOL.md ------------------------------------------------------------------------------


def test_the_protocol_lists_every_request_of_the_desk_with_its_fields() -> None:
    models = {name: set(model.model_fields) for name, model in DESK_REQUESTS.items()}
    assert staff_rows("Requests of the desk") == models


def test_the_protocol_lists_every_request_of_the_terminal_with_its_fields() -> None:
    models = {name: set(model.model_fields) for name, model in MONITOR_REQUESTS.items()}
    assert staff_rows("Requests of the terminal") == models


def test_the_protocol_lists_every_request_and_no_other() -> None:
    assert list(rows("Requests")) == list(REQUESTS)


@pytest.mark.parametrize("event", list(REQUESTS))
def test_the_protocol_lists_the_fields_of_a_request(event: str) -> None:
    fields = REQUESTS[event].model_fields
    expected = {name: not field.is_required() for name, field in fields.items()}
    assert documented_fields(rows("Requests")[event]) == expected


def test_the_protocol_lists_the_errors_of_the_edge() -> None:
    assert list(rows("Errors")) == list(EDGE)


def test_the_protocol_lists_the_status_codes_of_encoders() -> None:
    by_http_alone = {401, 405, 412, 415, 428}
    assert [int(status) for status in rows("Encoders (WHIP)")] == sorted(
        by_http_alone | set(STATUS.values())
    )


def test_the_protocol_lists_the_states() -> None:
    listed = rows("Notifications")
    others = {"every class in `lobby/events.py", MEDIA_LOST, ROOM_MOVED}
    assert STATES - {"session.ended"} == set(listed) - others
    assert MEDIA_LOST in listed
    for name in ("session.opened", "session.resumed", "session.unknown"):
        assert name in rows("Connecting")


def test_event_names_are_past_tense_words_and_unlike_requests() -> None:
    names = [event.NAME for event in get_args(Event)]
    assert len(set(names)) == len(names)
    assert not set(names) & set(REQUESTS)
    assert not set(names) & (STATES - {"session.ended"})
    assert "session.ended" in names
    defined = {
        value.NAME for value in vars(lobby.events).values() if hasattr(value, "NAME")
    }  # fmt: skip
    assert defined == set(names)


# -- the dispatch table -----------------------------------------------------------------------


@pytest.mark.parametrize("event", list(REQUESTS))
def test_every_request_takes_its_example_and_refuses_an_unknown_field(event: str) -> None:
    request = parse_request(event, EXAMPLES[event])
    if isinstance(request, CommandRequest):
        command = request.command(SESSION)
        assert SESSION in (getattr(command, "session", None), getattr(command, "by", None))
    with pytest.raises(RequestError) as refused:
        parse_request(event, {**EXAMPLES[event], "more": 1})
    assert refused.value.code == "bad_message"


def test_every_command_of_a_person_has_a_request() -> None:
    made = {
        type(parse_request(event, example).command(SESSION))  # type: ignore[attr-defined]
        for event, example in EXAMPLES.items()
        if issubclass(REQUESTS[event], CommandRequest)
    }
    elsewhere = {
        commands.Join, commands.EnterPin, commands.SocketLost, commands.SocketBack,
        commands.MediaLost, commands.MediaBack, commands.NoteQuality, commands.ChangeRoom,
        commands.Tick, commands.AllowEncoder, commands.OfferEncoder, commands.EncoderConnected,
        commands.EncoderLost,
    }  # fmt: skip
    of_the_desk = {
        commands.ResetStepUp, commands.Extend, commands.ResetPin, commands.MessageRoom,
        commands.AcknowledgeAlert, commands.TakeOverAlert, commands.CloseAlert,
    }  # fmt: skip
    of_terminals = {
        commands.Watch, commands.Unwatch, commands.ReportWatching, commands.RaiseConcern,
        commands.ReportPicture,
    }  # fmt: skip
    assert made | elsewhere | of_the_desk | of_terminals == set(get_args(commands.Command))


def test_an_admission_carries_its_attestations() -> None:
    request = parse_request("knock.admit", EXAMPLES["knock.admit"])
    assert isinstance(request, CommandRequest)
    command = request.command(SESSION)
    assert isinstance(command, commands.Admit)
    assert command.attestations[0].documents == {
        commands.Document.LETTER_ON_HEADED_PAPER,
        commands.Document.PASSPORT,
    }


def test_a_command_request_must_say_its_command() -> None:
    with pytest.raises(NotImplementedError):
        CommandRequest().command(SESSION)


def test_every_model_forbids_unknown_fields() -> None:
    def models(parent: type[Model]) -> list[type[Model]]:
        children = parent.__subclasses__()
        return [*children, *(one for child in children for one in models(child))]

    assert models(Model)
    for model in models(Model):
        assert model.model_config["extra"] == "forbid"
        assert model.model_config["strict"] is True


@pytest.mark.parametrize(
    ("event", "change", "code"),
    [
        ("room.join", {"names": []}, "bad_message"),
        ("room.join", {"names": ["a"] * 9}, "too_large"),
        ("room.join", {"names": ["a" * 61]}, "too_large"),
        ("room.join", {"names": [""]}, "bad_message"),
        ("room.join", {"names": ["a\nb"]}, "bad_name"),
        ("room.join", {"names": ["a\u202eb"]}, "bad_name"),
        ("room.join", {"names": ("a",)}, "bad_message"),
        ("room.join", {"role": "monitor"}, "bad_message"),
        ("room.join", {"role": "staff"}, "bad_message"),
        ("room.join", {"move": 1}, "bad_message"),
        ("room.join", {"offer": ""}, "bad_message"),
        ("room.join", {"offer": "v" * 131_073}, "too_large"),
        ("room.join", {"device": {**DEVICE, "signature": "s"}}, "bad_message"),
        ("room.join", {"device": {"jwk": {**DEVICE["jwk"], "d": "x"}, "signature": "s" * 86}},
         "bad_message"),
        ("room.join", {"device": {"jwk": {**DEVICE["jwk"], "crv": "P-384"}, "signature": "s" * 86}},
         "bad_message"),
        ("host.enter_pin", {"pin": 482916}, "bad_message"),
        ("host.enter_pin", {"pin": "1" * 21}, "too_large"),
        ("host.enter_pin", {"confirmed": ["x"] * 17}, "too_large"),
        ("participant.attest", {"claim": {**CLAIM, "documents": ["library_card"]}}, "bad_message"),
        ("participant.attest", {"claim": {**CLAIM, "documents": []}}, "bad_message"),
        ("participant.attest", {"claim": {**CLAIM, "verified_name": "a\u202eb"}}, "bad_name"),
        ("participant.attest", {"claim": {**CLAIM, "verified_name": ""}}, "bad_message"),
        ("knock.admit", {"attestations": [{**CLAIM, "verified_name": "a\u202eb"}]}, "bad_name"),
        ("room.end", {"reason": "a\u202eb"}, "bad_text"),
        ("room.end", {"reason": "a\u202eb", "more": 1}, "bad_message"),
        ("participant.mute", {"participant": ""}, "bad_message"),
        ("self.set_media", {"microphone": "no"}, "bad_message"),
        ("room.end", {"reason": "x" * 501}, "too_large"),
        ("room.end", {"reason": "x" * 501, "more": 1}, "bad_message"),
    ],
)  # fmt: skip
def test_form_is_checked(event: str, change: dict[str, Any], code: str) -> None:
    with pytest.raises(RequestError) as refused:
        parse_request(event, {**EXAMPLES[event], **change})
    assert refused.value.code == code


@pytest.mark.parametrize("pin", ["482916", "482 916", " 48 29 16\n", "482\u00a0916"])
def test_a_host_pin_in_groups_is_its_digits(pin: str) -> None:
    request = parse_request("host.enter_pin", {"pin": pin})
    assert isinstance(request, HostEnterPin)
    assert request.pin == "482916"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(event=st.sampled_from([*REQUESTS, "connect", "x"]), payload=JSON)
def test_any_payload_is_a_request_or_a_known_error(event: str, payload: object) -> None:
    try:
        request: object = parse_request(event, payload)
    except RequestError as error:
        request = error.code
    known = ("bad_message", "too_large", "unknown_request")
    assert request in known or isinstance(request, REQUESTS[event])


@given(auth=JSON)
def test_any_auth_is_a_hello_or_a_bad_message(auth: object) -> None:
    try:
        hello: object = parse_hello(auth)
    except RequestError as error:
        hello = error.code
    assert hello == "bad_message" or isinstance(hello, Hello)


# -- errors -----------------------------------------------------------------------------------


def test_every_code_of_the_rules_has_a_sentence() -> None:
    assert set(LOBBY) == CODES
    assert not set(LOBBY) & set(EDGE)


def test_sentences_are_plain_and_short() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.endswith((".", "?")), code
        assert len(sentence) < 100, code


def test_a_closed_room_reads_like_none() -> None:
    assert SENTENCES["room_closed"] == SENTENCES["no_such_room"]


def test_an_error_acknowledgement_has_code_and_sentence() -> None:
    assert error_ack("busy") == {"error": {"code": "busy", "message": SENTENCES["busy"]}}
    assert error_ack("busy", "n1")["error"] == {
        "code": "busy", "message": SENTENCES["busy"], "nonce": "n1",
    }  # fmt: skip


def test_a_code_without_a_sentence_is_our_bug() -> None:
    with pytest.raises(AssertionError):
        RequestError("no_such_code")
