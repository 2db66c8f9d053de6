"""Markdown tables of figures, wide enough to read on a terminal."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure and the bar it is to reach; `is_met` None: there is none."""

    name: str
    measured: str
    bar: str = "-"
    is_met: bool | None = None


def print_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A Markdown table, its cells flush right."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    for line in lines:
        cells = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        print("| " + " | ".join(cells) + " |", flush=True)


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    """A table of figures, each with its bar and whether it is met."""
    words = {True: "yes", False: "NO", None: ""}
    print(f"\n{title}\n")
    rows = [(f.name, f.measured, f.bar, words[f.is_met]) for f in figures]
    print_table(("figure", "measured", "bar", "met"), rows)
