"""A short run of the random schedules; `make fuzz` plays the rest."""

import pytest

from media.rewrite import Rewriter, Segment
from tests.media.schedules import play


@pytest.mark.parametrize("seed", range(60))
def test_a_subscriber_sees_one_stream_whatever_layers_it_is_given(seed: int) -> None:
    play(seed)


def test_the_schedules_do_switch_layers() -> None:
    assert sum(play(seed) for seed in range(60)) > 200


def test_a_picture_id_that_is_not_moved_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Segment, "move_pictures", lambda self, *_: _stay(self))
    with pytest.raises(AssertionError):
        play_some()


def test_a_hole_at_a_switch_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    settle = Rewriter._settle

    def leave_a_hole(line: Rewriter) -> None:
        settle(line)
        line.highest += 1

    monkeypatch.setattr(Rewriter, "_settle", leave_a_hole)
    with pytest.raises(AssertionError):
        play_some()


def play_some() -> None:
    for seed in range(10):
        play(seed)


def _stay(segment: Segment) -> None:
    segment.picture_delta = segment.tl0_delta = 0
    segment.moves_pictures = False
