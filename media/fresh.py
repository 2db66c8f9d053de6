"""What nobody may guess, or collide with: credentials and SSRCs, made by chance."""

import secrets

from media.ice import Credentials
from media.sdp import MAX_SECTIONS


def fresh_credentials() -> Credentials:
    return Credentials(ufrag=secrets.token_hex(4), password=secrets.token_hex(16))


def fresh_ssrcs() -> list[int]:
    """More distinct SSRCs than any offer within bounds can use."""
    ssrcs: set[int] = set()
    while len(ssrcs) < 2 * MAX_SECTIONS:
        ssrcs.add(secrets.randbelow(0xFFFFFFFF) + 1)
    return list(ssrcs)


def fresh_cname() -> str:
    return secrets.token_hex(8)
