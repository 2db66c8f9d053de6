"""A duty desk that remembers what it was shown."""

from lobby.desk_views import DeskView
from vmr.rooms import Room


class FakeDesk:
    def __init__(self) -> None:
        self.shown: list[DeskView | None] = []

    def show(self, room: Room, view: DeskView | None) -> None:
        self.shown.append(view)
