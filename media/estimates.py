"""What subscribers' paths carry, as histograms by role: every estimate, noted once in a while."""

from bisect import bisect_left
from collections.abc import Iterable

from media.description import Role

STEPS_KBPS = (100, 300, 500, 1_000, 1_500, 2_000, 3_000, 5_000, 10_000)
LOOK_S = 10.0


class Estimates:
    """An encoder subscribes to nothing, and never has an estimate."""

    __slots__ = ("_counts", "_next", "_sums_kbps")

    def __init__(self) -> None:
        self._counts = {role: [0] * (len(STEPS_KBPS) + 1) for role in Role}
        self._sums_kbps = dict.fromkeys(Role, 0)
        self._next = float("-inf")

    def is_due(self, now: float) -> bool:
        """Whether to look again: once in `LOOK_S`."""
        if now < self._next:
            return False
        self._next = now + LOOK_S
        return True

    def note(self, found: Iterable[tuple[Role, float | None]]) -> None:
        """The estimates of now in bit/s; None where nothing is known."""
        for role, bps in found:
            if bps is not None:
                kbps = round(bps / 1000)
                self._counts[role][bisect_left(STEPS_KBPS, kbps)] += 1
                self._sums_kbps[role] += kbps

    def counters(self) -> dict[str, int]:
        """`estimate_ROLE_to_N_kbps` are those of no more, `estimate_ROLE_count` all of them."""
        counters = {}
        for role, counts in self._counts.items():
            name, total = f"estimate_{role.value}", 0
            for step, count in zip(STEPS_KBPS, counts, strict=False):
                total += count
                counters[f"{name}_to_{step}_kbps"] = total
            counters[f"{name}_count"] = total + counts[-1]
            counters[f"{name}_sum_kbps"] = self._sums_kbps[role]
        return counters
