"""What the header extensions of a packet say it is."""

import pytest

from media.description import ExtensionIds, Kind, PublishedTrack, Role
from media.naming import named_place
from media.publication import Publication
from media.tally import Tally

IDS = ExtensionIds(mid=4, rid=10, repaired_rid=11)


def publication(mid: str, rids: tuple[str, ...]) -> Publication:
    track = PublishedTrack(mid=mid, kind=Kind.CAMERA, rids=rids, ssrcs=(), rtx_ssrcs=())
    return Publication(
        track=track, codecs={}, role=Role.PERSON, tally=Tally(), voice=None, is_open=True
    )


CAMERA, SECOND, SCREEN = (
    publication("1", ("l", "h")),
    publication("3", ("h",)),
    publication("2", ()),
)
BY_MID = {b"1": CAMERA, b"2": SCREEN, b"3": SECOND}


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({4: b"1", 10: b"h"}, (CAMERA, 1)),
        ({4: b"1", 11: b"l"}, (CAMERA, 0)),
        ({10: b"l"}, (CAMERA, 0)),
        ({4: b"2"}, (SCREEN, 0)),
        ({4: b"2", 10: b"x"}, (SCREEN, 0)),
        ({10: b"h"}, None),
        ({4: b"1"}, None),
        ({4: b"1", 10: b"\xff"}, None),
        ({4: b"9", 10: b"h"}, None),
        ({}, None),
    ],
)
def test_a_place_is_found_by_its_names(
    named: dict[int, bytes], expected: tuple[Publication, int] | None
) -> None:
    assert named_place(named, IDS, BY_MID) == expected


def test_where_no_names_were_agreed_none_are_read() -> None:
    assert named_place({4: b"1", 10: b"h"}, ExtensionIds(), BY_MID) is None
