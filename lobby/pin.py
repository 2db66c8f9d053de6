"""Where a Host PIN counts: one joining host's prompt, and the wrong PINs on a room.

Three wrong entries end an attempt (a prompt). More than twenty wrong PINs on a room within ten
minutes close its PIN entry for ten minutes, whoever typed them. Handed on from one meeting of a
room to the next.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from vmr.ids import DeviceId, ParticipantId, SessionId
from vmr.numbers import Numbers
from vmr.participants import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class PinPrompt:
    """A host who joins is asked for the Host PIN until `deadline`, its page there or not."""

    id: ParticipantId
    session: SessionId
    persons: tuple[Person, ...]
    device: DeviceId | None
    attempts_left: int
    deadline: float
    is_page_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PinAttempts:
    """When wrong PINs were entered on this room, and until when its PIN entry is closed."""

    wrong_at: tuple[float, ...] = ()
    closed_until: float | None = None

    def count_wrong(self, now: float, numbers: Numbers) -> "PinAttempts":
        """One more wrong PIN; closes the entry (and starts to count afresh) at one too many."""
        recent = (*self.forget_old(now, numbers).wrong_at, now)
        if len(recent) > numbers.room_pin_limit:
            return PinAttempts(closed_until=now + numbers.room_pin_closed_s)
        return replace(self, wrong_at=recent)

    def forget_old(self, now: float, numbers: Numbers) -> "PinAttempts":
        """Without what no longer counts at `now`."""
        is_over = self.closed_until is not None and self.closed_until <= now
        return PinAttempts(
            wrong_at=tuple(at for at in self.wrong_at if at + numbers.room_pin_window_s > now),
            closed_until=None if is_over else self.closed_until,
        )

    @property
    def is_closed(self) -> bool:
        return self.closed_until is not None

    @property
    def is_clear(self) -> bool:
        """Nothing counts any more: it may be forgotten."""
        return not self.wrong_at and self.closed_until is None

    def next_deadline(self, numbers: Numbers) -> float | None:
        """When `forget_old` will next have something to forget."""
        times = [self.wrong_at[0] + numbers.room_pin_window_s] if self.wrong_at else []
        times += [] if self.closed_until is None else [self.closed_until]
        return min(times, default=None)

    def to_json(self) -> dict[str, Any]:
        return {"wrong_at": list(self.wrong_at), "closed_until": self.closed_until}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "PinAttempts":
        return PinAttempts(wrong_at=tuple(value["wrong_at"]), closed_until=value["closed_until"])
