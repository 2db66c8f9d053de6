"""What nobody may guess, or collide with: credentials and SSRCs, made by chance."""

import secrets
import struct

from media.ice import Credentials
from media.sdp import MAX_SECTIONS

_SSRC_WORDS = struct.Struct(f"!{2 * MAX_SECTIONS}I")


def fresh_credentials() -> Credentials:
    return Credentials(ufrag=secrets.token_hex(4), password=secrets.token_hex(16))


def fresh_ssrcs() -> list[int]:
    """More distinct SSRCs than any offer within bounds can use; 0 is none."""
    ssrcs: set[int] = set()
    while len(ssrcs) < 2 * MAX_SECTIONS:
        ssrcs.update(_SSRC_WORDS.unpack(secrets.token_bytes(_SSRC_WORDS.size)))
        ssrcs.discard(0)
    return list(ssrcs)


def fresh_cname() -> str:
    return secrets.token_hex(8)
