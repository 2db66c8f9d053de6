"""What an unknown SSRC is, by the MID and RID its packets carry (RFC 8843, RFC 8852). Pure."""

from media.description import ExtensionIds
from media.publication import Publication

Place = tuple[Publication, int]
"""A publication and one of its layers."""


def named_place(
    named: dict[int, bytes], ids: ExtensionIds, by_mid: dict[bytes, Publication]
) -> Place | None:
    """Return the layer that header extension elements name; None: they name none of ours.

    A RID alone is enough where only one publication has it.
    """
    rid = (_text(named, ids.repaired_rid) or _text(named, ids.rid)).decode("latin-1")
    mid = _text(named, ids.mid)
    if mid:
        publication = by_mid.get(mid)
    else:
        having = [p for p in by_mid.values() if rid and rid in p.track.rids]
        publication = having[0] if len(having) == 1 else None
    if publication is None:
        return None
    rids = publication.track.rids
    if not rids:
        return publication, 0
    return (publication, rids.index(rid)) if rid in rids else None


def _text(named: dict[int, bytes], name: int | None) -> bytes:
    return named.get(name, b"") if name is not None else b""
