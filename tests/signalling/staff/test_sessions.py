"""From a cookie to a member of staff, and from the end of a session to its sockets."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from signalling.staff.sessions import StaffSessions, handshake
from tests.signalling.house import House
from tests.signalling.officers import SignedInOfficer, officer
from vmr.record import Happening
from vmr.staff import StaffMember, StaffPermission, StaffRole
from vmr.staff_sessions import SessionLimits, SignInStep
from vmr.store import StoreUnavailable

LIMITS = SessionLimits()


def asked_by(who: SignedInOfficer) -> web.Request:
    return make_mocked_request("GET", "/staff", headers=who.headers)


async def member(house: House, who: SignedInOfficer, **more: Any) -> StaffMember | None:
    return await house.running.staff.member(asked_by(who), **more)


class Ends:
    """Counts how often it was told that its session is over."""

    def __init__(self, sessions: StaffSessions, who: SignedInOfficer, **more: Any) -> None:
        self.count = 0
        self.attendance = sessions.attend(who.session, self._end, **more)

    def _end(self) -> None:
        self.count += 1


async def test_a_cookie_is_somebody(house: House) -> None:
    who = await officer(house)
    assert await member(house, who) == who.member


@pytest.mark.parametrize("cookie", ["", "x", "vmr-staff=" + "a" * 32, "vmr-staff=" + "a" * 5000])
async def test_any_other_cookie_is_nobody(house: House, cookie: str) -> None:
    await officer(house)
    request = make_mocked_request("GET", "/staff", headers={"Cookie": cookie})
    assert await house.running.staff.member(request) is None


async def test_a_sign_in_that_is_not_finished_is_nobody(house: House) -> None:
    for step in SignInStep:
        who = await officer(house, step.value, step=step)
        found = await member(house, who)
        assert (found is not None) == (step is SignInStep.SIGNED_IN), step


async def test_a_role_that_does_not_permit_it_is_nobody(house: House) -> None:
    who = await officer(house, roles=[StaffRole.MONITOR])
    assert await member(house, who, permission=StaffPermission.USE_DESK) is None
    assert await member(house, who, permission=StaffPermission.WATCH) == who.member


async def test_an_unused_session_is_over_after_its_idle_time(house: House) -> None:
    who = await officer(house)
    house.clock.now += LIMITS.idle_s - 1
    assert await member(house, who)
    house.clock.now += LIMITS.idle_s - 1
    assert await member(house, who), "use begins the idle time anew"
    house.clock.now += LIMITS.idle_s
    assert await member(house, who) is None


async def test_a_session_is_over_after_its_longest_time_however_used(house: House) -> None:
    who = await officer(house)
    for _ in range(int(LIMITS.longest_s // 1440) - 1):
        house.clock.now += 1440
        assert await member(house, who)
    house.clock.now += 1440
    assert await member(house, who) is None


async def test_a_disabled_accounts_sessions_end_at_once(house: House) -> None:
    who = await officer(house)
    ends = Ends(house.running.staff, who)
    done = Happening(at=1.0, actor="operator", what="staff_disabled")
    await house.store.staff.set_disabled(who.member.id, True, done)
    assert await member(house, who) is None
    await house.running.staff.check()
    assert ends.count == 1


async def test_changed_roles_end_the_sessions_that_had_the_old_ones(house: House) -> None:
    who = await officer(house)
    done = Happening(at=1.0, actor="operator", what="staff_roles_changed")
    await house.store.staff.set_roles(who.member.id, frozenset({StaffRole.BOOKING}), done)
    assert await member(house, who) is None


async def test_what_attends_is_told_once_that_its_session_is_over(house: House) -> None:
    sessions, who = house.running.staff, await officer(house)
    ends, closed = Ends(sessions, who), Ends(sessions, who)
    closed.attendance.close()
    await sessions.check()
    assert ends.count == 0
    await house.store.staff.end_session(who.session.id, who.member.id)
    await sessions.check()
    await sessions.check()
    assert (ends.count, closed.count) == (1, 0)


async def test_an_attended_session_ends_for_lack_of_use_unless_a_console_keeps_it(
    house: House,
) -> None:
    sessions = house.running.staff
    idle, kept = await officer(house, "Idle One"), await officer(house, "Kept One")
    ends, lives = Ends(sessions, idle), Ends(sessions, kept, keeps_alive=True)
    house.clock.now += LIMITS.idle_s
    await sessions.check()
    assert (ends.count, lives.count) == (1, 0)
    assert await member(house, kept), "the console's use counts for its pages too"
    house.clock.now += LIMITS.longest_s
    await sessions.check()
    assert lives.count == 1


async def test_without_a_database_the_known_times_decide(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions, who = house.running.staff, await officer(house)
    ends = Ends(sessions, who)

    async def away(_sessions: object) -> None:
        raise StoreUnavailable("disk gone")

    monkeypatch.setattr(house.store.staff, "sessions_by_id", away)
    await sessions.check()
    assert ends.count == 0
    house.clock.now += LIMITS.idle_s
    await sessions.check()
    assert ends.count == 1


async def test_a_handshake_carries_who_opened_the_socket(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = await officer(house)
    half = await officer(house, "Half Done", step=SignInStep.SECOND_FACTOR)
    found = []
    connect = house.running.sockets.people._connect

    async def spy(sid: str, environ: dict[str, Any], auth: object) -> None:
        found.append(handshake(environ))
        await connect(sid, environ, auth)

    monkeypatch.setattr(house.running.sockets.people, "_connect", spy)
    for headers in (who.headers, half.headers, {}):
        await house.page(headers=headers).connect()
    await house.page(transports=("polling",), headers=who.headers).connect()
    members = [one.member if one else None for one in found]
    assert members == [who.member, None, None, who.member]
