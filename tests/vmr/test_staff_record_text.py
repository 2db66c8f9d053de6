"""Every kind of entry in an establishment's record has a plain sentence, with or without names."""

import ast
import importlib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import signalling
import vmr
from signalling.texts import Texts
from tests.vmr.bookings.made import NINE_TO_FIVE, booking, closure, slot
from vmr.api_tokens import (
    ApiScope,
    ApiToken,
    ApiTokenEvent,
    look_happening,
    token_happening,
)
from vmr.bookings.changes import (
    REQUESTER,
    BookingEvent,
    ClosureEvent,
    booking_happening,
    closure_happening,
    export_happening,
    hours_happening,
    pin_per_slot_happening,
)
from vmr.bookings.entitlement_record import (
    EntitlementEvent,
    ban_happening,
    compact_happening,
    contact_happening,
)
from vmr.bookings.entitlements import Ban, Compact, Contact, Prisoner
from vmr.bookings.rosters import Roster, roster_happening
from vmr.bookings.times import Interval
from vmr.establishment_record import (
    Head,
    RecordEvent,
    SigningKeyNote,
    booking_deletion_happening,
    entitlement_deletion_happening,
    key_happening,
    meeting_happening,
    own_deletion_happening,
    seen_happening,
)
from vmr.ids import (
    ApiTokenId,
    BanId,
    BookingId,
    ContactId,
    DeviceId,
    EstablishmentId,
    InviteId,
    MeetingId,
    OfficerId,
    PrisonerId,
    RoomId,
    TerminalId,
    WebhookId,
)
from vmr.policies import PolicyName
from vmr.record import Entry, Happening, PersonalKey, append
from vmr.room_record import (
    LinkEvent,
    RoomEvent,
    establishment_happening,
    link_happening,
    room_happening,
)
from vmr.rooms import Establishment, Invite, Room
from vmr.staff import StaffMember, StaffRole
from vmr.staff_record import (
    OPERATOR,
    SERVER,
    StaffEvent,
    TerminalEvent,
    happening,
    hosts_only_happening,
    search_happening,
    terminal_happening,
)
from vmr.staff_record_text import CHOSEN, SENTENCES, Personal, _key, sentence
from vmr.terminals import EnrolledTerminal
from vmr.webhooks import Webhook, WebhookChange, WebhookEvent, webhook_happening

ROOT = Path(__file__).parents[2]
TEXTS = Texts.load(ROOT / "web" / "text", "en")
SAY = TEXTS.get
SIDE_PART = (("part", "p1"), ("first", 7), ("entries", 3))
PRISON = Establishment(id=EstablishmentId("e1"), name="HMP Example", phone="01632 960001")
ADA, SAM = (
    StaffMember(
        id=OfficerId(name), establishment=PRISON, name=name, username=name.lower(),
        roles=frozenset({StaffRole.DUTY}),
    )
    for name in ("Ada", "Sam")
)  # fmt: skip
ROOM = Room(
    id=RoomId("r1"), establishment=PRISON, address="a", name="Legal 2", policy=PolicyName.LEGAL,
    pin_hash="",
)  # fmt: skip
INVITE = Invite(id=InviteId("i1"), room=ROOM.id, label="Ms Shah")
TERMINAL = EnrolledTerminal(
    id=TerminalId("t1"), establishment=PRISON.id, device=DeviceId("d"), name="Video room 2",
    enrolled_at=1.0, enrolled_by="Ada",
)  # fmt: skip
TOKEN = ApiToken(
    id=ApiTokenId("k1"), establishment=PRISON, name="Court lists",
    scopes=frozenset({ApiScope.ROOMS_READ, ApiScope.RECORDS_READ}), made_at=1.0,
)  # fmt: skip
WEBHOOK = Webhook(
    id=WebhookId("w1"), establishment=PRISON.id, program="Court lists", made_at=1.0,
    url="https://court.example/hook", events=frozenset({WebhookEvent.STARTED}),
)  # fmt: skip
CALLER = Prisoner(id=PrisonerId("p1"), establishment=PRISON.id, reference="A1234BC")
CONTACT = Contact(
    id=ContactId("c1"), prisoner=CALLER.id, name="Ms Shah", relation="sister", added_at=1.0
)
BAN = Ban(
    id=BanId("n1"), establishment=PRISON.id, prisoner=CALLER.id, contact=CONTACT.id,
    name="Ms Shah", authority="Jo Hall", office="Head of security", reason="Threats",
    starts_on=date(2026, 1, 1), review_on=date(2026, 7, 1), made_by="Ada", made_at=1.0,
)  # fmt: skip
COMPACT = Compact(prisoner=CALLER.id, version=1, signed_on=date(2026, 1, 1), witnessed_by="Sam")
ROSTER = Roster(establishment=PRISON.id, day=date(2026, 1, 1), officers=frozenset({ADA.id, SAM.id}))
ROLES = (("roles", "duty,monitor"),)
DAY_S = 86_400.0
UNTIL = (("until", 4 * DAY_S),)
BOOKED = booking(
    id=BookingId("b1"), reference="ABC-1",
    preferred=Interval(starts_at=3 * DAY_S, ends_at=3 * DAY_S + 3600),
)  # fmt: skip
FIRST_KEY = SigningKeyNote(id="k1", public_key=b"1", previous="", endorsement="")
RENEWED_KEY = SigningKeyNote(id="k2", public_key=b"2", previous="k1", endorsement="ab")
LOST_KEY = SigningKeyNote(id="k3", public_key=b"3", previous="k2", endorsement="")
ABOUT_A_RECORD = (
    RecordEvent.HEAD_NOTED, RecordEvent.SEEN, RecordEvent.EXPORTED, RecordEvent.PERSONAL_DELETED,
)  # fmt: skip
HEAD = Head(sequence=12, hash="ab")


def about_record(event: RecordEvent, head: Head | None = HEAD) -> Happening:
    return meeting_happening(
        event, MeetingId("m1"), head, at=1.0, by=ADA, facts=(("days", 90), ("format", "pdf"))
    )


ABOUT_STAFF: dict[StaffEvent, Happening] = {
    one: happening(one, SAM, by=ADA, at=1.0, facts=ROLES) for one in StaffEvent
}
ABOUT_CONTACTS = [one for one in EntitlementEvent if one.value.startswith("contact")]
ABOUT_BANS = [one for one in EntitlementEvent if one.value.startswith("ban")]
EVERY = [
    *(contact_happening(one, CALLER, CONTACT, by=ADA, at=1.0) for one in ABOUT_CONTACTS),
    *(ban_happening(one, BAN, by=ADA, at=1.0) for one in ABOUT_BANS),
    compact_happening(CALLER, COMPACT, by=ADA, at=1.0),
    *ABOUT_STAFF.values(),
    hours_happening(ROOM, NINE_TO_FIVE, by=ADA, at=1.0),
    hours_happening(ROOM, (), by=ADA, at=1.0),
    *(pin_per_slot_happening(ROOM, one, by=ADA, at=1.0) for one in (True, False)),
    *(closure_happening(one, closure(slot(4, 10)), by=ADA, at=1.0) for one in ClosureEvent),
    *(terminal_happening(one, TERMINAL, by=ADA, at=1.0) for one in TerminalEvent),
    *(room_happening(one, ROOM, by=ADA, at=1.0) for one in RoomEvent),
    *(link_happening(one, INVITE, ROOM, by=ADA, at=1.0) for one in LinkEvent),
    *(hosts_only_happening(only, by=ADA, at=1.0) for only in (True, False)),
    establishment_happening(PRISON, by=ADA, at=1.0),
    *(about_record(one) for one in ABOUT_A_RECORD),
    about_record(RecordEvent.SEEN, head=None),
    meeting_happening(RecordEvent.SIDE_PART_KEPT, MeetingId("m1"), None, at=1.0, facts=SIDE_PART),
    seen_happening(by=ADA, at=1.0),
    entitlement_deletion_happening("contact:k1", by=SERVER, at=1.0, days=365),
    booking_deletion_happening("booking:b1", "ABC-1", by=SERVER, at=1.0, days=730),
    own_deletion_happening(until=7, by=SERVER, at=1.0, days=2190),
    *(key_happening(note, by=SERVER, at=1.0) for note in (FIRST_KEY, RENEWED_KEY, LOST_KEY)),
    export_happening(date(2026, 1, 1), date(2026, 1, 31), 7, by=ADA, at=1.0),
    search_happening("Ms Shah", by=ADA, at=1.0),
    *(booking_happening(one, BOOKED, by=ADA, at=1.0, facts=UNTIL) for one in BookingEvent),
    roster_happening(ROSTER, [ADA, SAM], by=ADA, at=1.0),
    roster_happening(replace(ROSTER, officers=frozenset()), [], by=ADA, at=1.0),
    *(webhook_happening(one, WEBHOOK, by=TOKEN, at=1.0) for one in WebhookChange),
    *(token_happening(one, TOKEN, by=ADA, at=1.0) for one in ApiTokenEvent),
]


def when(at: float) -> str:
    return f"day {at / 86_400:.0f}"


def said(done: Happening, personal: Personal | None = None) -> str:
    kept = done.personal if personal is None else personal
    return sentence(entry_of(done), kept, SAY, when)


def entry_of(done: Happening) -> Entry:
    return append(None, done, meeting=MeetingId("staff:e1"), key=PersonalKey(secret=b"k" * 32))


@pytest.mark.parametrize("done", EVERY, ids=lambda done: done.what)
def test_every_kind_of_entry_has_a_whole_sentence(done: Happening) -> None:
    for personal in (done.personal, ()):
        text = said(done, personal)
        assert text.endswith(".")
        assert "{" not in text
        assert "staff.record" not in text
        assert done.what not in text, "a sentence of its own"


def test_sentences_name_who_did_it_and_to_whom() -> None:
    assert said(ABOUT_STAFF[StaffEvent.ADDED]) == (
        "Ada added an account for Sam. Roles: Duty officer, Monitoring officer."
    )
    assert said(room_happening(RoomEvent.ADDED, ROOM, by=OPERATOR, at=1.0)) == (
        "The operator added the room Legal 2. Policy: Legal consultation."
    )
    assert said(link_happening(LinkEvent.MADE, INVITE, ROOM, by=ADA, at=1.0)) == (
        "Ada made a personal link to Legal 2 for Ms Shah."
    )
    bare = replace(ABOUT_STAFF[StaffEvent.ADDED], facts=())
    assert said(bare) == "Ada added an account for Sam. Roles: none."
    closed = happening(StaffEvent.SIGN_IN_CLOSED, SAM, by=SERVER, at=1.0)
    assert said(closed).startswith("The server closed the sign-in of Sam")
    changed = establishment_happening(PRISON, by=ADA, at=1.0)
    assert said(changed).endswith(
        "Safer custody: none. It takes no requests of lawyers and courts."
    )
    older = replace(changed, facts=changed.facts[:3])
    assert said(older).endswith("Safer custody: none.")
    opened = establishment_happening(replace(PRISON, takes_requests=True), by=ADA, at=1.0)
    assert said(opened).endswith("It takes requests of lawyers and courts.")
    assert said(hosts_only_happening(False, by=ADA, at=1.0)).endswith("work anywhere.")


def test_what_a_program_did_is_said_of_the_program() -> None:
    assert said(token_happening(ApiTokenEvent.ADDED, TOKEN, by=OPERATOR, at=1.0)) == (
        "The operator made a token for the program Court lists. It may: rooms.read,records.read."
    )
    looked = look_happening(
        TOKEN, MeetingId("m1"), Head(sequence=3, hash="ab"), first=1, with_names=False, at=1.0
    )
    assert said(looked) == "Court lists read the record of the meeting m1."


def test_names_that_were_deleted_are_said_to_be() -> None:
    assert said(ABOUT_STAFF[StaffEvent.DISABLED], ()) == (
        "An officer whose name was deleted disabled the account of somebody whose name was deleted."
    )


def test_what_has_no_sentence_is_shown_by_its_own_word() -> None:
    strange = replace(ABOUT_STAFF[StaffEvent.ADDED], what="moon_landed")
    assert said(strange) == "Ada: moon landed."
    assert said(replace(strange, actor="robot")) == "Robot: moon landed."


def test_what_became_of_a_booking_is_told_with_its_time_and_reason() -> None:
    asked = booking_happening(BookingEvent.REQUESTED, BOOKED, by=REQUESTER, at=1.0)
    assert said(asked) == "Somebody on the request page asked for the booking ABC-1, on day 3."
    refused = booking_happening(
        BookingEvent.REFUSED, replace(BOOKED, reason="No officer is free"), by=ADA, at=1.0
    )
    assert said(refused) == (
        "Ada refused the booking ABC-1, which was asked for on day 3. Reason: “No officer is free”."
    )
    assert "Reason" not in said(refused, ())
    extended = booking_happening(BookingEvent.EXTENDED, BOOKED, by=ADA, at=1.0, facts=UNTIL)
    assert said(extended) == "Ada let the slot of the booking ABC-1 go on until day 4."
    waived = booking_happening(BookingEvent.MADE, BOOKED, by=ADA, at=1.0, waiver="Tomorrow")
    assert said(waived).endswith("was waived: Tomorrow.")
    assert said(waived, ()).endswith("was waived: the reason was deleted.")


def test_deletions_and_keys_are_told_apart() -> None:
    deleted = about_record(RecordEvent.PERSONAL_DELETED)
    assert said(deleted) == (
        "Ada deleted the personal values in the record of the meeting m1, after 90 days of"
        " retention."
    )
    own = own_deletion_happening(until=7, by=SERVER, at=1.0, days=2190)
    assert said(own) == (
        "The server deleted the names in this record up to entry 7, after 2190 days of retention."
    )
    assert said(key_happening(FIRST_KEY, by=SERVER, at=1.0)) == (
        "The server signs records with the key k1 from here on."
    )
    assert "The key before, k1, has signed it." in said(
        key_happening(RENEWED_KEY, by=OPERATOR, at=1.0)
    )
    assert "was lost" in said(key_happening(LOST_KEY, by=SERVER, at=1.0))


# -- every word -------------------------------------------------------------------------------


READ_AGAIN = ROOT / "vmr" / "store" / "waiting.py"
"""Makes no entry: it reads from the journal what others have made."""


def written_words() -> set[str]:
    """The `what` of every Happening that is made outside lobby, worked out from the source."""
    found: set[str] = set()
    for package in (vmr, signalling):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            if path == READ_AGAIN:
                continue
            found |= words_in(ast.parse(path.read_text()), path)
    return found


def words_in(tree: ast.Module, path: Path) -> set[str]:
    """A word is a constant, one of an Enum, or of the Enum that a parameter is annotated with."""
    found: set[str] = set()
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        every = (*function.args.args, *function.args.kwonlyargs)
        kinds = {one.arg: ast.unparse(one.annotation) for one in every if one.annotation}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Happening":
                given = {word.arg: word.value for word in node.keywords}
                found |= words_of(given["what"], kinds, path)
    return found


def words_of(node: ast.expr, kinds: dict[str, str], path: Path) -> set[str]:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    match node:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.Attribute(value=ast.Name(id=parameter), attr="value"):
            return {one.value for one in getattr(module, kinds[parameter])}
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id=kind), attr=member), attr="value"):
            return {getattr(module, kind)[member].value}
    raise AssertionError(f"{path.name}:{node.lineno}: no word can be read here")


def test_every_word_that_can_stand_there_has_a_sentence_and_no_other() -> None:
    assert written_words() == set(SENTENCES)


def test_every_sentence_is_in_the_catalogue_and_has_an_entry_here() -> None:
    used = {_key(entry_of(done), dict(done.facts)) for done in EVERY}
    assert used == {*SENTENCES.values(), *CHOSEN.values()}
    assert used <= set(TEXTS.keys("staff.record.said."))
