"""What the page of the self-test asks over HTTP, as JSON."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from pydantic.types import conlist

from signalling.fields import Model, Sdp
from vmr.self_test import BROWSERS, PROBLEMS, VERSION_MAX

Token = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Browser = Literal["Chrome", "Edge", "Firefox", "Safari", "Samsung Internet", "Opera", ""]
Problem = Literal[
    "browser", "camera", "microphone", "speaker", "udp", "tcp", "relay", "up", "down", "delay",
    "loss", "jitter",
]  # fmt: skip
assert (Browser.__args__, Problem.__args__) == (BROWSERS, PROBLEMS)  # type: ignore[attr-defined]


class ProbeWish(Model):
    """`over` is the way to test: straight by UDP, straight by TCP, or by a TURN server."""

    over: Literal["udp", "tcp", "relay"]
    sdp: Sdp


class Result(Model):
    """What somebody with a personal link found: words of ours alone."""

    invite: Token
    browser: Browser
    version: Annotated[int, Field(ge=0, le=VERSION_MAX)]
    problems: conlist(Problem, max_length=len(PROBLEMS))  # type: ignore[valid-type]
