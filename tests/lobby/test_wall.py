"""A tile follows the speaker and never loses a prisoner for long."""

from hypothesis import example, given
from hypothesis import strategies as st

from lobby.wall import Tile
from tests.lobby.world import pid

ANN, BOB, CELL = pid("ann"), pid("bob"), pid("cell")
ALL = (ANN, BOB, CELL)


def test_an_empty_room_shows_nobody() -> None:
    tile = Tile()
    assert tile.choose((), (), None, 1.0) is None
    assert tile.next_change((), 1.0) is None


def test_before_anybody_speaks_the_prisoner_is_shown() -> None:
    assert Tile().choose(ALL, {CELL}, None, 1.0) == CELL
    assert Tile().choose((ANN, BOB), set(), None, 1.0) == ANN


def test_the_speaker_is_shown_after_a_moment_and_silence_changes_nothing() -> None:
    tile = Tile()
    tile.choose(ALL, set(), None, 1.0)
    assert tile.choose(ALL, set(), BOB, 1.5) == ANN
    assert tile.choose(ALL, set(), BOB, 3.0) == BOB
    assert tile.choose(ALL, set(), None, 60.0) == BOB


def test_who_leaves_is_replaced_at_once() -> None:
    tile = Tile()
    tile.choose(ALL, {CELL}, BOB, 1.0)
    assert tile.choose((ANN, CELL), {CELL}, BOB, 1.1) == CELL


@example(steps=[(1.0, "p-ann"), *[(0.1, "p-ann")] * 48, *[(1.0, "p-two")] * 6] * 3)
@example(steps=[(0.5, "p-ann"), (1.0, "p-bob"), (1.0, "p-ann")] * 20)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([0.1, 0.5, 1.0]), st.sampled_from([*ALL, pid("two"), None])),
        min_size=20,
        max_size=200,
    )
)
def test_no_prisoner_is_away_for_ten_seconds(
    steps: list[tuple[float, str | None]],
) -> None:
    tile, now = Tile(), 0.0
    people, prisoners = (*ALL, pid("two")), {CELL, pid("two")}
    seen = dict.fromkeys(prisoners, 0.0)
    for passed, speaker in steps:
        now += passed
        shown = tile.choose(people, prisoners, None if speaker is None else pid(speaker[2:]), now)
        for who in prisoners:
            if shown == who:
                seen[who] = now
            assert now - seen[who] < 10


def test_it_says_when_it_has_to_choose_again() -> None:
    tile = Tile()
    tile.choose(ALL, {CELL}, ANN, 0.0)
    due = tile.next_change({CELL}, 0.0)
    assert due == 5.0
    assert tile.choose(ALL, {CELL}, ANN, due) == CELL
