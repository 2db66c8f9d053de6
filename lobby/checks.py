"""ID checks: further persons behind a connection, the private check, the attestation."""

from dataclasses import replace

from lobby.attestation import attest as attest_persons
from lobby.commands import AddPerson, Attest, BeginCheck, EndCheck
from lobby.decisions import record_attestations
from lobby.errors import (
    AttestationRequired,
    CheckRunning,
    NameMissing,
    NoCheck,
    NotAGuest,
    NotConnected,
    TooManyPersons,
)
from lobby.events import CheckEnded, CheckStarted
from lobby.presenting import stop_presenting_of
from lobby.state import Seat
from lobby.turn import Acting, Turn
from vmr.ids import ParticipantId
from vmr.participants import Person, is_readable, person_id
from vmr.roles import Permission, Role, Stage


def add_person(turn: Turn, command: AddPerson) -> None:
    """Somebody else sits there too. In a locked room that asks for attestations: unlock first."""
    acting = turn.require(command.by, Permission.CHECK)
    seat = _present(turn, command.participant)
    if not is_readable(command.name):
        raise NameMissing
    if seat.role is Role.GUEST:
        _check_one_more(turn)
    person = Person(id=person_id(seat.id, len(seat.persons) + 1), name=command.name)
    turn.put(replace(seat, persons=(*seat.persons, person)))
    turn.record(
        "person_added",
        by=acting,
        subject=seat.label,
        facts=(("person", person.id),),
        personal=((person.id, person.name),),
    )


def _check_one_more(turn: Turn) -> None:
    if turn.state.policy.is_attestation_required and turn.state.stage is Stage.LOCKED:
        raise AttestationRequired
    if not turn.state.has_space_outside(1):
        raise TooManyPersons


def _present(turn: Turn, participant: ParticipantId) -> Seat:
    """Somebody who is there to be looked at."""
    seat = turn.seat(participant)
    if seat.session is None:
        raise NotConnected
    return seat


def _guest(turn: Turn, participant: ParticipantId) -> Seat:
    seat = _present(turn, participant)
    if seat.role is not Role.GUEST:
        raise NotAGuest
    return seat


def begin_check(turn: Turn, command: BeginCheck) -> None:
    """From now on this guest's camera and sound go to the checking host alone."""
    host = turn.require_seat(command.by, Permission.CHECK)
    guest = _guest(turn, command.participant)
    if guest.id in turn.state.checks or host.id in turn.state.checks.values():
        raise CheckRunning
    stop_presenting_of(turn, guest.id)
    turn.state.checks[guest.id] = host.id
    turn.record("check_begun", by=host, subject=guest.label)
    turn.tell(guest.session, CheckStarted())


def end_check(turn: Turn, command: EndCheck) -> None:
    acting = turn.require(command.by, Permission.CHECK)
    if command.participant not in turn.state.checks:
        raise NoCheck
    close_check(turn, command.participant, by=acting)


def close_check(turn: Turn, guest: ParticipantId, by: Acting | None = None) -> None:
    """The check is over: by somebody, or because one of the two is no longer there for it."""
    del turn.state.checks[guest]
    turn.record("check_ended", by=by, subject=f"{Role.GUEST.value}:{guest}")
    seat = turn.state.seats.get(guest)
    turn.tell(None if seat is None else seat.session, CheckEnded())


def attest(turn: Turn, command: Attest) -> None:
    acting = turn.require(command.by, Permission.CHECK)
    seat = _guest(turn, command.participant)
    turn.put(replace(seat, persons=attest_persons(seat.persons, (command.claim,))))
    record_attestations(turn, acting, seat.id, (command.claim,))
