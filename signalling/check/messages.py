"""What the page of the self-test asks over HTTP, as JSON."""

from typing import Literal

from signalling.fields import Model, Sdp


class ProbeWish(Model):
    """`over` is the way to test: straight by UDP, straight by TCP, or by a TURN server."""

    over: Literal["udp", "tcp", "relay"]
    sdp: Sdp
