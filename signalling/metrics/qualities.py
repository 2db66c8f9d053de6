"""How good connections are, counted by role: `quality_ROLE_to_N_points`, `_count`, `_sum_points`.

Everybody inside is noted once in a while, with the points of the last word said of them.
"""

from collections import Counter
from collections.abc import Iterable

from lobby.commands import Quality
from vmr.roles import Role

POINTS = {Quality.BAD: 1, Quality.POOR: 2, Quality.FAIR: 3, Quality.GOOD: 4}
ROLES = (Role.GUEST, Role.HOST)
"""Who has a connection that is judged: a terminal that watches only receives."""


def note_qualities(counters: Counter[str], found: Iterable[tuple[Role, Quality]]) -> None:
    for role, quality in found:
        name, points = f"quality_{role.value}", POINTS[quality]
        for step in POINTS.values():
            counters[f"{name}_to_{step}_points"] += points <= step
        counters[f"{name}_count"] += 1
        counters[f"{name}_sum_points"] += points
