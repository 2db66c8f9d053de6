"""How texts are made comparable for a search. Pure."""

import unicodedata


def folded(text: str) -> str:
    """Without case, accents and spaces of width: how names are searched."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())
