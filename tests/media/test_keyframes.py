"""Key-frame requests of one source."""

import itertools

from media.keyframes import LONGEST_HELD_S, SHARE, KeyFrameRequests


def sent(requests: KeyFrameRequests, until: float, *, is_flowing: bool = True) -> list[float]:
    ticks = [tick * 0.02 for tick in range(round(until / 0.02))]
    return [now for now in ticks if requests.is_due(now, is_flowing=is_flowing)]


def test_nobody_asks_unless_somebody_wants_one() -> None:
    assert sent(KeyFrameRequests(), 5.0) == []


def test_the_first_request_goes_at_once_and_others_join_it() -> None:
    requests = KeyFrameRequests()
    requests.request()
    requests.request()
    assert requests.is_due(0.0, is_flowing=True)
    requests.request()
    assert not requests.is_due(0.1, is_flowing=True)


def test_a_request_is_repeated_until_a_key_frame_comes() -> None:
    requests = KeyFrameRequests()
    requests.request()
    assert len(sent(requests, 1.0)) >= 2
    requests.received()
    assert not requests.is_due(9.0, is_flowing=True)


def test_requests_are_at_most_one_a_second_in_the_long_run() -> None:
    requests = KeyFrameRequests()
    times = []
    for tick in range(3000):
        requests.request()
        if requests.is_due(tick * 0.02, is_flowing=True):
            times.append(tick * 0.02)
            requests.received()
    assert len(times) <= 60 + 3
    assert min(b - a for a, b in itertools.pairwise(times)) >= 0.3


def test_a_silent_source_is_asked_ever_less_often() -> None:
    requests = KeyFrameRequests()
    requests.request()
    times = sent(requests, 60.0, is_flowing=False)
    assert times[-1] - times[-2] >= 3.0
    assert len(times) < 25


def test_a_request_that_is_no_longer_wanted_is_not_sent() -> None:
    requests = KeyFrameRequests()
    requests.request()
    requests.cancel()
    assert sent(requests, 1.0) == []


class Source:
    """A source of 50,000 bytes a second whose key frames cost 25,000; somebody always wants one."""

    def __init__(self, *, rate: int = 50_000, cost: int = 25_000) -> None:
        self.requests = KeyFrameRequests()
        self.rate, self.cost = rate, cost
        self.octets = 0.0
        self.times: list[float] = []

    def run(self, seconds: float, *, wants: bool = True) -> None:
        begin = self.times[-1] if self.times else 0.0
        for tick in range(round(seconds / 0.02)):
            now = begin + tick * 0.02
            self.octets += self.rate * 0.02
            if wants:
                self.requests.request()
            if self.requests.is_due(now, is_flowing=True, octets=int(self.octets)):
                self.times.append(now)
                self.requests.received()
                self.requests.charge(self.cost)
                self.octets += self.cost


def test_key_frames_cost_at_most_their_share_of_what_the_source_sends() -> None:
    source = Source(rate=200_000)
    source.run(120.0)
    assert len(source.times) * source.cost <= 0.1 * source.octets
    assert len(source.times) * source.cost > 0.9 * SHARE * source.octets


def test_the_first_requests_are_not_held_back() -> None:
    source = Source(rate=100_000)
    source.run(4.0)
    assert len(source.times) >= 2
    assert source.times[1] - source.times[0] < 0.5


def test_a_source_that_has_just_begun_and_sends_little_is_asked_often_enough() -> None:
    source = Source(rate=4000, cost=5000)
    source.run(20.0)
    gaps = [after - before for before, after in itertools.pairwise(source.times)]
    assert max(gaps) < 1.5


def test_a_source_that_sends_next_to_nothing_is_asked_in_the_end() -> None:
    source = Source(rate=10, cost=1_000_000)
    source.run(20.0)
    gaps = [after - before for before, after in itertools.pairwise(source.times)]
    assert max(gaps) <= LONGEST_HELD_S + 0.4
    assert gaps[-1] >= LONGEST_HELD_S


def test_a_request_is_repeated_whatever_the_budget_says() -> None:
    requests = KeyFrameRequests()
    requests.request()
    assert requests.is_due(0.0, is_flowing=True)
    for _ in range(5):
        requests.received()
        requests.charge(1_000_000)
    requests.request()
    assert not requests.is_due(1.0, is_flowing=True)
    assert requests.is_due(1.0 + LONGEST_HELD_S, is_flowing=True)
    assert requests.is_due(1.0 + LONGEST_HELD_S + 0.31, is_flowing=True)


def test_a_sender_of_key_frames_alone_is_forgiven_soon() -> None:
    requests = KeyFrameRequests()
    requests.request()
    assert requests.is_due(0.0, is_flowing=True)
    for _ in range(1000):
        requests.received()
        requests.charge(50_000)
    requests.request()
    assert not requests.is_due(1.0, is_flowing=True)
    assert requests.is_due(1.1, is_flowing=True, octets=round(4 * 50_000 / SHARE) + 1)
