"""The media workers of `vmr serve`: started by the settings, and what is said of them."""

import os
from collections.abc import Sequence

from media.frames import Started
from media.udp import RECEIVE_BUFFER_BYTES
from media.workers import Config, MediaWorkers, PortError, WorkerError
from vmr.cli.errors import CommandError, reason
from vmr.setting_checks import WORKERS_MAX
from vmr.settings import Settings


async def start(workers: MediaWorkers, settings: Settings) -> tuple[Started, ...]:
    """Start as many as the settings say. Raises CommandError."""
    config = Config(
        host=settings.media_host,
        port=settings.media_port,
        tcp_port=settings.tcp_port(),
        announced=settings.media_announce,
        codecs=settings.codecs,
    )
    try:
        return await workers.start(config, settings.media_workers or cores())
    except WorkerError as error:
        raise CommandError(f"media_workers: a worker does not start: {error}") from error
    except ValueError as error:
        raise CommandError(f"media: {error}") from error
    except PortError as error:
        setting = "media_port" if error.is_udp else "media_tcp_port"
        place = f"{settings.media_host or 'all addresses'}, {error.what}"
        raise CommandError(f"media_host and {setting} ({place}): {reason(error)}") from error


def cores() -> int:
    """The cores this process may use, as far as there may be workers."""
    return min(len(os.sched_getaffinity(0)), WORKERS_MAX)


def lines(started: Sequence[Started]) -> list[str]:
    """For the operator: which ports to let through, and whether the kernel is generous."""
    udp = _ports([one.udp_port for one in started])
    tcp = _ports([one.tcp_port for one in started if one.tcp_port is not None])
    workers = "1 worker" if len(started) == 1 else f"{len(started)} workers"
    said = [f"Sound, pictures: {workers}, UDP {udp}, TCP {tcp or 'off'}"]
    granted = min(one.receive_buffer_bytes for one in started)
    if granted < RECEIVE_BUFFER_BYTES:
        said += [
            f"The kernel gives {granted // 1024} kB of receive buffer, not the"
            f" {RECEIVE_BUFFER_BYTES // 1024} kB asked for: packets may be lost under load",
            f"(sysctl net.core.rmem_max={RECEIVE_BUFFER_BYTES} gives them).",
        ]
    return said


def _ports(ports: Sequence[int]) -> str:
    """`8081`, `8081 to 8084`, or each where they are not in a row."""
    is_row = len(ports) > 2 and list(ports) == list(range(ports[0], ports[0] + len(ports)))
    return f"{ports[0]} to {ports[-1]}" if is_row else ", ".join(map(str, ports))
