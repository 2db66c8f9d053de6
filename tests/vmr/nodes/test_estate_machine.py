"""Any order of crashes, pauses, cuts, moves and empty registries: nobody writes beside the owner, a
locked room stays locked wherever it goes, and when all is well again every room has one owner."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.vmr.nodes.estate import Estate, Server
from vmr.nodes.lease import LEASE_S
from vmr.nodes.ownership import Here, There, Unsettled

ROOMS = ("r1", "r2")
SERVERS_MAX = 4
rooms = st.sampled_from(ROOMS)
parts = st.floats(0, 1, exclude_max=True)
draws = st.tuples(parts, parts)


class EstateMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.estate = Estate()
        self.locked: set[str] = set()
        for _ in range(3):
            self.estate.start()
        self.all_is_well_again((0.0, 0.5))

    def one(self, part: float) -> Server | None:
        servers = list(self.estate.servers.values())
        return servers[int(part * len(servers))] if servers else None

    def holder(self, part: float, room: str) -> Server | None:
        """One that believes to run the room, rightly or not."""
        holders = [one for one in self.estate.servers.values() if room in one.held]
        return holders[int(part * len(holders))] if holders else None

    @rule(by_s=st.floats(0.05, 3.0))
    def time_passes(self, by_s: float) -> None:
        self.estate.now += by_s

    @rule(part=parts, lag_s=st.floats(0, 2.5))
    def a_server_renews(self, part: float, lag_s: float) -> None:
        if server := self.one(part):
            self.estate.beat(server, lag_s)

    @rule(for_s=st.integers(1, 8), but=parts, room=rooms)
    def all_but_one_renew(self, for_s: int, but: float, room: str) -> None:
        """Often the one that runs a room."""
        missing = self.holder(but, room) or self.one(but)
        for _ in range(for_s):
            self.estate.now += 1.0
            self.renew(missing)

    @rule(room=rooms, draws=draws)
    def who_runs_a_room_falls_silent(self, room: str, draws: tuple[float, float]) -> None:
        """For longer than its lease, and the others are asked for the room."""
        missing = self.holder(0.0, room)
        for _ in range(8):
            self.estate.now += 1.0
            self.renew(missing)
        for server in (*self.estate.servers.values(), *self.estate.servers.values()):
            if server is not missing:
                self.estate.look_up(server, room)
                self.estate.settle(server, room, draws)

    @rule()
    def all_renew(self) -> None:
        self.renew()

    def renew(self, missing: Server | None = None) -> None:
        for server in self.estate.servers.values():
            if server is not missing:
                self.estate.beat(server)

    @rule(part=parts, room=rooms)
    def a_server_reads_who_runs_a_room(self, part: float, room: str) -> None:
        if server := self.one(part):
            self.estate.look_up(server, room)

    @rule(part=parts, room=rooms, draws=draws)
    def a_server_settles_a_room(self, part: float, room: str, draws: tuple[float, float]) -> None:
        if server := self.one(part):
            if room not in server.read:
                self.estate.look_up(server, room)
            self.estate.settle(server, room, draws)

    @rule(part=parts, room=rooms, locks=st.booleans())
    def something_happens(self, part: float, room: str, locks: bool) -> None:
        server = self.holder(part, room)
        if server and self.estate.commit(server, room, locks=locks) and locks:
            self.locked.add(room)

    @rule(room=rooms)
    def something_happens_wherever_the_room_is_held(self, room: str) -> None:
        for server in reversed(self.estate.servers.values()):
            self.estate.commit(server, room)

    @rule(part=parts, room=rooms)
    def somebody_is_let_in(self, part: float, room: str) -> None:
        server = self.holder(part, room)
        is_leased = server is not None and server.lease.is_held(self.estate.now)
        if server and self.estate.admit(server, room):
            assert is_leased

    @rule(part=parts)
    def a_server_is_to_be_emptied_or_takes_rooms_again(self, part: float) -> None:
        if server := self.one(part):
            server.node = replace(server.node, is_draining=not server.node.is_draining)

    @rule(part=parts, room=rooms, draws=draws, is_told=st.booleans(), comes=st.booleans())
    def a_meeting_is_moved(
        self, part: float, room: str, draws: tuple[float, float], is_told: bool, comes: bool
    ) -> None:
        """A page asks for it where it is now, or nobody does."""
        server = self.holder(part, room)
        if server is None:
            return
        seen = server.sight.nodes
        to = self.estate.move(server, room, draws, is_told=is_told)
        assert to is None or not seen[to].is_draining
        if to in self.estate.servers and comes:
            there = self.estate.servers[to]
            self.estate.look_up(there, room)
            self.estate.settle(there, room, draws)

    @rule(part=parts)
    @precondition(lambda self: len(self.estate.servers) > 1)
    def a_server_dies(self, part: float) -> None:
        if server := self.one(part):
            self.estate.kill(server)

    @rule()
    @precondition(lambda self: len(self.estate.servers) < SERVERS_MAX)
    def a_server_starts(self) -> None:
        self.estate.start()

    @rule(part=parts)
    def a_server_stops_or_wakes_up(self, part: float) -> None:
        if server := self.one(part):
            server.is_paused = not server.is_paused

    @rule(part=parts)
    def a_way_to_the_registry_is_cut_or_mended(self, part: float) -> None:
        if server := self.one(part):
            server.sees_registry = not server.sees_registry

    @rule(part=parts)
    def a_way_to_the_database_is_cut_or_mended(self, part: float) -> None:
        if server := self.one(part):
            server.sees_database = not server.sees_database

    @rule()
    def the_registry_stops_or_starts(self) -> None:
        self.estate.registry.is_up = not self.estate.registry.is_up

    @rule()
    def the_registry_is_emptied(self) -> None:
        self.estate.registry.empty()

    @rule(draws=draws)
    def all_is_well_again(self, draws: tuple[float, float]) -> None:
        """After a lease's time every room has one owner, and everybody points to it."""
        estate = self.estate
        estate.registry.is_up = True
        for server in estate.servers.values():
            server.is_paused, server.sees_registry, server.sees_database = False, True, True
        until = estate.now + 2 * LEASE_S
        while estate.now < until:
            self.renew()
            estate.now += 1.0
        self.renew()
        for room in ROOMS:
            owners = {self._owner(server, room, draws) for server in estate.servers.values()}
            assert len(owners) == 1, owners
            assert [one.id for one in estate.servers.values() if room in one.held] == [*owners]

    def _owner(self, server: Server, room: str, draws: tuple[float, float]) -> str:
        for asked in (server, *self.estate.servers.values(), server):
            self.estate.look_up(asked, room)
            verdict = self.estate.settle(asked, room, draws)
            assert not isinstance(verdict, Unsettled)
        assert isinstance(verdict, Here | There)
        return server.id if isinstance(verdict, Here) else verdict.node.id

    @invariant()
    def nobody_writes_beside_the_owner(self) -> None:
        for done in self.estate.database.commits.values():
            writers: dict[int, str] = {}
            for commit in done:
                assert writers.setdefault(commit.epoch, commit.node) == commit.node
            epochs = [one.epoch for one in done]
            assert epochs == sorted(epochs)

    @invariant()
    def locked_stays_locked(self) -> None:
        database = self.estate.database
        assert all(database.is_locked(room) for room in self.locked)

    @invariant()
    def who_still_holds_a_lease_is_dead_to_nobody(self) -> None:
        assert self.estate.wrongly_dead() == []


TestEstate = EstateMachine.TestCase
TestEstate.settings = settings(max_examples=50, stateful_step_count=50, deadline=None)
