"""How long packets are with us: from being read off a port to being handed to the kernel."""

from bisect import bisect_left

STEPS_US = (50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)


class Transit:
    """A histogram of datagrams; everything that came in one wake-up took as long as it did."""

    __slots__ = ("_counts", "_sum_us")

    def __init__(self) -> None:
        self._counts = [0] * (len(STEPS_US) + 1)
        self._sum_us = 0

    def note(self, took_s: float, datagrams: int) -> None:
        took_us = int(took_s * 1_000_000)
        self._counts[bisect_left(STEPS_US, took_us)] += datagrams
        self._sum_us += took_us * datagrams

    def counters(self) -> dict[str, int]:
        """`transit_to_N_us` are those that took no longer, `transit_count` all of them."""
        counters, total = {}, 0
        for step, count in zip(STEPS_US, self._counts, strict=False):
            total += count
            counters[f"transit_to_{step}_us"] = total
        total += self._counts[-1]
        return {**counters, "transit_count": total, "transit_sum_us": self._sum_us}
