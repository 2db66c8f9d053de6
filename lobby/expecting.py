"""Expected against arrived: whom the slot expects, and who of them is here. Pure questions.

A personal link is sure; a name that is like an expected one is a hint, and staff decide. Who came
for another slot is none of this meeting's business: neither counted nor shown to its host.
"""

from collections.abc import Iterator

from lobby.knock import Knock
from lobby.state import Seat, State
from lobby.views import ExpectedView
from vmr.expected import who_is
from vmr.roles import Role
from vmr.rooms import ExpectedPerson


def expected_views(state: State, *, with_tests: bool = False) -> tuple[ExpectedView, ...]:
    """Everybody the slot expects, in the booking's order; for the desk with their self-tests."""
    return tuple(_view(state, one, with_tests) for one in _expected(state))


def arrived(state: State) -> tuple[int, int]:
    """How many of those expected outside are here, and how many there are."""
    outside = [one for one in _expected(state) if not one.is_inside]
    return sum(_holder(state, one)[0] is not None for one in outside), len(outside)


def like(state: State, knock: Knock) -> tuple[str, ...]:
    """The expected people whose names those at the door are like, without a personal link."""
    if knock.role is not Role.GUEST or state.is_expected(knock):
        return ()
    return tuple(one.name for one in _named(state, knock))


def of_this_slot(state: State) -> Iterator[Knock]:
    """Those at the door who come for this meeting."""
    return (knock for knock in state.knocks.values() if state.is_slot_of(knock.booking))


def _expected(state: State) -> tuple[ExpectedPerson, ...]:
    return () if state.room.slot is None else state.room.slot.expected


def _view(state: State, one: ExpectedPerson, with_tests: bool) -> ExpectedView:
    holder, is_sure = _holder(state, one)
    return ExpectedView(
        name=one.name,
        part=one.part,
        is_under_18=one.is_under_18,
        arrived_as=None if holder is None else holder.id,
        is_inside=isinstance(holder, Seat),
        is_sure=is_sure,
        is_attested=isinstance(holder, Seat) and holder.is_attested,
        self_test=one.self_test if with_tests else None,
    )


def _holder(state: State, one: ExpectedPerson) -> tuple[Seat | Knock | None, bool]:
    """Whose connection is theirs, and whether that is sure."""
    here: list[Seat | Knock] = [*state.present(), *of_this_slot(state)]
    guests = [each for each in here if each.role is Role.GUEST]
    by_link = (each for each in guests if one.invite is not None and each.invite == one.invite)
    sure = next(by_link, None)
    if sure is not None:
        return sure, True
    return next((each for each in guests if one in _named(state, each)), None), False


def _named(state: State, each: Seat | Knock) -> tuple[ExpectedPerson, ...]:
    return who_is((person.name for person in each.persons), _expected(state))
