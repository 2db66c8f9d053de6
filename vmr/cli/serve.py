"""`vmr serve`: makes store, engine and signalling, connects them, and ends them in reverse.

The sockets are opened before anything is made or printed: a port in use changes nothing.
"""

import asyncio
import logging
import os
import signal
import ssl
import sys
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import web

from media import logs
from media.workers import MediaWorkers
from signalling.addresses import Proxies
from signalling.api.config import ApiConfig
from signalling.app import Signalling
from signalling.bookings.request_config import RequestConfig
from signalling.certificate import Certificate, CertificateError
from signalling.config import SignallingConfig
from signalling.ending import end
from signalling.mail.config import MailConfig, Tls
from signalling.seams import Clock
from signalling.staff.config import StaffConfig
from signalling.staff.oidc import OidcConfig
from signalling.turn import Turn
from vmr.cli import collector, demonstration, links, media, staff
from vmr.cli.errors import CommandError, reason
from vmr.cli.sharing import Sharing, claim, estate, find_registry, lines, sharing_of
from vmr.cli.upkeep import Upkeep
from vmr.settings import Settings
from vmr.staff_sessions import SessionLimits, TotpMode
from vmr.store.database import dialect_of
from vmr.store.store import Store

log = logging.getLogger(__name__)

SHUTDOWN_S = 3.0  # requests still under way at a stop are given this long


async def serve(settings: Settings) -> int:
    """Run until SIGINT or SIGTERM; raises CommandError or StoreError when it cannot start."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logs.set_up(level=level, form=logs.Form(settings.log_format))
    stop = stop_signals()
    async with AsyncExitStack() as stack:
        await _start(settings, stack)
        await stop.wait()
        print("Stopping. Meetings can go on after the next start.", flush=True)
    return 0


async def _start(settings: Settings, stack: AsyncExitStack) -> None:
    certificate = _certificate(settings)
    sharing = sharing_of(settings)
    await find_registry(sharing)
    store = await _open_store(settings, sharing, stack)
    clock = steady_clock()
    shared = estate(sharing, store, clock)
    signalling = Signalling(
        store=store,
        numbers=settings.numbers,
        clock=clock,
        config=_config(settings),
        estate=shared,
        certificate=certificate,
    )
    engine = MediaWorkers(on_event=signalling.process_engine_event)
    stack.push_async_callback(engine.close)
    started = await media.start(engine, settings)
    base = await _serve_pages(signalling, engine, settings, certificate, stack)
    async with store.first_data():
        made = await demonstration.make(store, settings.numbers)
        administrators = await staff.make_administrators(store, settings.staff_one_time_s)
    upkeep = Upkeep(store, settings.record_numbers, clock)
    await stack.enter_async_context(_running(upkeep.run(), "upkeep"))
    _read_again_on_hangup(certificate)
    if certificate is not None:
        await stack.enter_async_context(_running(certificate.keep(), "certificate"))
    rooms = await store.rooms()
    welcome = demonstration.welcome(
        base, [*media.lines(started), *lines(shared)], rooms, made, administrators, settings
    )
    collector.calm()
    print(welcome, flush=True)


async def _open_store(settings: Settings, sharing: Sharing | None, stack: AsyncExitStack) -> Store:
    """For this server alone, or as one of several; its journal beside it."""
    store = await Store.open(settings.database_url, settings.record_key_file)
    stack.push_async_callback(store.close)
    await claim(store, sharing)
    database = dialect_of(settings.database_url)
    await store.use_journal(Path(settings.journal_dir or database.journal_folder))
    return store


async def _serve_pages(
    signalling: Signalling,
    engine: MediaWorkers,
    settings: Settings,
    certificate: Certificate | None,
    stack: AsyncExitStack,
) -> str:
    """And metrics, where they are asked for; what links begin with."""
    runner = web.AppRunner(
        signalling.create_app(engine),
        access_log=None,  # a room's address is a secret of its guests
        shutdown_timeout=SHUTDOWN_S,
    )
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    if settings.metrics_port != "off":
        await _serve_metrics(signalling, settings, stack)
    tls = None if certificate is None else certificate.context
    base = links.base_url(settings, await _listen(runner, settings, tls))
    signalling.served_at(base)
    stack.push_async_callback(signalling.move_out, runner)
    return base


@asynccontextmanager
async def _running(work: Coroutine[None, None, None], name: str) -> AsyncIterator[None]:
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        await end([task])


def _config(settings: Settings) -> SignallingConfig:
    turn = Turn(urls=settings.turn_urls, secret=settings.turn_secret, ttl_s=settings.turn_ttl_s)
    return SignallingConfig(
        mail=_mail_config(settings),
        turn=turn,
        staff=_staff_config(settings),
        bookings=settings.booking_numbers,
        requests=RequestConfig(
            domains=settings.request_domains,
            court_domains=settings.court_domains,
            open_max=settings.request_open_max,
        ),
        proxies=Proxies(settings.trusted_proxies),
        is_https=settings.is_https(),
        origins=(settings.public_url,) if settings.public_url else (),
        overload_protection=settings.overload_protection,
        max_sockets_per_address=settings.sockets_per_network,
        new_sockets_per_address_burst=settings.sockets_per_network * 3 // 10,
        new_sockets_per_address_s=settings.sockets_per_network / 40,
        api=ApiConfig(webhooks_to_private=settings.webhooks_to_private),
    )


def _mail_config(settings: Settings) -> MailConfig:
    return MailConfig(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=Tls(settings.smtp_tls),
        username=settings.smtp_username,
        password=settings.smtp_password,
        sender=settings.mail_from,
        domains=settings.mail_domains,
        reminder_h=settings.mail_reminder_h,
    )


def _staff_config(settings: Settings) -> StaffConfig:
    is_local = settings.is_local()
    default = TotpMode.OPTIONAL if is_local else TotpMode.REQUIRED
    return StaffConfig(
        limits=SessionLimits(idle_s=settings.staff_idle_s, longest_s=settings.staff_session_s),
        totp=TotpMode(settings.staff_totp) if settings.staff_totp else default,
        origin=settings.public_url,
        is_secure=not is_local,
        one_time_s=settings.staff_one_time_s,
        tries=settings.staff_tries,
        address_tries=settings.staff_address_tries,
        tries_window_s=settings.staff_tries_window_s,
        oidc=_oidc_config(settings) if settings.oidc_issuer else None,
    )


def _oidc_config(settings: Settings) -> OidcConfig:
    return OidcConfig(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        claim=settings.oidc_claim,
    )


def _certificate(settings: Settings) -> Certificate | None:
    if not settings.tls_cert_file:
        return None
    try:
        return Certificate(Path(settings.tls_cert_file), Path(settings.tls_key_file))
    except CertificateError as error:
        raise CommandError(f"tls_cert_file and tls_key_file: {error}") from error


def _read_again_on_hangup(certificate: Certificate | None) -> None:
    """SIGHUP, which `systemctl reload` sends, never ends the server."""

    def handle() -> None:
        if certificate is None:
            log.info("SIGHUP: there is no certificate to read again")
        else:
            certificate.read()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, handle)


async def _listen(runner: web.AppRunner, settings: Settings, tls: ssl.SSLContext | None) -> int:
    """Serve pages; the port really taken."""
    site = web.TCPSite(runner, settings.http_host, settings.http_port, ssl_context=tls)
    try:
        await site.start()
    except OSError as error:
        place = f"{settings.http_host}, TCP port {settings.http_port}"
        raise CommandError(f"http_host and http_port ({place}): {reason(error)}") from error
    port: int = runner.addresses[0][1]
    return port


async def _serve_metrics(signalling: Signalling, settings: Settings, stack: AsyncExitStack) -> None:
    runner = web.AppRunner(signalling.create_metrics_app(), access_log=None)
    stack.push_async_callback(runner.cleanup)
    await runner.setup()
    host, port = settings.metrics_host, int(settings.metrics_port)
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        place = f"{host}, TCP port {port}"
        raise CommandError(f"metrics_host and metrics_port ({place}): {reason(error)}") from error
    log.info("metrics are served host=%s port=%d", host, runner.addresses[0][1])


def steady_clock() -> Clock:
    """Seconds since the epoch that never step back: wall time now, then what has passed."""
    offset = time.time() - time.monotonic()
    return lambda: offset + time.monotonic()


def stop_signals() -> asyncio.Event:
    """Set by the first SIGINT or SIGTERM; a second one ends the process at once."""
    stop = asyncio.Event()

    def handle(number: int) -> None:
        if stop.is_set():
            print("Stopped at once.", file=sys.stderr, flush=True)
            os._exit(128 + number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, handle, number)
    return stop
