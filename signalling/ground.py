"""What every part of one application stands on: what the wiring gave, and what all of them share.

No part is made here: those of bookings are `signalling.bookings.parts`, of meetings
`signalling.meetings`, of sockets `signalling.socket_server`; `signalling.running` owns them all.
"""

from collections import Counter

from signalling.certificate import Certificate
from signalling.config import SignallingConfig
from signalling.languages import Languages
from signalling.nodes.alone import Alone
from signalling.nodes.estate import Estate
from signalling.overload import Overload
from signalling.refusals import Refusals
from signalling.render import Renderer
from signalling.seams import Clock, Engine, Rights, Store
from signalling.sessions import Sessions
from signalling.tallies import Tallies
from signalling.texts import FILES
from vmr.numbers import Numbers


class Ground:
    """`base_url` is what links begin with: known when the pages are served."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        numbers: Numbers,
        clock: Clock,
        config: SignallingConfig,
        estate: Estate | None,
        certificate: Certificate | None,
    ) -> None:
        self.store = store
        self.engine = engine
        self.numbers = numbers
        self.clock = clock
        self.config = config
        self.estate = estate
        self.certificate = certificate
        self.base_url = ""
        self.languages = Languages(FILES)
        self.rights: Rights = Alone() if estate is None else estate.keeper
        self.counters: Counter[str] = Counter()
        self.overload = Overload()
        self.refusals = Refusals(clock=clock, counters=self.counters)
        self.sessions = Sessions(limit=config.max_sessions)
        self.tallies = Tallies()

    @property
    def renderer(self) -> Renderer:
        """That of staff, and of letters."""
        return self.languages.staff
