"""The garbage collector of a server with thousands of pages.

Python looks through all objects whenever a quarter more of them is there than the last time, while
nothing else runs: with 2,000 pages that was half of what the server computed, in pauses of up to a
second and more. What is over is freed by its reference count; cycles are few.

The young are looked at often, because they are counted less those that were freed, old ones too: of
meetings that change, each new state frees an old one, and by the time 20,000 more were made than
freed there were 170,000 young, a pause of 120 ms. Now the longest is 27.
"""

import gc

YOUNG, MIDDLE, OLD = 700, 5, 15_000
"""How many more were made than freed before the young are looked at, then how often that before the
next older. At 50 joins a second the middle ones are looked at 4 times a second, and everything
about once an hour."""


def calm() -> None:
    """When the server is made: what is there by now stays, and is looked through no more."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
