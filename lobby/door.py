"""At the door: Start is pressed, somebody waits, knocks again, or goes away.

What becomes of a joiner is decided by `lobby.admission` alone; here it is carried out.
"""

from dataclasses import replace

from lobby import admission
from lobby.admission import How, Request
from lobby.alerts import AlertKind
from lobby.commands import Join, KnockAgain
from lobby.errors import (
    AlreadyAnswered,
    AlreadyJoined,
    DeclarationNeeded,
    KnockTooSoon,
    LobbyFull,
    NameMissing,
    NoSuchKnock,
    NotHere,
    NotKnocking,
)
from lobby.events import Admitted, EndCode, KnockReceived
from lobby.knock import Knock, KnockState, move
from lobby.pin import PinPrompt
from lobby.seats import seat_of_knock, sit, take_again
from lobby.state import State
from lobby.turn import Turn, names
from vmr.ids import ParticipantId
from vmr.participants import is_readable, name_persons
from vmr.roles import Role

ANSWERED_KEPT = 200
"""How many answered knocks are remembered, to tell a late answer from a wrong one."""


def join(turn: Turn, command: Join) -> None:
    _check_form(turn.state, command)
    request = Request(
        role=command.role,
        persons=len(command.persons),
        invite=command.invite,
        booking=command.booking,
        device=command.device if command.device_proven else None,
        is_enrolled_terminal=command.is_enrolled_terminal,
        move=command.move,
    )
    decision = admission.decide(request, turn.state, turn.state.policy, turn.now)
    if isinstance(decision, admission.Refuse):
        raise decision.error
    if isinstance(decision, admission.Wait):
        _wait(turn, command, request, is_knocking=decision.is_knocking)
    elif decision.seat is None:
        knock = _leave_place(turn, request, _knock(turn, command, request, is_knocking=False))
        turn.facts = (("participant", knock.id),)
        _come_in(turn, knock, decision.how)
    else:
        _come_back(turn, command, decision.seat, decision.how)


def _check_form(state: State, command: Join) -> None:
    if state.has_session(command.session):
        raise AlreadyJoined
    if not command.persons or not all(map(is_readable, command.persons)):
        raise NameMissing
    if command.declaration != state.policy.declaration:
        raise DeclarationNeeded


def _leave_place(turn: Turn, request: Request, knock: Knock) -> Knock:
    """Who comes in has waited in another page: that was the same person, who waits no more."""
    old = admission.own_knock(request, turn.state)
    if old is None:
        return knock
    close_knock(turn, old, KnockState.ADMITTED)
    turn.end_session(old.session, EndCode.MOVED)
    persons = name_persons(old.id, [one.name for one in knock.persons])
    return replace(knock, id=old.id, persons=persons)


def _come_in(turn: Turn, knock: Knock, how: How) -> None:
    seat = seat_of_knock(knock)
    sit(turn, seat, how=how.value)
    facts = (
        ("how", how.value),
        ("expected", knock.invite is not None),
        ("persons", len(seat.persons)),
    )
    turn.record("joined", by=seat, facts=facts, personal=names(seat.persons))


def _come_back(turn: Turn, command: Join, participant: ParticipantId, how: How) -> None:
    seat = turn.state.seats[participant]
    take_again(turn, seat, command.session, how=how)
    turn.facts = (("participant", seat.id),)


# -- waiting ----------------------------------------------------------------------------------


def _wait(turn: Turn, command: Join, request: Request, *, is_knocking: bool) -> None:
    old = admission.own_knock(request, turn.state)
    if old is not None:
        _wait_on(turn, command, old, is_knocking=is_knocking or old.is_knocking)
        return
    prompt = admission.own_prompt(request, turn.state)
    if prompt is not None:
        _ask_on(turn, command, prompt)
        return
    if len(turn.state.knocks) + len(turn.state.prompts) >= turn.state.numbers.at_door:
        raise LobbyFull
    knock = _knock(turn, command, request, is_knocking=is_knocking)
    turn.facts = (("participant", knock.id),)
    if command.role is Role.HOST:
        _ask_pin(turn, knock)
    else:
        start_knock(turn, knock)


def _wait_on(turn: Turn, command: Join, old: Knock, *, is_knocking: bool) -> None:
    """The same device again: one knock, with a count, and the newest page has it."""
    turn.end_session(old.session, EndCode.MOVED)
    knock = replace(
        old,
        session=command.session,
        persons=name_persons(old.id, command.persons),
        invite=command.invite or old.invite,
        booking=command.booking if command.invite else old.booking,
        slot_starts_at=command.slot_starts_at if command.invite else old.slot_starts_at,
        is_knocking=is_knocking,
        is_like_banned=command.is_like_banned or old.is_like_banned,
        gone_at=None,
    )
    turn.state.knocks[old.id] = knock
    turn.facts = (("participant", old.id),)
    if not old.is_like_banned:
        _note_like_banned(turn, knock)
    may_knock = turn.now >= old.may_knock_at(turn.state.numbers.knock_again_s)
    if is_knocking and may_knock and not old.is_kept:  # whom a restart cut off is heard already
        _count_knock(turn, knock)


def _ask_on(turn: Turn, command: Join, old: PinPrompt) -> None:
    """A terminal that reloaded at its prompt: still one terminal, with the tries that it had."""
    del turn.state.prompts[old.session]
    turn.end_session(old.session, EndCode.MOVED)
    prompt = replace(
        old,
        session=command.session,
        persons=name_persons(old.id, command.persons),
        deadline=_pin_deadline(turn),
        is_page_gone=False,
    )
    turn.state.prompts[prompt.session] = prompt
    turn.facts = (("participant", old.id),)
    _record_asked(turn, prompt)


def _knock(turn: Turn, command: Join, request: Request, *, is_knocking: bool) -> Knock:
    return Knock(
        id=command.participant,
        session=command.session,
        role=command.role,
        persons=name_persons(command.participant, command.persons),
        invite=command.invite,
        booking=command.booking,
        slot_starts_at=command.slot_starts_at,
        device=request.device,
        since=turn.now,
        last_at=turn.now,
        is_knocking=is_knocking,
        is_like_banned=command.is_like_banned,
    )


def _ask_pin(turn: Turn, knock: Knock) -> None:
    prompt = PinPrompt(
        id=knock.id,
        session=knock.session,
        persons=knock.persons,
        device=knock.device,
        attempts_left=turn.state.numbers.pin_tries,
        deadline=_pin_deadline(turn),
    )
    turn.state.prompts[prompt.session] = prompt
    _record_asked(turn, prompt)


def _pin_deadline(turn: Turn) -> float:
    closed = turn.state.pins.closed_until
    return (turn.now if closed is None else closed) + turn.state.numbers.pin_prompt_s


def _record_asked(turn: Turn, prompt: PinPrompt) -> None:
    turn.record(
        "pin_asked",
        subject=f"{Role.HOST.value}:{prompt.id}",
        facts=(("persons", len(prompt.persons)),),
        personal=names(prompt.persons),
    )


def start_knock(turn: Turn, knock: Knock) -> None:
    """Somebody begins to wait; who needs a decision is heard.

    Who comes for another slot is not named in the record of this one.
    """
    turn.state.knocks[knock.id] = knock
    turn.state.answered.pop(knock.id, None)
    turn.record(
        "knocked" if knock.is_knocking else "waited",
        subject=f"{knock.role.value}:{knock.id}",
        facts=(
            ("count", knock.count),
            ("expected", turn.state.is_expected(knock)),
            ("host_pin", knock.is_pin_verified),
            ("persons", len(knock.persons)),
        ),
        personal=names(knock.persons) if turn.state.is_slot_of(knock.booking) else (),
    )
    _note_like_banned(turn, knock)
    if knock.is_knocking:
        hear(turn, knock)


def _note_like_banned(turn: Turn, knock: Knock) -> None:
    """That staff were told, beside the name above. Who waits learns nothing of it."""
    if knock.is_like_banned and turn.state.is_slot_of(knock.booking):
        turn.record("like_banned", subject=f"{knock.role.value}:{knock.id}")


def hear(turn: Turn, knock: Knock) -> None:
    """The desk and those inside hear it, but one device only so often."""
    state, again_s = turn.state, turn.state.numbers.knock_again_s
    recent = {device: at for device, at in state.alerted_at.items() if turn.now < at + again_s}
    state.alerted_at = recent
    if knock.device is not None:
        if knock.device in recent:
            return
        recent[knock.device] = turn.now
    turn.alert(AlertKind.KNOCK, knock.id, knock.count, knock.device)
    turn.announce(KnockReceived(at_door=state.at_door))


def knock_again(turn: Turn, command: KnockAgain) -> None:
    knock = turn.state.knock_of(command.session)
    if knock is None:
        raise NotKnocking if turn.state.has_session(command.session) else NotHere
    if not knock.is_knocking:
        raise NotKnocking
    if turn.now < knock.may_knock_at(turn.state.numbers.knock_again_s):
        raise KnockTooSoon
    _count_knock(turn, knock)


def _count_knock(turn: Turn, knock: Knock) -> None:
    again = knock.again(turn.now)
    turn.state.knocks[knock.id] = again
    label = f"{knock.role.value}:{knock.id}"
    turn.record("knocked", subject=label, facts=(("count", again.count),))
    hear(turn, again)


# -- the end of a knock -----------------------------------------------------------------------


def waiting_knock(state: State, participant: ParticipantId) -> Knock:
    """The knock to be answered. AlreadyAnswered for a second answer, NoSuchKnock for none."""
    if participant in state.knocks:
        return state.knocks[participant]
    raise AlreadyAnswered if participant in state.answered else NoSuchKnock


def close_knock(turn: Turn, knock: Knock, to: KnockState) -> None:
    """It is answered, or given up."""
    state = turn.state
    del state.knocks[knock.id]
    state.answered[knock.id] = move(KnockState.WAITING, to)
    while len(state.answered) > ANSWERED_KEPT:
        del state.answered[next(iter(state.answered))]


def expire_knock(turn: Turn, knock: Knock, code: EndCode) -> None:
    """It waited too long, or its page has gone."""
    close_knock(turn, knock, KnockState.EXPIRED)
    turn.end_session(knock.session, code)
    label = f"{knock.role.value}:{knock.id}"
    turn.record("knock_expired", subject=label, reason=code.value)


def readmit(turn: Turn, knock: Knock) -> None:
    """Ask admission again for somebody who waits for the meeting only, not for a decision."""
    request = Request(
        role=knock.role,
        persons=len(knock.persons),
        invite=knock.invite,
        booking=knock.booking,
        device=knock.device,
    )
    decision = admission.decide(request, turn.state, turn.state.policy, turn.now)
    if isinstance(decision, admission.Admit):
        close_knock(turn, knock, KnockState.ADMITTED)
        _come_in(turn, knock, decision.how)
        turn.tell(knock.session, Admitted(participant=knock.id))
    elif isinstance(decision, admission.Wait) and decision.is_knocking:
        start_knock(turn, replace(knock, is_knocking=True))
