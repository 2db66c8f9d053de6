"""What `vmr doctor` says of one thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `mend`: it is wrong, and this is what to do."""

    what: str
    said: str
    mend: str = ""
