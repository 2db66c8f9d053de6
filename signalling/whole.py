"""Whole numbers as forms and addresses carry them, of any length and in any script."""


def parse_whole(text: str, digits: int = 6) -> int | None:
    """Of at most that many ASCII digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None
