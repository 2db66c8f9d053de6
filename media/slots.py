"""Which receive slot carries whom. Pure: from the sources a subscriber has to their places.

A source keeps its place for as long as it is a source, whoever comes and goes around it.
"""

from collections.abc import Iterable

from media.description import Kind, Slot
from media.messages import SlotBinding
from media.tap import AnySource, wants


def assign_places(sources: Iterable[str], before: dict[str, int], capacity: int) -> dict[str, int]:
    """Return the place of each source; those who find none have to wait for one."""
    wanted = dict.fromkeys(sources)
    places = {
        source: place for source, place in before.items() if source in wanted and place < capacity
    }
    free = iter([place for place in range(capacity) if place not in places.values()])
    for source in wanted:
        if source not in places:
            place = next(free, None)
            if place is None:
                break
            places[source] = place
    return places


def choose_screen(sources: Iterable[AnySource], before: str | None) -> str | None:
    """Return whose screen is shown: as before while that lasts, else the first."""
    presenting = [source.endpoint for source in sources if source.screen]
    if before in presenting:
        return before
    return presenting[0] if presenting else None


def bind_slots(
    slots: Iterable[Slot], sources: Iterable[AnySource], places: dict[str, int], screen: str | None
) -> tuple[SlotBinding, ...]:
    """Return what every slot carries; the slots of one place belong to one person."""
    by_endpoint = {source.endpoint: source for source in sources}
    by_place = {place: by_endpoint[endpoint] for endpoint, place in places.items()}
    seen = dict.fromkeys(Kind, 0)
    bindings = []
    for slot in slots:
        place = seen[slot.kind]
        seen[slot.kind] += 1
        bindings.append(
            SlotBinding(
                mid=slot.mid,
                kind=slot.kind.value,
                source=_carried(slot.kind, place, by_place.get(place), screen),
            )
        )
    return tuple(bindings)


def _carried(kind: Kind, place: int, source: AnySource | None, screen: str | None) -> str | None:
    if kind is Kind.SCREEN:
        return screen if place == 0 else None
    return source.endpoint if source is not None and wants(source, kind) else None
