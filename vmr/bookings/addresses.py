"""E-mail addresses: whether one can be written to, and whether it may be. Pure."""

import re
from collections.abc import Collection

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@({_LABEL}(?:\.{_LABEL})*)")
LONGEST = 254  # RFC 5321, section 4.5.3.1.3, less its brackets


def domain_of(address: str) -> str | None:
    """In lower case; None where the text is not one plain address (RFC 5321, section 4.1.2).

    Quoted local parts, and those beyond ASCII (RFC 6531), are not taken: few servers do.
    """
    found = _ADDRESS.fullmatch(address)
    local = address.rpartition("@")[0]
    is_dotted_well = ".." not in local and not local.startswith(".") and not local.endswith(".")
    return found[1].lower() if found and is_dotted_well and len(address) <= LONGEST else None


def is_allowed(address: str, domains: Collection[str]) -> bool:
    """Whether it is in one of these domains, or in one below it; none named: anywhere."""
    domain = domain_of(address)
    if domain is None:
        return False
    return not domains or any(domain == one or domain.endswith(f".{one}") for one in domains)
