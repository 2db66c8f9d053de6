"""Named decisions: somebody with the permission admits or refuses who knocks.

Only the first answer counts. In a locked room whose policy asks for attestations, every person
is attested before the admission, not after.
"""

from collections.abc import Iterable
from dataclasses import replace

from lobby.attestation import attest
from lobby.commands import Admit, AdmitExpected, AttestationClaim, Officer, Refuse
from lobby.door import close_knock, waiting_knock
from lobby.errors import (
    AttestationRequired,
    MeetingError,
    NobodyExpected,
    NoLease,
    NotOpen,
    PageGone,
    Paused,
    RoomFull,
    RoomLocked,
    TooManyPersons,
)
from lobby.events import Admitted, EndCode
from lobby.host_pin import admit_host, after_lock
from lobby.knock import Knock, KnockState
from lobby.pin import PinPrompt
from lobby.seats import seat_of_knock, sit, void
from lobby.state import State
from lobby.turn import Acting, Turn, names
from vmr.ids import ParticipantId
from vmr.roles import Permission, Role, Stage


def admit(turn: Turn, command: Admit) -> None:
    acting = turn.require(command.by, Permission.ADMIT)
    prompt = _prompt(turn.state, command.participant)
    if prompt is not None and isinstance(command.by, Officer):
        if prompt.is_page_gone:
            raise PageGone
        _check_room(turn.state, Role.HOST, 0)
        admit_host(turn, prompt, command.confirmed, by=acting)
        return
    knock = waiting_knock(turn.state, command.participant)
    persons = attest(knock.persons, command.attestations)
    _check_admission(turn.state, replace(knock, persons=persons))
    record_attestations(turn, acting, knock.id, command.attestations)
    _let_in(turn, replace(knock, persons=persons), acting)


def _prompt(state: State, participant: ParticipantId) -> PinPrompt | None:
    return next((prompt for prompt in state.prompts.values() if prompt.id == participant), None)


def _check_room(state: State, role: Role, persons: int) -> None:
    if not state.is_leased:
        raise NoLease
    if state.is_paused:
        raise Paused
    if not state.has_free_connection:
        raise RoomFull
    if role is Role.GUEST and not state.has_space_outside(persons):
        raise TooManyPersons


def _check_admission(state: State, knock: Knock) -> None:
    """Raises what stands in the way of letting this knock in just now."""
    if not state.is_running:
        raise NotOpen
    if knock.gone_at is not None:
        raise PageGone
    _check_room(state, knock.role, len(knock.persons))
    is_asked = state.policy.is_attestation_required and state.stage is Stage.LOCKED
    if is_asked and not seat_of_knock(knock).is_attested:
        raise AttestationRequired


def _let_in(turn: Turn, knock: Knock, acting: Acting) -> None:
    close_knock(turn, knock, KnockState.ADMITTED)
    seat, how = seat_of_knock(knock), after_lock(turn.state)
    sit(turn, seat, how=how, by=acting)
    turn.tell(knock.session, Admitted(participant=knock.id))
    turn.record(
        "admitted",
        by=acting,
        subject=seat.label,
        facts=(
            ("how", how),
            ("host_pin", knock.is_pin_verified),
            ("persons", len(seat.persons)),
        ),
        personal=names(seat.persons),
    )


def record_attestations(
    turn: Turn, acting: Acting, participant: ParticipantId, claims: Iterable[AttestationClaim]
) -> None:
    """One entry a person; the verified name is personal and sealed there."""
    for claim in claims:
        documents = ",".join(sorted(document.value for document in claim.documents))
        turn.record(
            "attested",
            by=acting,
            subject=f"{Role.GUEST.value}:{participant}",
            facts=(
                ("person", claim.person),
                ("method", claim.method.value),
                ("documents", documents),
            ),
            personal=(("verified_name", claim.verified_name),),
        )


def admit_expected(turn: Turn, command: AdmitExpected) -> None:
    """Everybody who came by a personal link and fits; the first that does not is the error."""
    acting = turn.require(command.by, Permission.ADMIT)
    if turn.state.stage is Stage.LOCKED:
        raise RoomLocked
    expected = [k for k in turn.state.knocks.values() if turn.state.is_expected(k)]
    problem: type[MeetingError] | MeetingError = NobodyExpected
    admitted = 0
    for knock in expected:
        try:
            _check_admission(turn.state, knock)
        except MeetingError as error:
            problem = error
            continue
        _let_in(turn, knock, acting)
        admitted += 1
    if not admitted:
        raise problem


def refuse(turn: Turn, command: Refuse) -> None:
    acting = turn.require(command.by, Permission.ADMIT)
    knock = waiting_knock(turn.state, command.participant)
    close_knock(turn, knock, KnockState.REFUSED)
    void(turn, knock.device, knock.invite)
    label = f"{knock.role.value}:{knock.id}"
    turn.record("refused", by=acting, subject=label, reason=command.reason)
    turn.end_session(knock.session, EndCode.REFUSED, command.reason)
