"""`vmr doctor`: what keeps a server with these settings from working, each with the mend.

It looks from this machine, with or without a server that runs; it changes nothing.
Exit code 1 when anything is wrong.
"""

import asyncio
import socket
import stat
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import aioice.turn

from media.sockets import open_bound
from signalling.certificate import Certificate, CertificateError
from signalling.mail.config import MailConfig, Tls
from signalling.mail.delivery import PutOff, SmtpDelivery
from signalling.nodes.registry import Registry, RegistryAway
from signalling.readiness import CERTIFICATE_S
from signalling.turn import Turn
from vmr.cli import clock, media, outside
from vmr.cli.errors import reason
from vmr.cli.finding import Finding
from vmr.nodes.node import NodeId
from vmr.settings import Settings
from vmr.store.database import dialect_of
from vmr.store.errors import StoreError
from vmr.store.store import Store

PATIENCE_S = 10.0


async def show(settings: Settings) -> int:
    """Print them; 1 when anything is wrong."""
    wrong = 0
    async for one in examine(settings):
        print(f"{'WRONG' if one.mend else 'ok':<6} {one.what}: {one.said}")
        if one.mend:
            wrong += 1
            print(f"       {one.mend}")
    print(f"{wrong} wrong." if wrong else "Nothing is wrong.")
    return 1 if wrong else 0


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Every finding, as it is made."""
    for port in _ports(settings, is_running=await _is_running(settings)):
        yield port
    yield await _store(settings)
    if settings.tls_cert_file:
        yield _certificate(settings)
    if settings.redis_url:
        yield await _registry(settings)
    async for one in _public("public_url", settings.public_url):
        yield one
    if settings.redis_url and settings.node_url not in ("", settings.public_url):
        async for one in _public("node_url", settings.node_url):
            yield one
    yield await clock.beside_ntp(settings)
    for url in settings.turn_urls:
        yield await _turn(settings, url)
    yield await outside.seen(settings)
    yield await _mail(settings)


# -- ports ------------------------------------------------------------------------------------


async def _is_running(settings: Settings) -> bool:
    """Whether it is our own server that has the ports."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(
        settings.http_host, settings.http_host
    )
    scheme = "https" if settings.tls_cert_file else "http"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as session,
            session.get(f"{scheme}://{host}:{settings.http_port}/healthz", ssl=False) as answer,
        ):
            return answer.headers.get("Server") == "vmr"
    except (aiohttp.ClientError, TimeoutError, ValueError):
        return False


def _ports(settings: Settings, *, is_running: bool) -> Iterator[Finding]:
    if is_running:
        said = f"a server runs on TCP {settings.http_port}, and has its ports"
        yield Finding(what="ports", said=said)
        return
    yield _port("http_port", socket.SOCK_STREAM, settings.http_host, settings.http_port)
    for above in range(settings.media_workers or media.cores()):
        yield _media_port("media_port", socket.SOCK_DGRAM, settings, settings.media_port, above)
        tcp = settings.tcp_port()
        if tcp is not None:
            yield _media_port("media_tcp_port", socket.SOCK_STREAM, settings, tcp, above)


def _media_port(
    name: str, kind: socket.SocketKind, settings: Settings, first: int, above: int
) -> Finding:
    return _port(name, kind, settings.media_host, first + above if first else 0)


def _port(name: str, kind: socket.SocketKind, host: str, port: int) -> Finding:
    what = f"{name}, {'UDP' if kind is socket.SOCK_DGRAM else 'TCP'} {port or 'any'}"
    try:
        open_bound(kind, host, port).close()
    except OSError as error:
        mend = f"End the program that has it (ss -lnptu), or set {name} to another."
        return Finding(what=what, said=reason(error), mend=mend)
    return Finding(what=what, said="free")


# -- the store --------------------------------------------------------------------------------


async def _store(settings: Settings) -> Finding:
    try:
        database = dialect_of(settings.database_url)
        if database.is_missing():
            return Finding(what="store", said=f"{database.place} is made at the first start")
        store = await Store.open(settings.database_url, settings.record_key_file)
        try:
            await store.check_writable()
        finally:
            await store.close()
    except StoreError as error:
        mend = "Look at database_url, at the rights of the file and at the room on its disk."
        return Finding(what="store", said=" ".join(str(error).split()), mend=mend)
    return Finding(what="store", said="takes writes")


async def _registry(settings: Settings) -> Finding:
    """Redis, which must drop nothing when its memory is full."""
    what = "redis_url"
    registry = Registry(settings.redis_url)
    try:
        others = len((await registry.look(NodeId(""), None)).nodes)
        policy = await registry.eviction()
    except RegistryAway as error:
        mend = "Start Redis, and look at its address, its password and the firewall between."
        return Finding(what=what, said=f"no answer ({error})", mend=mend)
    finally:
        await registry.close()
    if policy != "noeviction":
        mend = "Set maxmemory-policy noeviction there: servers would be taken for dead."
        return Finding(what=what, said=f"drops entries when it is full ({policy})", mend=mend)
    there = "1 server is there" if others == 1 else f"{others} servers are there"
    return Finding(what=what, said=f"answers; {there}")


# -- TLS --------------------------------------------------------------------------------------


def _certificate(settings: Settings) -> Finding:
    what, key = "tls_cert_file", Path(settings.tls_key_file)
    try:
        ends_at = Certificate(Path(settings.tls_cert_file), key).ends_at
    except CertificateError as error:
        mend = "Put a certificate with its chain, and its key, where the server may read them."
        return Finding(what=what, said=str(error), mend=mend)
    left_s = ends_at - time.time()
    said = f"good for {left_s / 86_400:.0f} days" if left_s > 0 else "it has ended"
    if left_s < CERTIFICATE_S:
        return Finding(
            what=what, said=said, mend="Renew it; the server takes the new files by itself."
        )
    if key.stat().st_mode & stat.S_IROTH:
        mend = f"chmod o= {key}: with it anybody can stand in for this server."
        return Finding(what="tls_key_file", said="everybody on this machine may read it", mend=mend)
    return Finding(what=what, said=said)


# -- what browsers see ------------------------------------------------------------------------


async def _public(what: str, url: str) -> AsyncIterator[Finding]:
    if not url:
        yield Finding(what=what, said="not set: for this machine alone")
        return
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(PATIENCE_S)) as session,
            session.get(f"{url}/healthz") as answer,
        ):
            date = answer.headers.get("Date", "")
    except aiohttp.ClientConnectorCertificateError as error:
        said = getattr(error.certificate_error, "verify_message", "") or "not accepted"
        mend = "Renew or complete the certificate, ours or the proxy's; browsers refuse it."
        yield Finding(what=what, said=f"certificate: {said}", mend=mend)
        return
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        mend = "Start the server and its proxy, and look at the name in the DNS."
        yield Finding(what=what, said=f"no answer ({type(error).__name__})", mend=mend)
        return
    yield Finding(what=what, said="answers")
    yield clock.beside_proxy(date)


# -- others' servers --------------------------------------------------------------------------


async def _turn(settings: Settings, url: str) -> Finding:
    """A relay is asked for, as a browser does."""
    place = outside.place_of(url)
    turn = Turn(urls=(url,), secret=settings.turn_secret, ttl_s=60.0)
    (server,) = turn.ice_servers("doctor", time.time())
    try:
        async with asyncio.timeout(PATIENCE_S):
            relay, _ = await aioice.turn.create_turn_endpoint(
                asyncio.DatagramProtocol,
                server_addr=(place.host, place.port),
                username=str(server["username"]),
                password=str(server["credential"]),
                ssl=place.is_tls,
                transport=place.transport,
            )
        relay.close()
    except aioice.stun.TransactionFailed as error:
        code = error.response.attributes.get("ERROR-CODE", ("?", ""))[0]
        mend = "Give turn_secret the value of coturn's static-auth-secret; both clocks must agree."
        return Finding(what=url, said=f"refused ({code})", mend=mend)
    except (aioice.stun.TransactionError, OSError, TimeoutError) as error:
        mend = "Start the TURN server, let its port through, and look at its certificate."
        return Finding(what=url, said=f"no answer ({type(error).__name__})", mend=mend)
    return Finding(what=url, said="gives a relay")


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding(what="mail", said="not set: letters wait")
    config = MailConfig(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=Tls(settings.smtp_tls),
        username=settings.smtp_username,
        password=settings.smtp_password,
        sender=settings.mail_from,
    )
    try:
        await SmtpDelivery(config, command_s=PATIENCE_S).greet()
    except PutOff as error:
        mend = "Look at smtp_host, smtp_port, smtp_tls, smtp_username and smtp_password."
        return Finding(what="mail", said=" ".join(str(error).split()), mend=mend)
    return Finding(what="mail", said="the server lets us in")
