"""What documents lead to is there: files, and headings in them."""

import re
from functools import cache
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
FOLDERS = ("deploy", "lobby", "media", "signalling", "tests", "vmr", "web")
DOCUMENTS = ["README.md"] + [
    str(document.relative_to(REPOSITORY))
    for folder in FOLDERS
    for document in sorted((REPOSITORY / folder).rglob("*.md"))
    if "node_modules" not in document.parts
]
LINK = re.compile(r"\]\(([^)\s]+)\)")
README_LINES_MAX = 400


@cache
def anchors(document: Path) -> frozenset[str]:
    """Those of its headings, as GitHub and others make them."""
    headings = re.findall(r"(?m)^#+ (.*)$", document.read_text(encoding="utf-8"))
    return frozenset(re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_link_leads_to_a_file_and_a_heading_that_are_there(name: str) -> None:
    document = REPOSITORY / name
    for link in LINK.findall(document.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in link:
            continue
        target = (document.parent / path).resolve() if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_every_document_is_reached_from_the_readme() -> None:
    reached, open_ones = set[Path](), [REPOSITORY / "README.md"]
    while open_ones:
        document = open_ones.pop()
        if document in reached or document.suffix != ".md":
            continue
        reached.add(document)
        links = LINK.findall(document.read_text(encoding="utf-8"))
        paths = [one.partition("#")[0] for one in links if "://" not in one]
        open_ones += [(document.parent / path).resolve() for path in paths if path]
    assert reached >= {REPOSITORY / name for name in DOCUMENTS}


def test_the_readme_is_read_in_one_go() -> None:
    lines = (REPOSITORY / "README.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= README_LINES_MAX, "chapters live beside what they describe"
