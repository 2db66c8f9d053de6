"""The garbage collector leaves alone what the server is made of, and looks at the old seldom."""

import gc

from vmr.cli.collector import MIDDLE, OLD, YOUNG, calm


def test_what_is_there_when_the_server_is_made_is_looked_through_no_more() -> None:
    was = gc.get_threshold()
    made = [{"is": "old"}]
    try:
        calm()
        assert not any(one is made for one in gc.get_objects())
        assert gc.get_threshold() == (YOUNG, MIDDLE, OLD)
        new = [{"is": "new"}]
        assert any(one is new for one in gc.get_objects())
    finally:
        gc.set_threshold(*was)
