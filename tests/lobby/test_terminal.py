"""Whether a terminal watches: what the page says counts only with what the server sees."""

import pytest

from lobby.terminal import Terminal, WhyNot
from vmr.numbers import Numbers

NUMBERS = Numbers()


class Wall:
    """A terminal with one tile, an honest page and an honest transport, second by second."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.terminal = Terminal(NUMBERS, now=self.now, token="first")
        self.terminal.add("r1")
        self.frames = self.sent = self.reported = 0
        self.is_visible, self.is_on_screen = True, True
        self.beats, self.decodes, self.reports, self.flows = True, True, True, True
        self.terminal.connect("r1", is_connected=True)
        self.tick()
        self.terminal.answer("first", self.now)

    def tick(self, seconds: int = 1) -> WhyNot | None:
        for _ in range(seconds):
            self.now += 1
            self.sent += 30 * self.flows
            self.reported += 30 * (self.flows and self.reports)
            self.frames += 10 * (self.flows and self.decodes)
            self.terminal.feed("r1", sent=self.sent, reported=self.reported, now=self.now)
            if self.beats:
                self.terminal.beat(
                    is_visible=self.is_visible,
                    frames={"r1": self.frames} if self.is_on_screen else {},
                    token=f"t{self.now}",
                    chance=0.5,
                    now=self.now,
                )
        return self.why_not()

    def why_not(self) -> WhyNot | None:
        return self.terminal.why_not("r1", self.now)


def test_an_honest_terminal_watches() -> None:
    wall = Wall()
    assert [wall.tick() for _ in range(60)] == [None] * 60


def test_it_was_last_known_to_watch_when_the_oldest_thing_that_counts_was_heard() -> None:
    wall = Wall()
    assert wall.terminal.watched_at("r1", wall.now) == wall.now
    wall.tick(10)
    assert wall.terminal.watched_at("r1", wall.now + 0.5) == wall.now
    wall.decodes = False
    wall.tick(2)
    assert wall.terminal.watched_at("r1", wall.now) == wall.now - 2
    wall.tick(2)
    assert wall.terminal.watched_at("r1", wall.now) is None
    assert wall.terminal.watched_at("r2", wall.now) is None


def test_nobody_watches_before_the_first_answer() -> None:
    wall = Wall()
    wall.terminal = Terminal(NUMBERS, now=wall.now, token="again")
    wall.terminal.add("r1")
    wall.terminal.connect("r1", is_connected=True)
    assert wall.tick() is WhyNot.UNANSWERED
    assert not wall.terminal.answer("first", wall.now)
    assert wall.terminal.answer("again", wall.now)
    assert wall.why_not() is None


@pytest.mark.parametrize(
    ("change", "why", "after_s"),
    [
        ({"beats": False}, WhyNot.SILENT, 4),
        ({"is_visible": False}, WhyNot.HIDDEN, 1),
        ({"is_on_screen": False}, WhyNot.OFF_SCREEN, 1),
        ({"decodes": False}, WhyNot.NO_FRAMES, 4),
        ({"reports": False}, WhyNot.NO_REPORTS, 4),
    ],
)
def test_each_thing_that_is_missing_is_noticed_in_time(
    change: dict[str, bool], why: WhyNot, after_s: int
) -> None:
    wall = Wall()
    wall.tick(10)
    for name, value in change.items():
        setattr(wall, name, value)
    assert wall.tick(after_s) is why
    for name, value in change.items():
        setattr(wall, name, not value)
    assert wall.tick() is None


def test_a_page_that_only_claims_frames_is_not_live() -> None:
    wall = Wall()
    wall.reports = False
    assert wall.tick(10) is WhyNot.NO_REPORTS


def test_a_room_without_pictures_is_watched_by_a_ready_terminal() -> None:
    wall = Wall()
    wall.flows = False
    assert wall.tick(20) is None
    wall.flows, wall.decodes = True, False
    assert wall.tick(4) is None, "it has a moment to begin"
    assert wall.tick() is WhyNot.NO_FRAMES


def test_a_lost_transport_is_not_ready_and_a_new_one_counts_anew() -> None:
    wall = Wall()
    wall.tick(10)
    wall.terminal.connect("r1", is_connected=False)
    assert wall.why_not() is WhyNot.NO_TRANSPORT
    wall.sent = wall.reported = wall.frames = 0
    wall.terminal.connect("r1", is_connected=True)
    assert [wall.tick() for _ in range(10)] == [None] * 10


def test_the_question_comes_at_its_time_and_late_is_not_watching() -> None:
    wall = Wall()
    asked_after = 0
    while wall.terminal.question is None:
        wall.tick()
        asked_after += 1
        assert asked_after < 400
    assert 120 <= asked_after <= 300
    assert wall.tick(int(NUMBERS.monitor_answer_s)) is None
    assert wall.tick() is WhyNot.UNANSWERED
    assert wall.terminal.answer(wall.terminal.question.token, wall.now)
    assert wall.why_not() is None


def test_an_answer_counts_once_and_only_to_its_question() -> None:
    wall = Wall()
    assert not wall.terminal.answer("first", wall.now)
    wall.tick(300)
    question = wall.terminal.question
    assert question is not None
    assert not wall.terminal.answer("guess", wall.now)
    assert wall.terminal.answer(question.token, wall.now)
    assert not wall.terminal.answer(question.token, wall.now)


def test_a_tile_that_was_removed_is_watched_by_nobody() -> None:
    wall = Wall()
    wall.terminal.remove("r1")
    wall.terminal.feed("r1", sent=1, reported=1, now=wall.now)
    assert wall.tick() is WhyNot.OFF_SCREEN
