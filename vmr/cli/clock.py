"""Whether this machine's clock is right, for `vmr doctor`: beside a time server, by what the system
knows of itself, and beside the proxy.

The times of records are this clock's. A time server is asked by SNTP (RFC 4330).
"""

import ctypes
import email.utils
import secrets
import struct
import time
from collections.abc import Callable

from vmr.cli.datagrams import ask
from vmr.cli.finding import Finding
from vmr.settings import Settings

PROXY_S = 5.0
"""A `Date` is in whole seconds, and was written before it came."""
NTP_S = 1.0
NTP_PORT = 123
WAIT_S = 2.0
MEND = "Let this machine keep its time by NTP: timedatectl set-ntp true, or install chrony."
_PACKET = struct.Struct("!BBbbIII8s8sQQ")
_CLIENT = 0x23  # no leap second, version 4, mode 3
_SERVER_MODE = 4
_UNSYNCHRONISED = 3
_TO_NTP_S = 2_208_988_800
_TIMEX_BYTES = 512  # more than struct timex takes anywhere
_TIME_ERROR = 5

Said = tuple[int, int, float]
"""Leap indicator, stratum, and by how many seconds our clock is behind."""


async def beside_ntp(settings: Settings) -> Finding:
    """The clock against `ntp_server`, or what the system says of it where none is set."""
    if settings.ntp_server:
        return await _asked(settings.ntp_server)
    what, kept = "time", is_kept()
    if kept is None:
        return Finding(what=what, said="not known: set ntp_server to compare it with")
    if kept:
        return Finding(what=what, said="kept by NTP, as the system says")
    said = "the system does not keep it by NTP"
    if not settings.public_url:
        return Finding(what=what, said=said)
    mend = f"{MEND} Where something else keeps it, set ntp_server to compare it with."
    return Finding(what=what, said=said, mend=mend)


async def _asked(server: str) -> Finding:
    what, host, port = "time", *host_and_port(server)
    try:
        leap, stratum, behind_s = await ask(host, port, question, wait_s=WAIT_S)
    except (OSError, TimeoutError) as error:
        mend = "Look at ntp_server, and let UDP out to its port."
        return Finding(what=what, said=f"{server}: no answer ({type(error).__name__})", mend=mend)
    if leap == _UNSYNCHRONISED or not 0 < stratum < 16:
        return Finding(
            what=what, said=f"{server} does not know it itself", mend="Set ntp_server to another."
        )
    said = f"{abs(behind_s):.2f} s {'behind' if behind_s > 0 else 'before'} that of {server}"
    return Finding(what=what, said=said, mend=MEND if abs(behind_s) > NTP_S else "")


def host_and_port(server: str) -> tuple[str, int]:
    """Of `host`, `host:port`, `[::1]` or `[::1]:port`."""
    if server.startswith("["):
        host, _, port = server[1:].partition("]")
        return host, int(port.removeprefix(":") or NTP_PORT)
    if server.count(":") == 1:
        host, _, port = server.partition(":")
        return host, int(port)
    return server, NTP_PORT


def question() -> tuple[bytes, Callable[[bytes], Said]]:
    """An SNTP request. Its own time is a random number: nobody answers without having seen it."""
    nonce, sent_at = secrets.randbits(64), time.time()
    request = _PACKET.pack(_CLIENT, 0, 0, 0, 0, 0, 0, bytes(8), bytes(8), 0, nonce)

    def read(answer: bytes) -> Said:
        came_at = time.time()
        if len(answer) < _PACKET.size:
            raise ValueError("too short for an answer")
        flags, stratum, *_, echoed, received, sent = _PACKET.unpack_from(answer)
        if flags & 7 != _SERVER_MODE or echoed != struct.pack("!Q", nonce):
            raise ValueError("not the answer to this request")
        behind_s = (seconds(received) - sent_at + seconds(sent) - came_at) / 2
        return flags >> 6, stratum, behind_s

    return request, read


def seconds(stamp: int) -> float:
    """Since 1970, of an NTP timestamp; good until 2104 (RFC 4330, 3)."""
    era_s = 1 << 32 if stamp >> 63 == 0 else 0
    return (stamp >> 32) + era_s - _TO_NTP_S + (stamp & 0xFFFFFFFF) / (1 << 32)


def is_kept() -> bool | None:
    """Whether the kernel is told the time by NTP or the like (adjtimex); None: it does not say."""
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    except (AttributeError, OSError):
        return None
    return None if state < 0 else state != _TIME_ERROR


def beside_proxy(date: str) -> Finding:
    """Beside the `Date` of what answers at the public address."""
    try:
        apart_s = abs(email.utils.parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return Finding(what="clock", said="nothing to compare it with")
    said = f"{apart_s:.0f} s from that of the proxy"
    if apart_s <= PROXY_S:
        return Finding(what="clock", said=said)
    return Finding(what="clock", said=said, mend="Let both machines keep their time by NTP.")
