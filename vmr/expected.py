"""Expected against arrived: whose name could this be? Tolerant; a person decides.

People type their names as they like: without a title or middle names, in another order, in small
letters, without accents, with a slip of the finger. A match is a hint for staff, never a key.
"""

import unicodedata
from collections.abc import Iterable

from vmr.rooms import ExpectedPerson

_TITLES = frozenset(
    {
        *("mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "dame", "rev", "revd"),
        *("kc", "qc"),
    }
)
_LONG = 5  # letters; one slip in a shorter word makes another word


def is_like(expected: str, given: str) -> bool:
    """Whether somebody expected by the one name may have typed the other."""
    longer, shorter = _words(expected), _words(given)
    if len(longer) < len(shorter):
        longer, shorter = shorter, longer
    if not shorter or (len(shorter) == 1 and len(longer) > 1):
        return bool(shorter) and len(shorter[0]) >= _LONG and shorter[0] in longer
    left = list(longer)
    for word in sorted(shorter, key=len, reverse=True):
        found = next((one for one in left if _is_same(one, word)), None)
        if found is None:
            return False
        left.remove(found)
    return True


def is_same(one: str, other: str) -> bool:
    """Whether both are made of the same words: letters' case, accents, titles and order aside."""
    words = sorted(_words(one))
    return words == sorted(_words(other)) if words else one.split() == other.split()


def who_is(names: Iterable[str], expected: Iterable[ExpectedPerson]) -> tuple[ExpectedPerson, ...]:
    """Those expected whose name is like one of these, in their own order."""
    given = tuple(names)
    return tuple(one for one in expected if any(is_like(one.name, name) for name in given))


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(
        one if unicodedata.category(one)[0] in "LN" else "" if one in "'\u2019" else " "
        for one in plain
        if not unicodedata.combining(one)
    )
    words = letters.split()
    named = [one for one in words if one not in _TITLES]
    return named or words


def _is_same(one: str, other: str) -> bool:
    if len(one) == 1 or len(other) == 1:  # an initial
        return one[0] == other[0]
    if one == other:
        return True
    return min(len(one), len(other)) >= _LONG and _is_one_slip(one, other)


def _is_one_slip(one: str, other: str) -> bool:
    """One letter more, less, other, or two that changed places."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    swapped = one[at : at + 2] == other[at : at + 2][::-1]
    return swapped and one[at + 2 :] == other[at + 2 :]
