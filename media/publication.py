"""One kind of media an endpoint sends: its gate, its simulcast layers, who receives it."""

from typing import TYPE_CHECKING

from media.description import Codec, PublishedTrack
from media.speaker import Voice
from media.stream import Stream
from media.tally import Tally
from media.tap import judge

if TYPE_CHECKING:
    from media.subscription import Subscription


class Publication:
    """A microphone, camera or screen of one transport.

    `streams` has a place for every simulcast layer, lowest first; one place without simulcast.
    """

    __slots__ = (
        "_codecs",
        "_subscriptions",
        "_tally",
        "_voice",
        "audience",
        "is_open",
        "kind",
        "streams",
        "track",
    )

    def __init__(
        self,
        *,
        track: PublishedTrack,
        codecs: dict[int, Codec],
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
        self._codecs = codecs
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
        subscription.aim(self._layer_for(subscription, now))

    def unsubscribe(self, subscription: "Subscription") -> None:
        self._subscriptions.remove(subscription)
        for stream in self.active_streams():
            stream.remove(subscription)

    def choose_layers(self, now: float) -> None:
        """Aim every subscriber at the layer it should have now."""
        for subscription in self._subscriptions:
            subscription.aim(self._layer_for(subscription, now))

    def _layer_for(self, subscription: "Subscription", now: float) -> Stream | None:
        """Return the best layer a subscriber may be shown; else the lowest, to learn its size."""
        limit = subscription.limit
        if limit is None:
            return self.best(now)
        streams = self.active_streams()
        shown = [s for s in streams if s.is_flowing(now) and judge(s.size, limit) is None]
        return shown[-1] if shown else next(iter(streams), None)

    def best(self, now: float) -> Stream | None:
        """Return the highest layer that is flowing, or the highest known if none is."""
        streams = self.active_streams()
        flowing = [stream for stream in streams if stream.is_flowing(now)]
        candidates = flowing or streams
        return candidates[-1] if candidates else None

    def active_streams(self) -> list[Stream]:
        """Return the streams known so far, lowest layer first."""
        return [stream for stream in self.streams if stream is not None]
