"""SDP fragments, by which an ICE session is trickled to or restarted over HTTP.

`application/trickle-ice-sdpfrag` (RFC 8840 section 9), as far as RFC 9725 section 4.3 uses it.
Pure: text to values and back. Our candidates are known from the answer, and theirs from their
checks (ICE-lite), so those of a fragment are read for their grammar alone.
"""

import re
from dataclasses import dataclass

from signalling.errors import RequestError

FRAGMENT_CHARACTERS = 16_384
LINES_MAX = 256

_ICE_CHARS = r"[A-Za-z0-9+/]"
_ATTRIBUTES = {
    "ice-ufrag": re.compile(_ICE_CHARS + r"{4,256}"),
    "ice-pwd": re.compile(_ICE_CHARS + r"{22,256}"),
    "candidate": re.compile(  # RFC 8839 section 5.1
        _ICE_CHARS + r"{1,32} [0-9]{1,5} \S{1,32} [0-9]{1,10} \S{1,255} [0-9]{1,5} typ \S+( \S+)*"
    ),
    "mid": re.compile(r"[^\s]{1,64}"),
}
_LINE = re.compile(r"[a-z]=[\x20-\x7e]*")
_UFRAG = re.compile(r"^a=ice-ufrag:[^\r\n]*", re.MULTILINE)
_PWD = re.compile(r"^a=ice-pwd:[^\r\n]*", re.MULTILINE)
_OURS = ("a=ice-ufrag:", "a=ice-pwd:", "a=candidate:", "a=end-of-candidates", "a=mid:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """`ufrag` and `password` are empty where it names none."""

    ufrag: str
    password: str


def parse_fragment(text: str) -> Fragment:
    """Read a fragment; raises RequestError bad_message or too_large."""
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(text) > FRAGMENT_CHARACTERS or len(lines) > LINES_MAX:
        raise RequestError("too_large")
    found: dict[str, list[str]] = {}
    for line in lines:
        if not _LINE.fullmatch(line):
            raise RequestError("bad_message")
        name, _, value = line[2:].partition(":")
        grammar = _ATTRIBUTES.get(name) if line.startswith("a=") else None
        if grammar is not None and not grammar.fullmatch(value):
            raise RequestError("bad_message")
        found.setdefault(name if line.startswith("a=") else line[:1], []).append(value)
    ufrag, password = _one(found, "ice-ufrag"), _one(found, "ice-pwd")
    if bool(ufrag) != bool(password):
        raise RequestError("bad_message")
    if not ufrag and not found.keys() & {"candidate", "end-of-candidates"}:
        raise RequestError("bad_message")
    return Fragment(ufrag=ufrag, password=password)


def _one(found: dict[str, list[str]], name: str) -> str:
    """A bundle has one ICE session, however often it is said."""
    values = set(found.get(name, [""]))
    if len(values) != 1:
        raise RequestError("bad_message")
    return values.pop()


def ufrag_of(sdp: str) -> str:
    """The user name fragment of an offer, or nothing."""
    match = _UFRAG.search(sdp)
    return "" if match is None else match[0].removeprefix("a=ice-ufrag:").strip()


def with_credentials(offer: str, fragment: Fragment) -> str:
    """The same offer for a restarted ICE session: all else that was agreed still holds."""
    text = _UFRAG.sub(f"a=ice-ufrag:{fragment.ufrag}", offer)
    return _PWD.sub(f"a=ice-pwd:{fragment.password}", text)


def fragment_of(answer: str) -> str:
    """What of an answer belongs to ICE, as the fragment that answers a restart."""
    head, *sections = answer.split("\r\nm=")
    lines = [
        line
        for line in head.split("\r\n")
        if line == "a=ice-lite" or line.startswith(("a=group:BUNDLE", "a=ice-options:"))
    ]
    for section in sections[:1]:  # one bundle: its first section speaks for all
        media, *attributes = section.split("\r\n")
        lines.append(f"m={media}")
        lines += [line for line in attributes if line.startswith(_OURS)]
    return "\r\n".join(lines) + "\r\n"
