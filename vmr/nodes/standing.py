"""What a server last said of its rooms, in the registry as long as it owns any: in which of them
something happened that the database does not know yet. It outlives the server.

Invariant: whoever takes a room from the dead goes on with what the database says of it only where
nothing can have been told that the database does not know. It takes more to be sure than to doubt:
no standing, or one that may be older than the server's death, is a doubt.
"""

import json

from vmr.ids import RoomId
from vmr.nodes.node import NodeId
from vmr.nodes.ownership import ALONE
from vmr.nodes.sight import Sight, Standing


class NotAStanding(ValueError):
    """The text describes none."""


def build_standing(standing: Standing) -> str:
    said = {"ahead": sorted(standing.ahead), "is_settled": standing.is_settled}
    return json.dumps(said, separators=(",", ":"))


def parse_standing(text: str) -> Standing:
    """What `build_standing` made. Raises NotAStanding."""
    try:
        said = json.loads(text)
        ahead, is_settled = said["ahead"], said["is_settled"]
    except (ValueError, TypeError, KeyError) as error:
        raise NotAStanding from error
    are_rooms = isinstance(ahead, list) and all(isinstance(one, str) for one in ahead)
    if not are_rooms or type(is_settled) is not bool:
        raise NotAStanding
    return Standing(ahead=frozenset(map(RoomId, ahead)), is_settled=is_settled)


def is_whole(room: RoomId, owner: NodeId | None, me: NodeId, sight: Sight) -> bool:
    """Whether the database knows all that was told in a room which this owner ran and `me` takes.

    A server that was not met in the present watch may have lost the registry before it died, and
    could not tell any more. One that was given the room goes by who gave it.
    """
    if owner is None or owner in (me, ALONE):
        return True
    standing = sight.standings.get(owner)
    if standing is None or room in standing.ahead:
        return False
    return standing.is_settled or owner in sight.met
