"""What goes between the process that leads media workers and a worker: one message a line.

A line is a number, a space and a message as JSON. Requests, `Look` and their replies carry the
number of the question, events and everything else 0. Pure.
"""

from dataclasses import dataclass
from typing import Any

from media import messages
from media.config import Config
from media.serial import MessageError, from_json, to_json

# -- leader -> worker -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The first line. Answered by Started, or by NotStarted and the worker's end.

    `number` is the worker's own, from 1; `log_level` a number of `logging`,
    `log_form` a value of `logs.Form`.
    """

    number: int
    config: Config
    log_level: int
    log_form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Answered by Counted: the worker is alive, and this is what it counts."""


# -- worker -> leader -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The ports are open. `tcp_port` None: there is none."""

    udp_port: int
    tcp_port: int | None
    receive_buffer_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStarted:
    """A port could not be opened, or, `errno` None, a setting is wrong."""

    errno: int | None
    is_udp: bool
    port: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """`MediaEngine.counters()`: the value of each name, in order."""

    names: tuple[str, ...]
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broke:
    """A request met a fault of the engine; the worker's log has it."""


Frame = messages.Message | Start | Look | Started | NotStarted | Counted | Broke

_TYPES: dict[str, type[Any]] = messages.TYPES | {
    kind.__name__: kind for kind in (Start, Look, Started, NotStarted, Counted, Broke)
}


def build_line(number: int, frame: Frame) -> bytes:
    return f"{number} {to_json(frame)}\n".encode()


def parse_line(line: bytes) -> tuple[int, Frame]:
    """The number and the message; raises `media.serial.MessageError`."""
    number, _, text = line.partition(b" ")
    if not number.isdigit() or len(number) > 18:
        raise MessageError("no number")
    frame: Frame = from_json(text, _TYPES)
    return int(number), frame
