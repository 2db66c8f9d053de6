"""The order of effects: narrow at once, write down, widen, tell. And what a broken disk changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest

import signalling.runner
from lobby import commands as c
from lobby.alerts import AlertKind
from lobby.effects import OpenMedia, Reply, Send
from lobby.events import Admitted
from lobby.meeting import Meeting
from media.messages import Gate, Request
from signalling.errors import RequestError
from signalling.media import RoomMedia
from signalling.nodes.alone import Alone
from signalling.runner import MeetingRunner, restricts
from signalling.sessions import Session, Sessions
from tests.signalling.fakes.clock import FakeClock
from tests.signalling.fakes.desk import FakeDesk
from tests.signalling.fakes.engine import FakeEngine
from tests.signalling.fakes.store import FakeStore
from vmr.ids import MeetingId, OfficerId, ParticipantId, SessionId
from vmr.nodes.ownership import Hold
from vmr.numbers import Numbers
from vmr.record import Happening
from vmr.roles import Role, Stage


class Logged(FakeStore):
    """A store and an engine that write into one journal, to see what came before what."""

    def __init__(self) -> None:
        super().__init__()
        self.happened: list[str] = []
        self.sessions: list[Session] = []

    async def commit(
        self,
        meeting: MeetingId,
        room: Any,
        snapshot: Mapping[str, Any] | None,
        happenings: Sequence[Happening],
        hold: Hold | None = None,
        *,
        may_wait: bool = True,
    ) -> None:
        self.happened.append("commit")
        self.happened.append(f"told {sum(len(_news(one)) for one in self.sessions)}")
        await super().commit(meeting, room, snapshot, happenings, hold, may_wait=may_wait)


def _news(session: Session) -> Sequence[object]:
    return session.after(0) or ()


class FakeRights(Alone):
    def __init__(self) -> None:
        self.is_leased = True


class Scene:
    """A runner with a meeting in it, and fakes around it."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = Logged()
        self.engine = FakeEngine()
        self.sessions = Sessions(limit=100)
        self.counters: Counter[str] = Counter()
        self.desk = FakeDesk()
        room = self.store.add_room()
        meeting = Meeting(MeetingId("m"), room, Numbers(), now=self.clock())
        self.rights = FakeRights()
        self.runner = MeetingRunner(
            meeting=meeting,
            room=room,
            media=RoomMedia(self.engine, meeting.id, self.counters),
            store=self.store,
            sessions=self.sessions,
            counters=self.counters,
            desk=self.desk,
            rights=self.rights,
            hold=None,
        )
        self._count = 0
        real = self.engine.request

        async def request(asked: Request) -> Any:
            self.store.happened.append(type(asked).__name__)
            return await real(asked)

        self.engine.request = request  # type: ignore[method-assign,assignment]

    async def run(self, command: c.Command) -> Reply:
        return await self.runner.run(command, self.clock())

    async def join(self, name: str, role: Role = Role.GUEST) -> tuple[Session, ParticipantId]:
        self._count += 1
        session = self.sessions.open(self.clock())
        self.store.sessions.append(session)
        participant = ParticipantId(f"p{self._count}")
        await self.run(
            c.Join(
                session=session.id, participant=participant, role=role, persons=(name,),
                declaration="legal-1",
            )
        )  # fmt: skip
        return session, participant

    async def host(self) -> SessionId:
        session, _ = await self.join("Officer", Role.HOST)
        await self.run(c.EnterPin(session=session.id, is_correct=True))
        return session.id

    def events(self, session: Session) -> list[str]:
        return [note.event for note in session.after(0) or ()]

    def sources(self, participant: str) -> list[str]:
        endpoint = self.engine.of(participant)
        return [] if endpoint is None else [source.endpoint for source in endpoint.sources]

    def gate(self, participant: str) -> Gate | None:
        endpoint = self.engine.of(participant)
        return None if endpoint is None else endpoint.gate


@pytest.fixture
def scene() -> Scene:
    return Scene()


# -- with a disk ------------------------------------------------------------------------------


async def test_whoever_is_admitted_gets_media_and_word_only_after_the_record(
    scene: Scene,
) -> None:
    host = await scene.host()
    guest, participant = await scene.join("Ann")
    scene.store.happened.clear()
    told = sum(len(_news(one)) for one in scene.store.sessions)
    await scene.run(c.Admit(by=host, participant=participant))
    assert scene.store.happened[:2] == ["commit", f"told {told}"]
    assert "AddEndpoint" in scene.store.happened[2:]
    assert scene.events(guest)[-2:] == ["participant.admitted", "meeting.updated"]


async def test_whoever_is_removed_has_no_media_before_the_record(scene: Scene) -> None:
    host = await scene.host()
    _, participant = await scene.join("Ann")
    await scene.run(c.Admit(by=host, participant=participant))
    scene.store.happened.clear()
    await scene.run(c.Remove(by=host, participant=participant, reason=""))
    assert scene.store.happened.index("RemoveEndpoint") < scene.store.happened.index("commit")
    assert scene.engine.of(participant) is None


async def test_a_pause_closes_every_gate_before_the_record(scene: Scene) -> None:
    host = await scene.host()
    _, participant = await scene.join("Ann")
    await scene.run(c.Admit(by=host, participant=participant))
    scene.store.happened.clear()
    await scene.run(c.Pause(by=host, reason=""))
    first_commit = scene.store.happened.index("commit")
    assert scene.store.happened[:first_commit].count("SetGate") == 2
    assert "SetGate" not in scene.store.happened[first_commit:]
    assert scene.gate(participant) == Gate()


async def test_state_and_records_are_one_transaction(scene: Scene) -> None:
    await scene.host()
    commits = len(scene.store.commits)
    scene.store.happened.clear()
    session, _ = await scene.join("Ann")
    assert scene.store.happened.count("commit") == 1
    assert [one.what for one in scene.store.commits[commits]] == ["knocked"]
    assert scene.store.live[MeetingId("m")].snapshot == scene.runner.meeting.snapshot()
    assert session.state("meeting.updated")


async def test_nothing_new_is_not_written_again(scene: Scene) -> None:
    await scene.host()
    scene.store.happened.clear()
    await scene.run(c.Tick())
    assert scene.store.happened == []


async def test_a_refusal_changes_and_writes_nothing(scene: Scene) -> None:
    guest, _ = await scene.join("Ann")
    before = scene.runner.meeting.snapshot()
    scene.store.happened.clear()
    with pytest.raises(RequestError) as refused:
        await scene.run(c.Lock(by=guest.id))
    assert refused.value.code == "not_permitted"
    assert scene.store.happened == []
    assert scene.runner.meeting.snapshot() == before


async def test_a_bug_in_the_rules_leaves_the_meeting_as_it_was(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = await scene.host()
    before = scene.runner.meeting.snapshot()

    def broken(self: Meeting, command: c.Command, now: float, **_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Meeting, "handle", broken)
    with pytest.raises(ZeroDivisionError):
        await scene.run(c.Lock(by=host))
    monkeypatch.undo()
    assert scene.runner.meeting.snapshot() == before


async def test_the_end_takes_everything_out_of_engine_and_store(scene: Scene) -> None:
    host = await scene.host()
    guest, participant = await scene.join("Ann")
    await scene.run(c.Admit(by=host, participant=participant))
    await scene.run(c.End(by=host, reason=""))
    assert not scene.engine.endpoints
    assert not scene.store.live
    assert guest.is_over
    assert guest.state("session.ended") is not None
    assert guest.state("meeting.updated") is None
    assert scene.store.written()[-1] == "ended"


async def test_alerts_reach_the_desks_counters(scene: Scene) -> None:
    await scene.host()
    await scene.join("Ann")
    assert scene.counters["alert_knock"] == 1


# -- without a disk ---------------------------------------------------------------------------


async def test_without_a_disk_nobody_is_admitted(scene: Scene) -> None:
    host = await scene.host()
    guest, participant = await scene.join("Ann")
    before, said = scene.runner.meeting.snapshot(), scene.events(guest)
    scene.store.is_broken = True
    with pytest.raises(RequestError) as refused:
        await scene.run(c.Admit(by=host, participant=participant))
    assert refused.value.code == "record_unavailable"
    assert scene.runner.meeting.snapshot() == before
    assert scene.engine.of(participant) is None
    assert scene.events(guest) == said
    assert not scene.runner.is_behind


async def test_without_a_disk_nobody_is_unlocked_or_joined(scene: Scene) -> None:
    host = await scene.host()
    await scene.run(c.Lock(by=host))
    scene.store.is_broken = True
    with pytest.raises(RequestError):
        await scene.run(c.Unlock(by=host))
    assert scene.runner.meeting.stage is Stage.LOCKED
    with pytest.raises(RequestError) as refused:
        await scene.join("Ann")
    assert refused.value.code == "record_unavailable"


async def test_without_a_disk_removal_lock_and_pause_still_work(scene: Scene) -> None:
    host = await scene.host()
    guest, participant = await scene.join("Ann")
    await scene.run(c.Admit(by=host, participant=participant))
    written = scene.store.written()
    scene.store.is_broken = True
    await scene.run(c.Remove(by=host, participant=participant, reason=""))
    await scene.run(c.Lock(by=host))
    await scene.run(c.Pause(by=host, reason=""))
    assert scene.engine.of(participant) is None
    assert guest.is_over
    assert scene.runner.meeting.stage is Stage.LOCKED
    assert scene.store.written() == written
    assert scene.runner.is_behind
    scene.store.is_broken = False
    await scene.runner.catch_up(scene.clock())
    assert scene.store.written() == [*written, "removed", "locked", "paused"]
    assert not scene.runner.is_behind


async def test_a_take_over_that_cannot_be_written_gives_the_presenter_the_screen_back(
    scene: Scene,
) -> None:
    host = await scene.host()
    guest, participant = await scene.join("Ann")
    await scene.run(c.Admit(by=host, participant=participant))
    await scene.run(c.StartPresenting(session=guest.id))
    assert scene.gate(participant) == Gate(audio=True, camera=True, screen=True, audience="open")
    scene.store.is_broken = True
    with pytest.raises(RequestError):
        await scene.run(c.StartPresenting(session=host, take_over=True))
    assert scene.gate(participant) == Gate(audio=True, camera=True, screen=True, audience="open")


async def test_what_a_restriction_frees_waits_for_the_record(scene: Scene) -> None:
    """The checking host hangs up: what only they saw would now go to everybody."""
    host = await scene.host()
    _, checked = await scene.join("Ann")
    _, other = await scene.join("Bob")
    await scene.run(c.Admit(by=host, participant=checked))
    await scene.run(c.BeginCheck(by=host, participant=checked))
    await scene.run(c.Admit(by=host, participant=other))
    scene.store.is_broken = True
    await scene.run(c.Leave(session=host))
    assert scene.sources(other) == []
    scene.store.is_broken = False
    await scene.runner.catch_up(scene.clock())
    assert scene.sources(other) == [scene.engine.name_of(checked)]


async def test_who_comes_in_by_a_restriction_is_told_after_the_record(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No rule does this today; the promise is the runner's all the same."""
    await scene.host()
    guest, participant = await scene.join("Ann")
    asked = [
        OpenMedia(session=guest.id, participant=participant),
        Send(session=guest.id, message=Admitted(participant=participant)),
    ]
    monkeypatch.setattr(Meeting, "handle", lambda self, command, now, **_: asked)
    monkeypatch.setattr(Meeting, "snapshot", lambda self: {"changed": True})
    scene.store.is_broken = True
    await scene.run(c.Tick())
    assert scene.engine.of(participant) is None
    assert "participant.admitted" not in scene.events(guest)
    scene.store.is_broken = False
    monkeypatch.setattr(Meeting, "handle", lambda self, command, now, **_: [])
    await scene.run(c.Tick())
    assert scene.engine.of(participant) is not None
    assert scene.events(guest).count("participant.admitted") == 1


async def test_only_what_widens_without_a_lease_may_not_wait_for_the_database(
    scene: Scene,
) -> None:
    """Another server may have the room by then."""
    host = await scene.host()
    scene.rights.is_leased = False
    scene.store.may_wait.clear()
    await scene.run(c.Lock(by=host))
    await scene.run(c.Unlock(by=host))
    scene.rights.is_leased = True
    await scene.run(c.Lock(by=host))
    await scene.run(c.Unlock(by=host))
    assert scene.store.may_wait == [True, False, True, True]


async def test_a_meeting_that_cannot_be_written_for_long_is_abandoned(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signalling.runner, "UNWRITTEN_MAX", 3)
    host = await scene.host()
    guest, participant = await scene.join("Ann")
    await scene.run(c.Admit(by=host, participant=participant))
    scene.store.is_broken = True
    for _ in range(2):
        await scene.run(c.CallStaff(session=host))
    assert not scene.runner.is_abandoned
    for _ in range(2):
        await scene.run(c.CallStaff(session=host))
    assert scene.runner.is_abandoned
    assert not scene.engine.endpoints
    assert guest.is_over
    assert scene.events(guest)[-1] == "session.ended"


def test_every_command_is_known_to_restrict_or_to_grant() -> None:
    grants = {
        c.Join, c.Admit, c.AdmitExpected, c.AddPerson, c.EndCheck, c.Attest, c.StartPresenting,
        c.Unlock, c.ResetStepUp, c.ResetPin, c.MessageRoom, c.Resume, c.Extend, c.Watch,
        c.OfferEncoder, c.EncoderConnected,
    }  # fmt: skip
    by_content = {c.EnterPin, c.SetOwnMedia, c.AllowPresenting, c.ReportWatching}
    known = {*signalling.runner._RESTRICTS, *grants, *by_content}
    assert known == set(get_args(c.Command))
    s = SessionId("s")
    assert restricts(c.EnterPin(session=s, is_correct=False))
    assert restricts(c.ReportWatching(session=s, why_not="hidden"))
    assert not restricts(c.ReportWatching(session=s, why_not=None))
    assert not restricts(c.EnterPin(session=s, is_correct=True))
    assert restricts(c.SetOwnMedia(session=s, microphone=False))
    assert not restricts(c.SetOwnMedia(session=s, microphone=False, camera=True))
    assert restricts(c.AllowPresenting(by=s, is_allowed=False))
    assert not restricts(c.AllowPresenting(by=s, is_allowed=True))
    assert not restricts(c.Unlock(by=s))
    assert restricts(c.Tick())


# -- another server has the room --------------------------------------------------------------


@pytest.mark.parametrize("how", ["grants", "restricts"])
async def test_a_command_that_meets_a_higher_epoch_is_not_done_and_the_meeting_is_over_here(
    scene: Scene, how: str
) -> None:
    host = await scene.host()
    if how == "grants":
        await scene.run(c.Lock(by=host))
    before, told = scene.runner.meeting.snapshot(), len(scene.store.commits)
    scene.store.is_overtaken = True
    with pytest.raises(RequestError) as refused:
        await scene.run(c.Unlock(by=host) if how == "grants" else c.Lock(by=host))
    assert refused.value.code == "room_moving"
    assert scene.runner.meeting.snapshot() == before
    assert scene.runner.is_overtaken
    assert len(scene.store.commits) == told


async def test_who_is_in_a_room_that_another_server_took_is_sent_away_and_nothing_is_written(
    scene: Scene,
) -> None:
    host = await scene.host()
    session = scene.sessions.get(host)
    assert session is not None
    written = len(scene.store.commits)
    scene.runner.is_overtaken = True
    await scene.runner.drop(scene.clock())
    assert scene.events(session)[-1] == "session.ended"
    ended = (session.after(0) or ())[-1].data
    assert (ended["code"], ended["can_return"]) == ("connection_lost", True)
    assert session.is_over
    assert len(scene.store.commits) == written
    assert scene.engine.endpoints == {}


async def test_the_time_from_a_knock_to_an_officer_is_counted_once(scene: Scene) -> None:
    await scene.host()
    await scene.join("Ann")
    (knock,) = [
        one for one in scene.runner.meeting.desk_view().alerts if one.kind is AlertKind.KNOCK
    ]
    scene.clock.advance(7.0)
    by = c.Officer(id=OfficerId("o1"), name="Officer Hall")
    command = c.AcknowledgeAlert(by=by, alert=knock.id)
    await scene.run(command)
    await scene.run(command)
    assert scene.counters["knock_acknowledged_count"] == 1
    assert scene.counters["knock_acknowledged_sum_ms"] == 7_000
    assert scene.counters["knock_acknowledged_to_5000_ms"] == 0
    assert scene.counters["knock_acknowledged_to_10000_ms"] == 1


async def test_an_alert_that_is_no_knock_is_not_counted_as_one(scene: Scene) -> None:
    host = await scene.host()
    await scene.run(c.CallStaff(session=host))
    (call,) = scene.runner.meeting.desk_view().alerts
    by = c.Officer(id=OfficerId("o1"), name="Officer Hall")
    await scene.run(c.AcknowledgeAlert(by=by, alert=call.id))
    assert scene.counters["knock_acknowledged_count"] == 0
