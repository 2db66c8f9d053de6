"""The record of a meeting: an append-only hash chain of who did what, when and why.

Pure: bytes and values only. Personal fields lie beside the chain, which holds only their keyed
digest, so that deleting them later leaves the chain verifiable.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What the Meeting wants written down. The store adds time order, keys and hashes.

    `what` is a past-tense word (`locked`, `admitted`, `attested`...), `actor` a role and id
    ("host:p3", "officer:o1", "server"), never a name; names go to `personal`.
    """

    at: float
    actor: str
    what: str
    subject: str = ""
    reason: str = ""
    facts: tuple[tuple[str, str | int | float | bool], ...] = ()
    personal: tuple[tuple[str, str], ...] = ()
