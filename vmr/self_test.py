"""What the self-test of whoever holds a personal link found, as staff see it. Pure.

Words of fixed lists alone: whoever has the link sends it, so nothing they typed is in it, and no
address.
"""

from dataclasses import dataclass

BROWSERS = ("Chrome", "Edge", "Firefox", "Safari", "Samsung Internet", "Opera", "")
"""By the name on their boxes; empty: another."""
PROBLEMS = (
    "browser", "camera", "microphone", "speaker", "udp", "tcp", "relay", "up", "down", "delay",
    "loss", "jitter",
)  # fmt: skip
"""What may have failed."""
VERSION_MAX = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """The last one by this link. `at` is when it came, seconds since the epoch; it was passed where
    there are no problems."""

    at: float
    browser: str
    version: int
    problems: tuple[str, ...] = ()

    @property
    def is_passed(self) -> bool:
        return not self.problems
