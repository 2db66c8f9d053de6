"""Bars of a chart as a template draws them: where each begins and how wide it is. Pure.

A chart is never alone: its figures are in a table beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """`at` and `width` are per cent of the longest bar, rounded for a document."""

    series: str
    at: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`figure` is what stands at its end."""

    label: str
    figure: str
    pieces: tuple[Piece, ...]


def bars(
    rows: Sequence[tuple[str, str, Sequence[tuple[str, float]]]],
) -> tuple[Bar, ...]:
    """Of rows of label, figure and the values of each series; what is 0 has no piece.

    The longest bar takes all the room; where everything is 0 there are labels alone.
    """
    longest = max((sum(value for _, value in values) for _, _, values in rows), default=0.0)
    return tuple(
        Bar(label=label, figure=figure, pieces=tuple(_pieces(values, longest)))
        for label, figure, values in rows
    )


def _pieces(values: Sequence[tuple[str, float]], longest: float) -> list[Piece]:
    found, before = [], 0.0
    for series, value in values:
        if value > 0:
            at, width = 100 * before / longest, 100 * value / longest
            found.append(Piece(series=series, at=f"{at:.2f}%", width=f"{width:.2f}%"))
            before += value
    return found
