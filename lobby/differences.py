"""What the world must be told after a change: the difference to what it was told last.

Media first (closed before opened), then views, then the duty desk. A transport that opens starts
with a closed gate and nothing bound, and belongs to one session: another session's is closed
before it opens, and its encoder with it.
"""

from lobby.desk_view_builder import build_desk_view
from lobby.effects import (
    Bind,
    BindTap,
    CloseEncoder,
    CloseMedia,
    Effect,
    Gate,
    OpenEncoder,
    OpenMedia,
    OpenTap,
    Send,
    ShowDesk,
)
from lobby.forwarding import Forwarding
from lobby.state import Sent, State
from lobby.view_builder import build_views
from vmr.ids import ParticipantId


def media_effects(state: State, forwarding: Forwarding) -> list[Effect]:
    """Close, open, gate and bind what differs; remembers it in `state.sent`."""
    sent = state.sent
    wanted = {seat.id: seat.session for seat in state.present() if seat.session is not None}
    closed = [who for who, session in sent.media.items() if wanted.get(who) != session]
    effects: list[Effect] = [CloseMedia(participant=who) for who in closed]
    for who in closed:
        del sent.media[who], sent.gates[who], sent.binds[who]
    encoders = frozenset(seat.id for seat in state.present() if seat.encoder.has_transport)
    kept = sent.encoders - set(closed)
    effects += [CloseEncoder(participant=who) for who in sorted(kept - encoders)]
    for who, session in wanted.items():
        if who not in sent.media:
            effects.append(OpenMedia(session=session, participant=who))
            sent.media[who] = session
            sent.gates[who] = _closed_gate(who)
            sent.binds[who] = Bind(participant=who, sources=())
    effects += [OpenEncoder(participant=who) for who in sorted(encoders - kept)]
    sent.encoders = encoders
    effects += _changed(sent, forwarding)
    return [*effects, *_tap_effects(state, forwarding)]


def _tap_effects(state: State, forwarding: Forwarding) -> list[Effect]:
    """The same for monitoring taps, which have no gate: nothing is accepted from them."""
    sent = state.sent
    wanted = {watcher.id: watcher.session for watcher in state.watchers.values()}
    closed = [who for who in sent.taps if who not in wanted]
    effects: list[Effect] = [CloseMedia(participant=who) for who in closed]
    for who in closed:
        del sent.taps[who], sent.tap_binds[who]
    for who, session in wanted.items():
        if who not in sent.taps:
            effects.append(OpenTap(session=session, participant=who))
            sent.taps[who] = session
            sent.tap_binds[who] = BindTap(participant=who, pictures=())
    binds = [bind for who, bind in forwarding.taps.items() if sent.tap_binds[who] != bind]
    sent.tap_binds.update({bind.participant: bind for bind in binds})
    return [*effects, *binds]


def _closed_gate(participant: ParticipantId) -> Gate:
    return Gate(participant=participant, microphone=False, camera=False, screen=False)


def _changed(sent: Sent, forwarding: Forwarding) -> list[Effect]:
    gates = [gate for who, gate in forwarding.gates.items() if sent.gates[who] != gate]
    binds = [bind for who, bind in forwarding.binds.items() if sent.binds[who] != bind]
    sent.gates.update({gate.participant: gate for gate in gates})
    sent.binds.update({bind.participant: bind for bind in binds})
    return [*gates, *binds]


def view_effects(state: State, forwarding: Forwarding) -> list[Effect]:
    """Send each session its view where it differs; remembers it in `state.sent`."""
    present = build_views(state, forwarding)
    effects: list[Effect] = [
        Send(session=session, message=view)
        for session, view in present.items()
        if state.sent.views.get(session) != view
    ]
    state.sent.views = present
    return effects


def desk_effects(state: State) -> list[Effect]:
    """Show the duty desk its view where it differs; remembers it in `state.sent`."""
    view = build_desk_view(state)
    if view == state.sent.desk:
        return []
    state.sent.desk = view
    return [ShowDesk(view=view)]
