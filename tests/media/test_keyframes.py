"""Key-frame requests of one source."""

import itertools

from media.keyframes import KeyFrameRequests


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
