"""When a letter that was not taken is tried again. Pure: chance is an argument."""

FIRST_S = 60.0
LONGEST_S = 2 * 3_600.0
JITTER = 0.25
GIVE_UP_S = 3 * 24 * 3_600.0
"""A letter that nobody took for so long has failed, and a clerk has to know."""


def wait_s(tries: int, chance: float) -> float:
    """After this many tries: twice as long each time, a quarter more or less.

    `chance` is from 0 to 1. The jitter keeps letters that failed together from coming together.
    """
    longest = min(FIRST_S * 2.0 ** min(tries - 1, 20), LONGEST_S)
    return longest * (1 - JITTER + 2 * JITTER * chance)
