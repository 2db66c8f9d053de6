"""What is wrong is found, by real faults."""

import contextlib
import socket
import ssl
import time
from email.utils import formatdate
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.cli.program import Program
from tests.peers.coturn import SECRET, Coturn, make_certificate
from tests.peers.ports import free_port
from tests.peers.redis import Redis
from vmr.cli import clock, doctor
from vmr.cli.doctor import examine
from vmr.cli.finding import Finding
from vmr.settings import Settings

NOWHERE = "postgresql://vmr@127.0.0.1:1/vmr"


@pytest.fixture(autouse=True)
def _a_system_that_keeps_its_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine does: `test_doctor_outside.py` looks at that."""
    monkeypatch.setattr(clock, "is_kept", lambda: True)


async def wrong(tmp_path: Path, **values: object) -> dict[str, Finding]:
    """What has a mend, of a server that would be well but for these settings."""
    well = {
        "http_port": free_port(),
        "media_port": 0,
        "media_host": "127.0.0.1",
        "media_workers": 1,
        "database_url": f"sqlite:///{tmp_path / 'vmr.db'}",
    }
    settings = Settings(**{**well, **values})  # type: ignore[arg-type]
    return {one.what: one async for one in examine(settings) if one.mend}


async def test_nothing_is_wrong_before_the_first_start(tmp_path: Path) -> None:
    assert await wrong(tmp_path) == {}


@pytest.mark.parametrize("name", ["http_port", "media_port", "media_tcp_port"])
async def test_a_port_that_is_taken_is_found(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "PATIENCE_S", 1.0)  # nobody answers on it
    kind = socket.SOCK_DGRAM if name == "media_port" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        if kind is socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]
        found = await wrong(tmp_path, **{name: str(port) if name == "media_tcp_port" else port})
    assert f"{name}, {'UDP' if kind is socket.SOCK_DGRAM else 'TCP'} {port}" in found


async def test_a_store_that_cannot_be_opened_is_found(tmp_path: Path) -> None:
    (tmp_path / "vmr.db").write_bytes(b"this is no database, however long it may be" * 100)
    assert list(await wrong(tmp_path)) == ["store"]


async def test_a_registry_that_is_away_or_forgets_is_found(tmp_path: Path) -> None:
    sharing = {"redis_url": "", "node_url": "http://127.0.0.1:1", "database_url": NOWHERE}
    redis = Redis()
    redis.start()
    try:
        sharing["redis_url"] = redis.url
        assert "redis_url" not in await wrong(tmp_path, **sharing)
        with contextlib.closing(redis.client()) as client:
            client.config_set("maxmemory-policy", "allkeys-lru")
        found = await wrong(tmp_path, **sharing)
        assert found["redis_url"].said == "drops entries when it is full (allkeys-lru)"
        assert "node_url" in found, "nobody answers there"
    finally:
        redis.stop()
    assert (await wrong(tmp_path, **sharing))["redis_url"].said == "no answer (ConnectionError)"


async def test_a_certificate_that_browsers_refuse_is_found(tmp_path: Path) -> None:
    make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    runner = web.AppRunner(web.Application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    port = runner.addresses[0][1]
    found = await wrong(tmp_path, public_url=f"https://127.0.0.1:{port}")
    await runner.cleanup()
    assert found["public_url"].said == "certificate: self-signed certificate"


@pytest.mark.parametrize(
    ("days", "mode", "said"),
    [
        (30, 0o640, None),
        (10, 0o640, "good for 10 days"),
        (-0.01, 0o640, "it has ended"),
        (30, 0o644, "everybody on this machine may read it"),
    ],
)
async def test_a_certificate_of_its_own_that_ends_or_lies_open_is_found(
    tmp_path: Path, days: float, mode: int, said: str | None
) -> None:
    make_certificate(tmp_path, days=days)
    files = {"tls_cert_file": tmp_path / "cert.pem", "tls_key_file": tmp_path / "key.pem"}
    files["tls_key_file"].chmod(mode)
    found = await wrong(tmp_path, **{name: str(file) for name, file in files.items()})
    assert [one.said for one in found.values()] == ([] if said is None else [said])


async def test_a_certificate_of_its_own_that_is_none_is_found(tmp_path: Path) -> None:
    files = {"tls_cert_file": str(tmp_path / "cert.pem"), "tls_key_file": str(tmp_path / "key.pem")}
    found = await wrong(tmp_path, **files)
    assert found["tls_cert_file"].said.endswith("cert.pem: No such file or directory")


@pytest.mark.parametrize(("seconds", "is_found"), [(0, False), (60, True), (-60, True)])
async def test_a_clock_that_is_not_that_of_the_proxy_is_found(
    tmp_path: Path, seconds: int, is_found: bool
) -> None:
    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(headers={"Date": formatdate(time.time() + seconds, usegmt=True)})

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    async with TestServer(app) as proxy:
        url = f"http://127.0.0.1:{proxy.port}"
        assert ("clock" in await wrong(tmp_path, public_url=url)) is is_found


async def test_a_turn_server_with_another_secret_is_found(tmp_path: Path) -> None:
    coturn = Coturn(tmp_path)
    await coturn.start()
    url = coturn.urls["tcp"]
    try:
        right = await wrong(tmp_path, turn_urls=(url,), turn_secret=SECRET)
        other = await wrong(tmp_path, turn_urls=(url,), turn_secret="another")
    finally:
        await coturn.stop()
    assert right == {}
    assert other[url].said == "refused (401)"
    assert "turn_secret" in other[url].mend


async def test_a_mail_server_that_is_away_is_found(tmp_path: Path) -> None:
    port = free_port()
    mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "mail_from": "office@vmr.example"}
    assert (await wrong(tmp_path, **mail))["mail"].said == "no_connection"


def test_the_exit_code_says_whether_anything_is_wrong(program: Program) -> None:
    assert program.run("doctor").returncode == 0
    ended = program.run("doctor", "--public-url", "http://127.0.0.1:9")
    assert ended.returncode == 1
    assert "WRONG  public_url: no answer" in ended.stdout
    assert ended.stdout.endswith("1 wrong.\n")


def test_beside_a_running_server_its_ports_are_its_own(program: Program) -> None:
    port = str(free_port())
    program.start("--http-port", port)
    ended = program.run("doctor", "--http-port", port)
    assert ended.returncode == 0, ended.stdout
    assert f"a server runs on TCP {port}" in ended.stdout
