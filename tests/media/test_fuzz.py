"""A short run of the fuzzer; `make fuzz` is the long one."""

import random

import pytest

from media.rtp import RtpError
from tests.media.fuzz import Target, damaged, fuzz, targets

SEED = 20_240_607
INPUTS = 2000


@pytest.mark.parametrize("name", targets())
def test_damaged_input_gives_a_value_or_the_documented_error(name: str) -> None:
    target = targets()[name]
    fuzz(target, INPUTS if target.share > 2 else INPUTS // 20, random.Random(f"{SEED} {name}"))


@pytest.mark.parametrize("name", targets())
def test_most_samples_are_good_before_they_are_damaged(name: str) -> None:
    target = targets()[name]
    refused = 0
    for sample in target.samples:
        try:
            target.run(sample)
        except target.errors:
            refused += 1
    assert refused <= len(target.samples) // 3


def test_a_fault_is_found_and_told_with_its_input() -> None:
    def faulty(data: bytes) -> object:
        return data[11]

    with pytest.raises(IndexError) as fault:
        fuzz(Target(faulty, (bytes(30),), (RtpError,)), 1000, random.Random(SEED))
    assert fault.value.__notes__[0].startswith("input: ")


def test_damage_is_the_same_for_the_same_seed_and_hardly_ever_for_another() -> None:
    samples = (bytes(range(60)),)

    def some(seed: int) -> list[bytes]:
        chance = random.Random(seed)
        return [damaged(samples, chance) for _ in range(50)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert len(set(some(1))) > 30
