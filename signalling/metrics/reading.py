"""The figures of this server at one moment, counted over its meetings."""

from collections import Counter
from collections.abc import Mapping, Sequence

from lobby.commands import Quality
from signalling.metrics.families import Figures
from signalling.overload import Strain
from signalling.readiness import Fault, Note
from signalling.rooms import Rooms
from vmr.roles import Role, Stage
from vmr.store import JournalState


def read_figures(
    *,
    rooms: Rooms,
    counters: Mapping[str, int],
    faults: Sequence[Fault],
    strains: Sequence[Strain],
    notes: Sequence[Note],
    sessions: int,
    desks: int,
    letters: int,
    journal: JournalState,
) -> Figures:
    """Every label is there at 0 too, so that a graph has no holes."""
    stages = Counter({stage.value: 0 for stage in Stage})
    people = Counter({role.value: 0 for role in Role})
    connections = Counter({quality.value: 0 for quality in Quality})
    paused = unwritten = 0
    for runner in rooms.runners():
        meeting = runner.meeting
        stages[meeting.stage.value] += 1
        people.update(role.value for role in meeting.roles())
        connections.update(quality.value for _, quality in meeting.qualities())
        paused += meeting.is_paused
        unwritten += runner.unwritten
    return Figures(
        counters=counters,
        rooms=stages,
        people=people,
        connections=connections,
        faults={fault.value: fault in faults for fault in Fault},
        notes={note.value: note in notes for note in Note},
        overload={strain.value: strain in strains for strain in Strain},
        paused=paused,
        unwritten=unwritten,
        journal=journal,
        sessions=sessions,
        desks=desks,
        letters=letters,
    )
