"""Many engines count as one, over their ends too."""

from hypothesis import given
from hypothesis import strategies as st

from media.totals import NOW, Totals

steps = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 50) | st.none()), max_size=40)


def test_what_there_is_now_ends_with_its_engine_and_what_happened_does_not() -> None:
    totals = Totals()
    totals.report(1, {"rtcp_in": 5, "transports": 2, "receive_buffer_bytes": 100})
    totals.report(2, {"rtcp_in": 1, "transports": 1, "receive_buffer_bytes": 300})
    assert totals.sum() == {"rtcp_in": 6, "transports": 3, "receive_buffer_bytes": 100}
    totals.end(1)
    totals.end(3)
    assert totals.sum() == {"rtcp_in": 6, "transports": 1, "receive_buffer_bytes": 300}
    totals.end(2)
    assert totals.sum() == {"rtcp_in": 6}


def test_the_busiest_engine_is_the_one_that_counts() -> None:
    totals = Totals()
    totals.report(1, {"busy_permille": 300})
    totals.report(2, {"busy_permille": 900})
    assert totals.sum() == {"busy_permille": 900}
    totals.end(2)
    assert totals.sum() == {"busy_permille": 300}


@given(steps)
def test_no_total_ever_steps_back(steps: list[tuple[int, int | None]]) -> None:
    totals, engines, last = Totals(), dict.fromkeys((1, 2, 3), 0), 0
    for engine, more in steps:
        if more is None:
            totals.end(engine)
            engines[engine] = 0
        else:
            engines[engine] += more
            totals.report(engine, {"rtcp_in": engines[engine], "transports": more})
        total = totals.sum()
        assert total.get("rtcp_in", 0) >= last
        last = total.get("rtcp_in", 0)
    assert "transports" in NOW
