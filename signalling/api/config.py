"""What the operator may set of the REST API. Values only; read by the wiring."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiConfig:
    """A token may ask `requests_burst` times at once, then `requests_s` a second; an address may
    be wrong `wrong_burst` times at once, then `wrong_s` a second.

    `webhooks_to_private`: webhooks may go to private addresses, and without TLS to this machine.
    `webhooks_look_s`: how often there is looked for messages.
    """

    requests_s: float = 20.0
    requests_burst: int = 100
    wrong_s: float = 0.1
    wrong_burst: int = 20
    webhooks_to_private: bool = False
    webhooks_look_s: float = 1.0
