"""The garbage collector of a server with thousands of pages.

Python looks through all objects whenever a quarter more of them is there than the last time, while
nothing else runs: with 2,000 pages that was half of what the server computed, in pauses of up to a
second and more. What is over is freed by its reference count; cycles are few.
"""

import gc

YOUNG, MIDDLE, OLD = 20_000, 20, 20
"""New objects before the young are looked at, then how often that before the next older."""


def calm() -> None:
    """When the server is made: what is there by now stays, and is looked through no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
