"""Several servers on one database and one Redis, as an operator starts them."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from signalling.staff.cookies import Cookies
from tests.cli.program import Program, health, pins_in
from tests.peers.aiortc_player import AiortcPlayer
from tests.peers.ports import free_port
from tests.peers.postgresql import Postgresql
from tests.peers.redis import Redis
from tests.signalling.monitor.monitor_client import MonitorClient
from tests.signalling.officers import sign_in_officer
from vmr.cli.nodes import table
from vmr.cli.work import time_text
from vmr.nodes import node as entry
from vmr.nodes.drain import NodeRow
from vmr.nodes.node import NodeId
from vmr.policies import PolicyName
from vmr.setting_sources import SettingError, load
from vmr.staff import StaffRole
from vmr.store import Store

NOWHERE = "postgresql://vmr@127.0.0.1:1/vmr"


@pytest.fixture
def redis() -> Iterator[Redis]:
    server = Redis()
    server.start()
    yield server
    server.stop()


class Node:
    """A server of an estate, in a folder of its own."""

    def __init__(self, directory: Path, database: str, redis: Redis) -> None:
        directory.mkdir()
        port = free_port()
        self.program = Program(directory)
        self.url = f"http://127.0.0.1:{port}"
        self._addresses = ("--redis", redis.url, "--database", database)
        self._settings = {
            "VMR_HTTP_PORT": str(port),
            "VMR_NODE_NAME": directory.name,
            "VMR_NODE_URL": self.url,
            "VMR_RECORD_KEY_FILE": str(directory.parent / "key"),
        }

    def start(self) -> str:
        return self.program.start(*self._addresses, settings=self._settings)

    def list(self) -> list[list[str]]:
        """Names and states, as `vmr nodes` shows them."""
        shown = self.program.done("nodes", *self._addresses).splitlines()
        return [line.split()[:2] for line in shown[1:]]


def test_servers_that_start_together_share_one_demonstration_and_watch_without_sound(
    postgresql: Postgresql, redis: Redis, tmp_path: Path
) -> None:
    with postgresql.database() as name:
        database = postgresql.url(name)
        nodes = [Node(tmp_path / name, database, redis) for name in ("north", "south")]
        try:
            with ThreadPoolExecutor(len(nodes)) as threads:
                said = list(threads.map(Node.start, nodes))
            assert sorted(len(pins_in(one)) for one in said) == [0, 4]
            assert "".join(said).count("First administrator of") == 1
            assert "Server:          north, " in "".join(said)
            assert "one of 2, beside " in "".join(said)
            assert nodes[0].list() == [["north", "running"], ["south", "running"]]
            asyncio.run(is_refused_sound(database, *nodes))
            for node in nodes:
                assert node.program.stop()[0] == 0
        finally:
            for node in nodes:
                node.program.kill()


async def is_refused_sound(database: str, home: Node, other: Node) -> None:
    """An officer's wall, at the server that it has only a ticket for."""
    store = await Store.open(database)
    room = next(one for one in await store.rooms() if one.policy is PolicyName.LEGAL)
    owner = NodeId(health(other.url)["estate"]["node"])
    await store.owners.take(room.id, owner, await store.owners.of_room(room.id))
    who = await sign_in_officer(
        store.staff, time.time(), Cookies(is_secure=False).name, "Officer Hale",
        [StaffRole.MONITOR], establishment=room.establishment,
    )  # fmt: skip
    await store.close()
    page, player = MonitorClient(home.url, who.headers), AiortcPlayer(wants_sound=True)
    there = MonitorClient(other.url, {})
    try:
        await page.connect()
        there.auth["ticket"] = (await page.ask("wall.ticket", server=other.url))["ticket"]
        await there.connect()
        done = await there.ask("wall.watch", rooms=[room.id])
        assert done == {"refused": {}, "elsewhere": {}}
        offer = await player.offer()
        assert "m=audio " in offer
        answer = (await there.ask("tile.offer", room=room.id, sdp=offer))["answer"]
        sound = next(one for one in answer.split("\r\nm=") if one.startswith("audio"))
        assert sound.startswith("audio 0 "), "the section is rejected (RFC 3264 section 6)"
        assert "a=ssrc" not in sound
    finally:
        await player.close()
        for one in (page, there):
            await one.close()


def test_a_registry_that_does_not_answer_is_said_in_one_line_without_its_password(
    program: Program,
) -> None:
    ended = program.run_process(
        *("serve", "--redis", "redis://:S3cret@127.0.0.1:1/0", "--database", NOWHERE),
        settings={"VMR_NODE_URL": "http://127.0.0.1:1"},
    )
    assert ended.returncode == 1
    assert ended.stderr == (
        "vmr: redis_url: Redis does not answer at redis://:***@127.0.0.1:1/0 (ConnectionError)\n"
    )


def test_the_servers_are_listed_those_that_have_gone_last() -> None:
    draining = entry.Node(
        id=NodeId("s.1"), name="south", url="https://s", rooms=12, is_draining=True, protocols=(1,),
        people=31, load=0.416, version="0.1.0", since=0.0,
    )  # fmt: skip
    early = entry.Node(
        id=NodeId("n.1"), name="north", url="https://n", rooms=1, is_draining=False, protocols=(1,)
    )
    known = [
        NodeRow(name=name, run=NodeId(f"{name}.1"), url=url, seen_at=0.0, drain=None)
        for name, url in (("east", "https://e"), ("south", "https://s"), ("west", None))
    ]
    seen = {"https://s": 1.0, "https://e": 1.0, "https://gone": 0.0}
    lines = table([draining, early], known, seen).splitlines()
    began = time_text(0.0)
    assert [line.split(maxsplit=6) for line in lines[1:]] == [
        ["north", "running", "1", "0", "0%", "-", f"{began}       https://n"],
        ["south", "draining", "12", "31", "42%", "0.1.0", f"{began}       https://s"],
        ["east", "gone", "-", "-", "-", "-", f"seen {began}  https://e"],
        ["west", "gone", "-", "-", "-", "-", f"seen {began}  -"],
        ["-", "gone", "-", "-", "-", "-", f"seen {began}  https://gone"],
    ]
    assert len({line.index("https") for line in lines[1:] if "https" in line}) == 1


def test_a_server_alone_has_no_others_to_list(program: Program) -> None:
    Path(program.directory / "vmr.db").touch()
    ended = program.run("nodes", settings={"VMR_DATABASE_URL": "sqlite:///vmr.db"})
    assert (ended.returncode, ended.stderr) == (
        1, "vmr: redis_url is not set: one server runs alone\n",
    )  # fmt: skip


def test_a_server_of_several_says_where_browsers_reach_it(program: Program) -> None:
    ended = program.serve("--redis", "redis://127.0.0.1:1", "--database", NOWHERE)
    assert ended.returncode == 2
    assert ended.stderr == "vmr: redis_url needs node_url, where browsers reach this server\n"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"database_url": "sqlite:///vmr.db"}, "SQLite is for one server alone"),
        ({"redis_url": "http://one"}, "must look like redis://"),
        ({"node_url": "https://one/path"}, "without a path"),
        ({"node_urls": "*.example.org"}, "must list addresses like"),
        ({"node_urls": "https://*"}, "must list addresses like"),
        ({"node_name": "north wing"}, "at most 50 letters"),
    ],
)
def test_settings_that_cannot_be_shared_are_refused(given: dict[str, str], said: str) -> None:
    well = {"redis_url": "redis://one", "database_url": NOWHERE, "node_url": "https://one.example"}
    load(well, {})
    with pytest.raises(SettingError, match=said.replace("*", r"\*")):
        load({**well, **given}, {})


def test_cookies_are_for_https_where_browsers_reach_a_server_elsewhere() -> None:
    well = {"redis_url": "redis://one", "database_url": NOWHERE}
    assert load({**well, "node_url": "http://localhost:8080"}, {}).is_local()
    assert not load({**well, "node_url": "https://one.example"}, {}).is_local()
    assert not load({**well, "node_url": "http://one.example"}, {}).is_local()
