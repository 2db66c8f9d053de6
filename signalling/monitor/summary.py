"""What a monitoring terminal may know of a room, of all that the duty desk knows.

Names are those the room itself shows. Who waits, and why they may not come in, is the desk's: here
it is how many knock.
"""

from typing import Any

from signalling.wire import JsonObject


def summarise(state: JsonObject | None) -> JsonObject | None:
    """The board's state of a room (`signalling.desk.board`), cut to what a monitor may know."""
    if state is None:
        return None
    known: Any = state
    meeting = known["meeting"]
    return {
        "id": known["id"],
        "name": known["name"],
        "policy": known["policy"],
        "server": known["server"],
        "meeting": None if meeting is None else _meeting(meeting),
    }


def _meeting(meeting: Any) -> JsonObject:
    people = [_person(one) for one in meeting["people"]]
    return {
        "meeting": meeting["meeting"],
        "stage": meeting["stage"],
        "since": meeting["since"],
        "ends_at": meeting["ends_at"],
        "paused": meeting["paused"],
        "is_unwatched": meeting["is_unwatched"],
        "watchers": meeting["watchers"],
        "people": [*people],
        "knocks": sum(one["is_knocking"] for one in meeting["waiting"]),
        "alerts": [
            {"kind": one["kind"], "participant": one["participant"], "count": one["count"]}
            for one in meeting["alerts"]
            if one["kind"] != "knock"
        ],
    }


def _person(person: Any) -> JsonObject:
    seat = person["seat"]
    return {
        "id": seat["id"],
        "name": seat["name"],
        "role": seat["role"],
        "camera": seat["camera"],
        "is_presenting": seat["is_presenting"],
        "is_connected": seat["is_connected"],
        "is_handed_over": seat["is_handed_over"],
        "picture": person["picture"],
    }
