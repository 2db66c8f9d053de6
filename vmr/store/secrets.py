"""Making and hashing what must stay secret: Host PINs, passwords, tokens, room addresses.

A PIN is short and a password is chosen by somebody, so their hash is slow (argon2id): run
`hash_pin` and `verify_pin` off the event loop; passwords go through the
same two. A token is 192 random bits, so a plain SHA-256 is enough and can be looked up.
"""

import hashlib
import secrets
import string
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PIN_DIGITS = 6
TOKEN_BYTES = 24
ADDRESS_CHARACTERS = 12
CODE_GROUPS, CODE_GROUP = 4, 4
REFERENCE_LETTERS = "BCDFGHJKMNPQRSTVWXYZ"  # no vowels, so no words; no L
REFERENCE_DIGITS = "23456789"
ADDRESS_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"  # base32, 5 bits a character

# argon2id, one lane: four lanes wait for one another 12 times a hash, which took 4 s on a machine
# that was busy with pictures; this takes 50 ms of one core. A PIN has too few digits for any hash
# to save it from whoever has the database: what protects it is the count of wrong entries.
_hasher = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1)


def is_digits(text: str) -> bool:
    """ASCII digits and nothing else. How many a PIN may have is a setting."""
    return text != "" and all(character in string.digits for character in text)


def make_pin(digits: int = PIN_DIGITS) -> str:
    return "".join(secrets.choice(string.digits) for _ in range(digits))


def hash_pin(pin: str) -> str:
    """The PHC string of a PIN. Takes tens of milliseconds on purpose."""
    return _hasher.hash(pin)


def verify_pin(pin_hash: str | None, pin: str) -> bool:
    """Whether the PIN is the one hashed; None costs the same time and is never right."""
    try:
        _hasher.verify(pin_hash or hash_of_nothing(), pin)
    except (VerificationError, InvalidHashError):
        return False
    return pin_hash is not None


@cache
def hash_of_nothing() -> str:
    """What is compared where there is no hash; slow the first time."""
    return _hasher.hash(secrets.token_hex(16))


def make_token() -> str:
    """The secret part of a personal link: 32 characters that are safe in a URL fragment."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_address() -> str:
    return "".join(secrets.choice(ADDRESS_ALPHABET) for _ in range(ADDRESS_CHARACTERS))


def make_code() -> str:
    """A one-time password or a recovery code: 80 random bits that can be typed from paper."""
    text = "".join(secrets.choice(ADDRESS_ALPHABET) for _ in range(CODE_GROUPS * CODE_GROUP))
    return "-".join(text[at : at + CODE_GROUP] for at in range(0, len(text), CODE_GROUP))


def hash_code(code: str) -> str:
    """The SHA-256 of a recovery code as somebody may type it: any case, any spaces or hyphens."""
    return hash_token("".join(one for one in code.lower() if one not in "- \t"))


def make_reference() -> str:
    """What people read to each other on the telephone: BCDF-2345. Not a secret; may be in use."""
    letters = "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(4))
    return f"{letters}-{''.join(secrets.choice(REFERENCE_DIGITS) for _ in range(4))}"


def make_id() -> str:
    return secrets.token_hex(16)


def make_key() -> bytes:
    """The key of the personal fields of one meeting, or of one entry."""
    return secrets.token_bytes(32)
