"""What nothing can be cheaper than: bare sockets and libsrtp, without any server around them.

As a process: `python -m tests.bench.bare forward PORT PORT` or `... echo PORT`. It prints its
own port, works until it gets a datagram of one byte, then prints the CPU time it took.
"""

import socket
import struct
import subprocess
import sys
import time

from pylibsrtp import Policy, Session

from tests.bench.cpu import pin
from tests.bench.packets import plan

_KEY = bytes(range(28))
_SO_TIMESTAMPNS = 35
CHUNK = 24
"""Packets on their way at once, so that no socket buffer overflows."""
COPIES = 2


def _session(direction: int) -> Session:
    return Session(
        Policy(key=_KEY, ssrc_type=direction, srtp_profile=Policy.SRTP_PROFILE_AEAD_AES_128_GCM)
    )


def _open() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", 0))
    opened.settimeout(5)
    return opened


def _serve_forward(ports: list[int]) -> None:
    """Receive, unprotect, then protect and send once for each port."""
    own, inbound = _open(), _session(Policy.SSRC_ANY_INBOUND)
    outputs = [(_session(Policy.SSRC_ANY_OUTBOUND), ("127.0.0.1", port)) for port in ports]
    print(own.getsockname()[1], flush=True)
    before = time.process_time()
    while len(packet := own.recv(2048)) > 1:
        plain = inbound.unprotect(packet)
        for session, address in outputs:
            own.sendto(session.protect(plain), address)
    print(time.process_time() - before, flush=True)


def _serve_echo(port: int) -> None:
    own = _open()
    print(own.getsockname()[1], flush=True)
    while len(packet := own.recv(2048)) > 1:
        own.sendto(packet, ("127.0.0.1", port))
    print(0.0, flush=True)


def _start(core: int, *arguments: str) -> tuple[subprocess.Popen[str], tuple[str, int]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare", *arguments], stdout=subprocess.PIPE, text=True
    )
    pin(process.pid, core)
    assert process.stdout is not None
    return process, ("127.0.0.1", int(process.stdout.readline()))


def _stop(process: subprocess.Popen[str], own: socket.socket, address: tuple[str, int]) -> float:
    own.sendto(b"\0", address)
    assert process.stdout is not None
    result = float(process.stdout.readline())
    process.wait(5)
    process.stdout.close()
    return result


def measure_floor(core: int, seconds: float = 20.0) -> float:
    """CPU microseconds per packet out, at the load's mix of sizes and two copies of each."""
    session = _session(Policy.SSRC_ANY_OUTBOUND)
    packets = [
        session.protect(item.packet)
        for item in plan(
            sender=0,
            audio_ssrc=1,
            camera_ssrc=2,
            seconds=seconds,
            phase=0,
            in_bursts=False,
            level=30,
        )
    ]
    own, sinks = _open(), [_open() for _ in range(COPIES)]
    process, address = _start(core, "forward", *(str(s.getsockname()[1]) for s in sinks))
    for at in range(0, len(packets), CHUNK):
        chunk = packets[at : at + CHUNK]
        for packet in chunk:
            own.sendto(packet, address)
        for sink in sinks:
            for _ in chunk:
                sink.recv(2048)
    cpu = _stop(process, own, address)
    for opened in (own, *sinks):
        opened.close()
    return 1e6 * cpu / (COPIES * len(packets))


def measure_echo_us(core: int, count: int = 1000) -> list[float]:
    """Microseconds from a send stamp to the kernel's arrival stamp, through a bare echo."""
    own, sink = _open(), _open()
    sink.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    process, address = _start(core, "echo", str(sink.getsockname()[1]))
    packet, delays = bytes(1100), []
    for _ in range(count):
        sent = time.time_ns()
        own.sendto(packet, address)
        _, control, _, _ = sink.recvmsg(2048, 64)
        seconds, nanoseconds = struct.unpack("qq", control[0][2])
        delays.append((seconds * 1_000_000_000 + nanoseconds - sent) / 1000)
        time.sleep(0.001)  # the load's own pace: a packet a millisecond, not a burst
    _stop(process, own, address)
    own.close()
    sink.close()
    return delays


if __name__ == "__main__":
    if sys.argv[1] == "forward":
        _serve_forward([int(port) for port in sys.argv[2:]])
    else:
        _serve_echo(int(sys.argv[2]))
