"""A certificate that is renewed under open connections, and what cannot be served."""

import asyncio
import logging
import os
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography.hazmat.primitives import serialization

from signalling.certificate import Certificate, CertificateError
from tests.peers.coturn import make_certificate


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    make_certificate(tmp_path)
    return Certificate(tmp_path / "cert.pem", tmp_path / "key.pem")


@pytest_asyncio.fixture
async def port(certificate: Certificate) -> AsyncIterator[int]:
    async def hello(_request: web.Request) -> web.Response:
        return web.Response(text="hello")

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=certificate.context).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


class Talk:
    """One connection of a client that trusts no certificate but this."""

    def __init__(self, port: int, pem: str, name: str = "127.0.0.1") -> None:
        self._at = (port, name)
        self.context = ssl.create_default_context(cadata=pem)
        self.context.check_hostname = name == "127.0.0.1"

    async def __aenter__(self) -> "Talk":
        port, name = self._at
        self._reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", port, ssl=self.context, server_hostname=name
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.close()

    async def is_answered(self) -> bool:
        self.writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        return (await self._reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("name", ["127.0.0.1", "meet.example.org"])
async def test_a_renewed_certificate_is_served_and_open_connections_go_on(
    certificate: Certificate, port: int, tmp_path: Path, name: str
) -> None:
    """Whether the client says a name or, by an address, none."""
    old = (tmp_path / "cert.pem").read_text()
    async with Talk(port, old, name) as kept:
        assert await kept.is_answered()
        make_certificate(tmp_path, days=30)
        before = certificate.ends_at
        certificate.look()
        assert certificate.ends_at - before == pytest.approx(29 * 86_400, abs=60)
        async with Talk(port, (tmp_path / "cert.pem").read_text(), name) as fresh:
            assert await fresh.is_answered()
        with pytest.raises(ssl.SSLCertVerificationError):
            await Talk(port, old, name).__aenter__()
        assert await kept.is_answered()


async def test_what_cannot_be_served_is_said_once_and_the_old_one_stays(
    certificate: Certificate, port: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    old = (tmp_path / "cert.pem").read_text()
    key = (tmp_path / "key.pem").read_text()
    make_certificate(tmp_path)
    renewed = (tmp_path / "key.pem").read_text()
    (tmp_path / "key.pem").write_text(key)  # the new certificate with the old key
    for _ in range(3):
        certificate.look()
        async with Talk(port, old) as talk:
            assert await talk.is_answered()
    assert certificate.is_refused
    errors = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert len(errors) == 1
    assert "KEY VALUES MISMATCH" in errors[0].getMessage()

    (tmp_path / "key.pem").write_text(renewed)
    certificate.look()
    assert not certificate.is_refused
    async with Talk(port, (tmp_path / "cert.pem").read_text()) as talk:
        assert await talk.is_answered()


def test_a_link_that_names_other_files_is_a_change(tmp_path: Path) -> None:
    """As certbot and Kubernetes renew."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        make_certificate(tmp_path / folder, days=1 if folder == "one" else 30)
    live = tmp_path / "live"
    live.symlink_to("one")
    certificate = Certificate(live / "cert.pem", live / "key.pem")
    before = certificate.ends_at
    (tmp_path / "next").symlink_to("two")
    os.replace(tmp_path / "next", live)
    certificate.look()
    assert certificate.ends_at > before + 86_400


@pytest.mark.parametrize(
    ("cert", "key", "said"),
    [
        (None, "key.pem", "No such file or directory"),
        ("cert.pem", None, "No such file or directory"),
        ("key.pem", "key.pem", "not PEM of a certificate and its key"),
        ("cert.pem", "cert.pem", "not PEM of a certificate and its key"),
        ("cert.pem", "locked.pem", "a key with a password"),
    ],
)
def test_files_that_cannot_be_served_are_one_line(
    tmp_path: Path, cert: str | None, key: str | None, said: str
) -> None:
    make_certificate(tmp_path)
    pem = (tmp_path / "key.pem").read_bytes()
    (tmp_path / "locked.pem").write_bytes(
        serialization.load_pem_private_key(pem, None).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(CertificateError, match=said) as raised:
        Certificate(tmp_path / (cert or "none.pem"), tmp_path / (key or "none.pem"))
    assert "\n" not in str(raised.value)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_old_tls_and_ciphers_without_forward_secrecy_are_refused(
    port: int, tmp_path: Path
) -> None:
    pem = (tmp_path / "cert.pem").read_text()
    good, old, weak, cbc = (Talk(port, pem) for _ in range(4))
    good.context.maximum_version = ssl.TLSVersion.TLSv1_2
    async with good:
        assert good.writer.get_extra_info("ssl_object").version() == "TLSv1.2"
    old.context.minimum_version = ssl.TLSVersion.TLSv1_1
    old.context.maximum_version = ssl.TLSVersion.TLSv1_1
    old.context.set_ciphers("ALL:@SECLEVEL=0")
    weak.context.maximum_version = cbc.context.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.context.set_ciphers("RSA+AES")
    cbc.context.set_ciphers("ECDHE+AES+SHA384:ECDHE+AES+SHA1")
    for refused in (old, weak, cbc):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            await refused.__aenter__()
