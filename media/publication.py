"""One kind of media an endpoint sends: its gate, its simulcast layers, who receives it."""

from typing import TYPE_CHECKING

from media.allocator import PAUSED, UNLIMITED
from media.description import Codec, PublishedTrack, Role
from media.layers import LayerSwitch
from media.speaker import Voice
from media.stream import Stream
from media.tally import Tally
from media.tap import Limit, judge

if TYPE_CHECKING:
    from media.subscription import Subscription


class Publication:
    """A microphone, camera or screen of one transport.

    `streams` has a place for every simulcast layer, lowest first; one place without simulcast.
    """

    __slots__ = (
        "_codecs",
        "_role",
        "_subscriptions",
        "_tally",
        "_voice",
        "audience",
        "is_open",
        "kind",
        "streams",
        "switch",
        "track",
    )

    def __init__(
        self,
        *,
        track: PublishedTrack,
        codecs: dict[int, Codec],
        role: Role,
        tally: Tally,
        voice: Voice | None,
        is_open: bool,
        audience: str = "",
    ) -> None:
        self.track = track
        self.kind = track.kind
        self.is_open = is_open
        self.audience = audience
        self.streams: list[Stream | None] = [None] * max(1, len(track.rids))
        self.switch = LayerSwitch(len(self.streams))
        self._codecs = codecs
        self._role = role
        self._tally = tally
        self._voice = voice
        self._subscriptions: list[Subscription] = []

    def learn(self, layer: int, ssrc: int) -> tuple[Stream, Stream | None]:
        """Return the stream of a layer's new SSRC, and the one it takes the place of, if any."""
        before = self.streams[layer]
        stream = Stream(
            ssrc=ssrc,
            kind=self.kind,
            layer=layer,
            codecs=self._codecs,
            role=self._role,
            tally=self._tally,
            voice=self._voice,
            is_open=self.is_open,
            keeps_run=bool(self.audience),
        )
        self.streams[layer] = stream
        if before is not None:
            before.close()
        return stream, before

    def set_open(self, is_open: bool) -> None:
        """Open or close the gate; closing forgets every packet that passed it."""
        if is_open == self.is_open:
            return
        self.is_open = is_open
        for stream in self.active_streams():
            if is_open:
                stream.open()
            else:
                stream.close()

    def set_audience(self, audience: str) -> None:
        """Others may see this now: what came before is shown to nobody new."""
        if audience == self.audience:
            return
        self.audience = audience
        for stream in self.active_streams():
            stream.keep_run(bool(audience))

    def subscribe(self, subscription: "Subscription", now: float) -> None:
        self._subscriptions.append(subscription)
        self.aim(subscription, now)

    def unsubscribe(self, subscription: "Subscription") -> None:
        self._subscriptions.remove(subscription)
        for stream in self.active_streams():
            stream.remove(subscription)

    def choose_layers(self, now: float) -> None:
        """Aim every subscriber at the layer it should have now."""
        for subscription in self._subscriptions:
            self.aim(subscription, now)

    def expect(self, limit: Limit | None, now: float) -> None:
        """Somebody who may be shown what is kept is on their way: keep something young."""
        stream = self.best(now, limit=limit)
        if stream is not None:
            stream.renew_run(now)

    def aim(self, subscription: "Subscription", now: float) -> None:
        """Let a subscriber go over to the best layer it may have, or to none.

        One that is shown nothing yet is not left waiting for a layer that is still to come.
        """
        if subscription.ceiling == PAUSED:
            subscription.pause()
            return
        limit = subscription.limit
        wanted = self.best(now, subscription.ceiling, limit)
        subscription.wants = wanted.layer if wanted is not None else None
        if wanted is not None and subscription.stream is None and not wanted.is_flowing(now):
            flowing = [s for s in self._within(limit, now) if s.is_flowing(now)]
            within = [stream for stream in flowing if stream.layer <= subscription.ceiling]
            wanted = (within or [wanted])[-1]
        subscription.aim(wanted)

    def best(
        self, now: float, ceiling: int = UNLIMITED, limit: Limit | None = None
    ) -> Stream | None:
        """Return the highest layer to be had up to the ceiling, else the lowest above it.

        A layer is to be had while it flows, or when it was switched off because nobody took it.
        Where none flows, the choice is among all that are known. None is larger than `limit`.
        """
        streams = self._within(limit, now)
        candidates = streams
        if any(stream.is_flowing(now) for stream in streams):
            candidates = [stream for stream in streams if self._is_there(stream, now)]
        within = [stream for stream in candidates if stream.layer <= ceiling]
        if within:
            return within[-1]
        return candidates[0] if candidates else None

    def _within(self, limit: Limit | None, now: float) -> list[Stream]:
        """Return the layers that may be shown; where none may, the lowest, to learn its size."""
        streams = self.active_streams()
        if limit is None:
            return streams
        shown = [s for s in streams if self._is_there(s, now) and judge(s.size, limit) is None]
        return shown or streams[:1]

    def rates_bps(self, now: float, limit: Limit | None = None) -> tuple[int | None, ...]:
        """Return the measured rate of each layer, lowest first; None: not to be had, too large."""
        is_live = any(stream.is_flowing(now) for stream in self.active_streams())
        return tuple(
            stream.bitrate.bps
            if is_live
            and stream is not None
            and self._is_there(stream, now)
            and judge(stream.size, limit) is None
            else None
            for stream in self.streams
        )

    def switch_layers(self, now: float) -> bool:
        """Want the layers that somebody takes or waits for; return whether that has changed."""
        streams = self.active_streams()
        taken = {stream.layer for stream in streams if stream.takers or stream.waiters}
        taken.update(s.wants for s in self._subscriptions if s.wants is not None)
        flowing = {stream.layer for stream in streams if stream.is_flowing(now)}
        return self.switch.update(taken, flowing, now)

    def _is_there(self, stream: Stream, now: float) -> bool:
        return stream.is_flowing(now) or self.switch.may_come(stream.layer, now)

    def active_streams(self) -> list[Stream]:
        """Return the streams known so far, lowest layer first."""
        return [stream for stream in self.streams if stream is not None]
