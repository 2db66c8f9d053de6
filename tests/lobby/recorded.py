"""Records as real meetings write them, for tests that read records."""

from collections.abc import Callable
from dataclasses import replace

from lobby.commands import (
    BeginCheck,
    ConcernCategory,
    EndCheck,
    Pause,
    RaiseConcern,
    Refuse,
    Resume,
)
from lobby.effects import Effect, Record
from tests.lobby.world import MONITOR, OFFICER, START, World, pid, session
from vmr.record import Happening
from vmr.roles import Role

Act = Callable[[], list[Effect]]

AMIRA = "أميرة الخطيب"
LI = "李娜"


def consultation(
    *, lawyer: str = "lawyer", interpreter: str = "Interpreter", started_at: float = START
) -> list[Happening]:
    """A lawyer with an interpreter, attested, locked in, handed over, cut off, ended by time."""
    world = World()
    return _written(
        world,
        started_at,
        lambda: world.join(lawyer, persons=[interpreter], page="lawyer"),
        lambda: world.join("host", Role.HOST),
        world.pin,
        lambda: world.attest("lawyer"),
        lambda: world.attest("lawyer", 2),
        world.lock,
        world.hand_over,
        lambda: world.lose("lawyer"),
        lambda: world.wait(5000),
    )


def long_consultation(*, started_at: float = START) -> list[Happening]:
    """As above with everything that a governor asks about, and names in many scripts."""
    world = World()

    def at(seconds: float, act: Act) -> Act:
        return lambda: [*world.wait(seconds), *act()]

    host = session("host")
    return _written(
        world,
        started_at,
        lambda: world.join(AMIRA, persons=[LI], page="lawyer"),
        at(240, lambda: world.join("siân Llŷr", Role.HOST, page="host")),
        at(20, lambda: world.pin("host")),
        at(15, lambda: world.do(BeginCheck(by=host, participant=pid("lawyer")))),
        at(50, lambda: world.attest("lawyer")),
        at(30, lambda: world.attest("lawyer", 2)),
        at(5, lambda: world.do(EndCheck(by=host, participant=pid("lawyer")))),
        at(10, world.lock),
        at(90, world.hand_over),
        at(600, lambda: world.watch("monitor")),
        at(60, lambda: world.do(Pause(by=OFFICER, reason="Alarm on the wing"))),
        at(120, lambda: world.do(Resume(by=OFFICER))),
        at(30, lambda: world.join("late Caller", invited=False, page="late")),
        at(40, lambda: world.do(
            Refuse(by=OFFICER, participant=pid("late"), reason="Not on the list for today")
        )),
        at(30, lambda: world.do(RaiseConcern(
            by=MONITOR, category=ConcernCategory.SECURITY, incident="2026/114",
            note="A second telephone lies on the table.", follow_up="Speak to the wing.",
            tells_desk=True,
        ))),
        at(60, lambda: world.lose("lawyer")),
        at(45, lambda: world.join(AMIRA, persons=[LI], page="again", device=None)),
        at(4000, lambda: []),
    )  # fmt: skip


def _written(world: World, started_at: float, *acts: Act) -> list[Happening]:
    effects = [effect for act in acts for effect in act()]
    written = [effect.happening for effect in effects if isinstance(effect, Record)]
    return [replace(one, at=one.at - START + started_at) for one in written]
