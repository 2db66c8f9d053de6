"""What the packet core counts. Names are part of the operator's view; values only grow."""

from media.description import Kind, Role

EVENTS = (
    "dropped_malformed",  # not RTP, or lengths that do not fit
    "dropped_malformed_rtcp",
    "dropped_unknown_source",  # neither announced nor named by MID and RID
    "dropped_payload_type",  # no codec of this kind was agreed under that number
    "dropped_gate",  # the kind is muted, stopped or not allowed
    "dropped_duplicate",  # had already, or too late to be used
    "dropped_jump",  # a leap in sequence numbers not yet confirmed by a second packet
    "dropped_padding",  # repair packets that carry nothing
    "dropped_silence",  # silence after silence is not forwarded
    "dropped_before_switch",  # late packets from before a subscriber's switch
    "dropped_no_codec",  # a subscriber has not agreed the format
    "key_frames_in",
    "replayed",  # new subscribers that were shown the last key frame at once
    "nacks_in",  # packets subscribers asked for
    "nacks_out",  # packets we asked publishers for
    "nacks_refused",  # unknown, from before the binding, too soon, or over the share of the rate
    "recovered_in",  # packets that came late or by repair
    "recovered_red",  # of them sounds, from the copy in a later packet
    "rtx_out",  # resent in a repair stream
    "resent_out",  # resent plainly
    "red_out",  # sounds sent with copies of those before
    "padding_out",  # packets that only probe for bandwidth
    "slots_paused",  # times a subscriber's pictures were paused for want of bandwidth
    "plis_in",
    "plis_out",
    "rembs_out",  # estimates told to publishers without transport-wide feedback
    "rtcp_in",
    "rtcp_out",
)


class Passed:
    """Packets and bytes; the hot path adds to these directly."""

    __slots__ = ("bytes", "packets")

    def __init__(self) -> None:
        self.packets = 0
        self.bytes = 0


class Tally:
    """All counters of one router. `received` is by kind and who sent it, `sent` by kind and
    whom it went to."""

    __slots__ = ("events", "received", "sent")

    def __init__(self) -> None:
        self.events = dict.fromkeys(EVENTS, 0)
        self.received = {(kind, role): Passed() for kind in Kind for role in Role}
        self.sent = {(kind, role): Passed() for kind in Kind for role in Role}

    def as_dict(self) -> dict[str, int]:
        """Return a copy of every counter by its name."""
        counters = dict(self.events)
        for kind in Kind:
            received = [self.received[kind, role] for role in Role]
            counters[f"packets_in_{kind.value}"] = sum(passed.packets for passed in received)
            counters[f"bytes_in_{kind.value}"] = sum(passed.bytes for passed in received)
            sent = [self.sent[kind, role] for role in Role]
            counters[f"packets_out_{kind.value}"] = sum(passed.packets for passed in sent)
            counters[f"bytes_out_{kind.value}"] = sum(passed.bytes for passed in sent)
        for (kind, role), passed in self.sent.items():
            counters[f"in_packets_{kind.value}_{role.value}"] = self.received[kind, role].packets
            counters[f"in_bytes_{kind.value}_{role.value}"] = self.received[kind, role].bytes
            counters[f"out_packets_{kind.value}_{role.value}"] = passed.packets
            counters[f"out_bytes_{kind.value}_{role.value}"] = passed.bytes
        return counters
