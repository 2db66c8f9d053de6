"""Whatever people, hosts and officers do, not one packet of sound leaves towards a monitor.

Random sequences over the whole way: commands to the Meeting, its effects through `RoomMedia`, the
engine's messages, and the packet core itself. Everybody sends sound and pictures all the time.
"""

import asyncio
import dataclasses
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby import commands as c
from lobby.effects import OpenMedia
from lobby.errors import MeetingError
from lobby.meeting import Meeting
from media import messages
from media.description import Kind, Role
from media.tap import AudioToTap
from signalling.media import RoomMedia
from tests.lobby.world import MONITOR, OFFICER, START, make_room
from tests.media.packets import CAMERA, describe, rtp_packet, ssrc_of, vp8_payload
from tests.media.stage import Person, Stage
from tests.media.test_tap import silent
from vmr.ids import MeetingId, ParticipantId, SessionId
from vmr.numbers import Numbers
from vmr.policies import MONITOR_LARGEST, POLICIES, PolicyName
from vmr.roles import Role as Seat

NUMBERS = Numbers(social_unrecorded=True)
GUESTS, TERMINALS = 3, 2
STEPS = st.lists(st.tuples(st.integers(0, 15), st.integers(0, 7)), min_size=5, max_size=40)


class PacketEngine:
    """The engine's messages over the packet core, with everybody's transport attached at once."""

    def __init__(self) -> None:
        self.stage = Stage()
        self._numbers: dict[str, int] = {}

    async def request(self, request: messages.Request) -> messages.Reply:
        router, now = self.stage.router, self.stage.now
        match request:
            case messages.AddEndpoint(room=room, endpoint=name, kind=kind):
                self._add(room, name, Role(kind))
            case messages.RemoveEndpoint(endpoint=name):
                router.remove_endpoint(name)
                self.stage.people.pop(name, None)
            case messages.SetGate(endpoint=name, gate=gate):
                router.set_gate(name, gate, now)
            case messages.SetSources(endpoint=name, sources=sources):
                try:
                    router.set_sources(name, sources, now)
                except AudioToTap:
                    return messages.Refused(code="audio_to_tap", message="")
        return messages.Done()

    def counters(self) -> dict[str, int]:
        return {}

    def _add(self, room: str, name: str, role: Role) -> None:
        number = self._numbers.setdefault(name, len(self._numbers) + 1)
        description = silent(number) if role is Role.TAP else describe(number)
        self.stage.router.add_endpoint(name, room, role)
        person = Person(self.stage, number, description)
        person.port = self.stage.router.attach(name, description, self.stage.now)
        self.stage.people[name] = person

    def everybody_sends(self) -> None:
        for name, person in self.stage.people.items():
            if self.stage.router.role(name) is Role.TAP:
                continue
            person.sound()
            self._show(person)
        self.stage.pass_time(0.02)

    def _show(self, person: Person) -> None:
        """A small key frame."""
        ssrc = ssrc_of(person.number, CAMERA)
        sequence = person.next(ssrc)
        picture = vp8_payload(picture_id=sequence & 0x7FFF, is_key=True, size=MONITOR_LARGEST)
        person.receive(
            rtp_packet(
                ssrc=ssrc,
                payload_type=96,
                sequence=sequence,
                timestamp=sequence * 3000,
                payload=picture,
                marker=True,
            )
        )


class Call:
    """A Meeting and its media, driven by numbers."""

    def __init__(self, policy: PolicyName) -> None:
        self.meeting = Meeting(MeetingId("m"), make_room(policy), NUMBERS, now=START)
        self.engine = PacketEngine()
        self.media = RoomMedia(self.engine, self.meeting.id, Counter())
        self.declaration = POLICIES[policy].declaration
        self.confirmed = frozenset(POLICIES[policy].opening_confirmations)
        self.now = START
        self.made = 0

    async def do(self, command: c.Command) -> None:
        self.now += 0.5
        try:
            effects = self.meeting.handle(command, self.now)
        except MeetingError:
            return
        for effect in effects:
            self.media.take(effect)
        await self.media.narrow()
        await self.media.widen()

    def session(self, number: int) -> SessionId:
        return SessionId(f"s{number % (GUESTS + 1)}")

    def terminal(self, number: int) -> SessionId:
        return SessionId(f"t{number % TERMINALS}")

    def somebody(self, number: int) -> ParticipantId:
        people = self.meeting.desk_view().people
        return people[number % len(people)].seat.id if people else ParticipantId("nobody")

    def waiting(self, number: int) -> ParticipantId:
        found = self.meeting.desk_view().waiting
        return found[number % len(found)].knock.id if found else ParticipantId("nobody")

    async def join(self, number: int, role: str) -> None:
        self.made += 1
        await self.do(
            c.Join(
                session=self.session(number),
                participant=ParticipantId(f"p{self.made}"),
                role=Seat(role),
                persons=("Somebody",),
                declaration=self.declaration,
            )
        )

    async def step(self, what: int, who: int) -> None:
        session, terminal, somebody = self.session(who), self.terminal(who), self.somebody(who)
        officer = MONITOR if who % 2 else OFFICER
        match what:
            case 0:
                await self.join(who, "guest")
            case 1:
                await self.do(c.Admit(by=OFFICER, participant=self.waiting(who)))
            case 2:
                await self.do(
                    c.SetOwnMedia(session=session, microphone=who < 4, camera=who % 2 == 0)
                )
            case 3:
                await self.do(c.Lock(by=OFFICER) if who % 2 else c.Unlock(by=OFFICER))
            case 4:
                await self.do(c.Pause(by=officer, reason="x") if who < 4 else c.Resume(by=officer))
            case 5:
                self.made += 1
                tap = ParticipantId(f"p{self.made}")
                await self.do(c.Watch(session=terminal, participant=tap, officer=MONITOR))
            case 6:
                await self.do(c.Unwatch(session=terminal, reason="closed"))
            case 7:
                why = None if who < 6 else "hidden"
                await self.do(c.ReportWatching(session=terminal, why_not=why))
            case 8:
                await self.do(c.StartPresenting(session=session, take_over=True))
            case 9:
                await self.do(c.SendBack(by=OFFICER, participant=somebody, reason="x"))
            case 10:
                await self.do(c.Leave(session=session))
            case 11:
                await self.do(c.HandOver(session=SessionId("s0")))
            case 12:
                await self.do(c.BeginCheck(by=SessionId("s0"), participant=somebody))
            case 13:
                await self.do(c.EndCheck(by=SessionId("s0"), participant=somebody))
            case _:
                only = next(iter(self.media.may_show(terminal)), None)
                self.media.show(terminal, only, is_focused=what == 14)
                await self.media.narrow()
                await self.media.widen()
        self.engine.everybody_sends()


async def play(policy: PolicyName, steps: list[tuple[int, int]]) -> Call:
    """A room that is open and watched, with guests inside; then the steps."""
    call = Call(policy)
    await call.step(5, 0)
    await call.step(7, 0)
    await call.join(0, "host")
    await call.do(c.EnterPin(session=SessionId("s0"), is_correct=True, confirmed=call.confirmed))
    for number in range(1, GUESTS + 1):
        await call.join(number, "guest")
        await call.step(1, 0)
    await call.step(14, 0)
    for what, who in steps:
        await call.step(what, who)
    return call


@settings(max_examples=60, deadline=None)
@given(policy=st.sampled_from(PolicyName), steps=STEPS)
def test_not_one_packet_of_sound_ever_leaves_towards_a_monitor(
    policy: PolicyName, steps: list[tuple[int, int]]
) -> None:
    call = asyncio.run(play(policy, steps))
    stage = call.engine.stage
    assert stage.count("out_packets_audio_tap") == 0
    assert stage.count("out_packets_audio_person") > 0, "the room itself must have been heard"
    assert stage.count("out_packets_camera_tap") > 0, "the terminal must have been shown something"
    for name, person in stage.people.items():
        if stage.router.role(name) is Role.TAP:
            assert not person.got(Kind.AUDIO)


def test_effects_that_open_media_never_make_a_person_of_a_terminal() -> None:
    """A tap's session is in no OpenMedia: it could otherwise offer as a person."""
    assert {field.name for field in dataclasses.fields(OpenMedia)} == {"session", "participant"}
    call = asyncio.run(play(PolicyName.LEGAL, [(5, 1), (14, 1)]))
    assert call.media.endpoint_of(SessionId("t0")) is None
    assert call.media.endpoint_of(SessionId("t1")) is None
