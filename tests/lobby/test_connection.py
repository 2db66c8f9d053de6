"""Lost and regained: sockets, media, seats."""

import pytest

from lobby.commands import MediaBack, MediaLost, SocketBack, SocketLost
from lobby.effects import CloseMedia, OpenMedia
from lobby.events import EndCode, ParticipantJoined, ParticipantLeft
from tests.lobby.world import World, pid, session
from vmr.policies import PolicyName
from vmr.roles import Role


def lose_all(world: World, name: str) -> None:
    world.do(MediaLost(participant=pid(name)))
    world.do(SocketLost(session=session(name)))


def test_a_lost_socket_leaves_the_seat_while_media_may_flow() -> None:
    world = World()
    world.locked()
    world.do(SocketLost(session=session("lawyer")))
    world.wait(29)
    assert world.seat("lawyer").is_connected
    world.do(SocketBack(session=session("lawyer")))
    world.wait(60)
    assert world.inside("lawyer")


def test_after_the_grace_the_holder_is_away_and_has_no_transport() -> None:
    world = World()
    world.locked()
    world.lose("lawyer")
    assert CloseMedia(participant=pid("lawyer")) in world.effects
    assert world.ended("lawyer").code is EndCode.CONNECTION_LOST
    assert world.told("host") == [
        ParticipantLeft(participant=pid("lawyer"), name="Lawyer", how="lost")
    ]
    assert not world.seat("lawyer").is_connected
    assert world.records()[0].facts == (("kept", True),)


def test_without_socket_and_media_the_holder_is_away_at_once() -> None:
    for first, second in (
        (MediaLost(participant=pid("lawyer")), SocketLost(session=session("lawyer"))),
        (SocketLost(session=session("lawyer")), MediaLost(participant=pid("lawyer"))),
    ):
        world = World()
        world.locked()
        world.do(first)
        assert world.inside("lawyer")
        world.do(second)
        assert world.is_gone("lawyer")
        assert world.recorded() == ["lost"]


def test_media_that_the_server_lost_costs_nobody_a_seat() -> None:
    for first, second in (
        (SocketLost(session=session("lawyer")), MediaLost(participant=pid("lawyer"), is_ours=True)),
        (MediaLost(participant=pid("lawyer"), is_ours=True), SocketBack(session=session("lawyer"))),
    ):
        world = World()
        world.locked()
        world.do(first)
        world.do(second)
        assert world.inside("lawyer")
        assert not world.seat("lawyer").is_connected
        world.do(SocketBack(session=session("lawyer")))
        world.do(MediaBack(participant=pid("lawyer")))
        assert world.seat("lawyer").is_connected


def test_who_does_not_come_back_after_the_server_lost_media_is_away_in_the_end() -> None:
    world = World()
    world.locked()
    world.do(SocketLost(session=session("lawyer")))
    world.do(MediaLost(participant=pid("lawyer"), is_ours=True))
    world.wait(world.numbers.socket_grace_s + 1)
    assert world.is_gone("lawyer")


def test_lost_media_alone_leaves_the_holder_inside() -> None:
    world = World()
    world.locked()
    world.do(MediaLost(participant=pid("lawyer")))
    assert not world.seat("lawyer").is_connected
    world.do(MediaBack(participant=pid("lawyer")))
    assert world.seat("lawyer").is_connected


@pytest.mark.parametrize("is_ours", [True, False])
def test_media_lost_and_back_is_written_once_with_whose_fault_it_was(is_ours: bool) -> None:
    world = World()
    world.locked()
    lost = MediaLost(participant=pid("lawyer"), is_ours=is_ours)
    world.do(lost)
    assert [(one.what, one.subject, one.facts) for one in world.records()] == [
        ("media_lost", "guest:p-lawyer", (("ours", is_ours),))
    ]
    world.do(lost)
    assert world.recorded() == []
    world.do(MediaBack(participant=pid("lawyer")))
    assert [(one.what, one.subject) for one in world.records()] == [
        ("media_back", "guest:p-lawyer")
    ]
    world.do(MediaBack(participant=pid("lawyer")))
    assert world.recorded() == []


def test_an_attested_guest_comes_back_into_the_locked_room_and_it_is_announced() -> None:
    world = World()
    world.locked()
    lose_all(world, "lawyer")
    world.wait(299)
    world.join("lawyer", page="again")
    assert world.reply().facts == (("participant", pid("lawyer")),)
    assert OpenMedia(session=session("again"), participant=pid("lawyer")) in world.effects
    assert world.told("host") == [
        ParticipantJoined(participant=pid("lawyer"), name="Lawyer", how="returned")
    ]
    assert world.recorded() == ["returned"]
    assert world.inside("host").unattested == ()


def test_after_five_minutes_the_seat_is_gone() -> None:
    world = World()
    world.locked()
    lose_all(world, "lawyer")
    world.wait(300)
    assert world.recorded() == ["seat_lapsed"]
    assert world.who() == {"host"}
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_the_same_name_from_another_device_knocks() -> None:
    world = World()
    world.locked()
    lose_all(world, "lawyer")
    world.join("lawyer", device="d-other", page="again")
    assert world.waiting("again").knocking


def test_a_device_that_proves_nothing_knocks() -> None:
    world = World()
    world.locked()
    lose_all(world, "lawyer")
    world.join("lawyer", proven=False, page="again")
    assert world.waiting("again").knocking


def test_a_guest_nobody_attested_loses_the_seat() -> None:
    world = World()
    world.join("lawyer")
    world.host()
    lose_all(world, "lawyer")
    assert world.who() == {"host"}
    assert world.records()[0].facts == (("kept", False),)
    world.join("lawyer", page="again")
    assert world.inside("again").you == pid("again")


def test_where_attestation_is_optional_an_unattested_guest_asks_at_the_door() -> None:
    world = World(PolicyName.HEARING)
    world.join("lawyer")
    world.host()
    world.lock()
    lose_all(world, "lawyer")
    world.join("lawyer", page="again")
    assert world.waiting("again").knocking


def test_a_host_comes_back_by_the_terminals_key() -> None:
    world = World()
    world.consultation()
    lose_all(world, "host")
    world.join("host", Role.HOST, page="again")
    assert world.inside("again").is_handed_over


def test_a_terminal_without_a_key_is_not_kept() -> None:
    world = World()
    world.join("host", Role.HOST, device=None)
    world.pin()
    lose_all(world, "host")
    assert world.meeting.snapshot()["seats"] == []


def test_a_reloaded_page_takes_its_seat_with_a_new_transport() -> None:
    world = World()
    world.locked()
    world.do(SocketLost(session=session("lawyer")))
    world.join("lawyer", page="again")
    closed = world.effects.index(CloseMedia(participant=pid("lawyer")))
    opened = world.effects.index(OpenMedia(session=session("again"), participant=pid("lawyer")))
    assert closed < opened
    assert world.is_gone("lawyer")


def test_news_of_who_is_not_here_is_nothing_to_complain_about() -> None:
    world = World()
    world.locked()
    lose_all(world, "lawyer")
    for command in (
        SocketLost(session=session("nobody")),
        SocketBack(session=session("nobody")),
        MediaLost(participant=pid("nobody")),
        MediaBack(participant=pid("nobody")),
        MediaLost(participant=pid("lawyer")),
        MediaBack(participant=pid("lawyer")),
    ):
        assert world.do(command) == []
