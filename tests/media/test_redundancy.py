"""How many copies go with each sound: at once when packets are lost, fewer only after a while."""

import pytest

from media.redundancy import Redundancy


@pytest.mark.parametrize(
    ("loss", "copies"), [(0.0, 0), (0.019, 0), (0.02, 1), (0.049, 1), (0.05, 2), (1.0, 2)]
)
def test_the_loss_says_how_many(loss: float, copies: int) -> None:
    assert Redundancy().take(loss, 0.0) == copies


def test_fewer_come_one_by_one_and_only_after_a_quiet_while() -> None:
    redundancy = Redundancy()
    assert redundancy.take(0.1, 0.0) == 2
    assert redundancy.take(0.0, 14.9) == 2
    assert redundancy.take(0.0, 15.0) == 1
    assert redundancy.take(0.0, 29.9) == 1
    assert redundancy.take(0.0, 30.0) == 0


def test_a_loss_in_between_begins_the_while_anew() -> None:
    redundancy = Redundancy()
    redundancy.take(0.1, 0.0)
    assert redundancy.take(0.1, 14.0) == 2
    assert redundancy.take(0.03, 28.0) == 2
    assert redundancy.take(0.03, 29.0) == 1
    assert redundancy.take(0.03, 60.0) == 1
