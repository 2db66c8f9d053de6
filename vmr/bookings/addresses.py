"""E-mail addresses: whether one can be written to, and whether it may be. Pure."""

import re
import unicodedata
from collections.abc import Collection

_LOCAL = r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]|[^\x00-\x7f])+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@({_LABEL}(?:\.{_LABEL})*)")
LOCAL_LONGEST = 64  # octets; RFC 5321, section 4.5.3.1.1
LONGEST = 254  # octets; RFC 5321, section 4.5.3.1.3, less its brackets


def domain_of(address: str) -> str | None:
    """In lower case; None where the text is not one plain address (RFC 5321, section 4.1.2).

    Its local part may be of letters of any script (RFC 6531), as they are composed (RFC 6532,
    section 3.1); quoted ones are not taken. A domain of another script is written by its labels
    for the network (xn--), so that there is one way to compare it with those that are allowed.
    """
    found = _ADDRESS.fullmatch(address)
    local = address.rpartition("@")[0]
    is_dotted_well = ".." not in local and not local.startswith(".") and not local.endswith(".")
    if found is None or not is_dotted_well or not _is_readable(local):
        return None
    is_short = _octets(local) <= LOCAL_LONGEST and _octets(address) <= LONGEST
    return found[1].lower() if is_short else None


def is_allowed(address: str, domains: Collection[str]) -> bool:
    """Whether it is in one of these domains, or in one below it; none named: anywhere."""
    domain = domain_of(address)
    if domain is None:
        return False
    return not domains or any(domain == one or domain.endswith(f".{one}") for one in domains)


def _is_readable(local: str) -> bool:
    """Beyond ASCII only letters, marks and digits, composed: nothing that hides or turns about."""
    others = (one for one in local if not one.isascii())
    is_of_letters = all(unicodedata.category(one)[0] in "LMN" for one in others)
    return is_of_letters and unicodedata.is_normalized("NFC", local)


def _octets(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
