"""The share of a core a process uses, over whole windows."""

from media.busy import WINDOW_S, Busy


def test_the_share_is_that_of_the_last_whole_window() -> None:
    used, now = [0.0], [100.0]
    busy = Busy(cpu=lambda: used[0], clock=lambda: now[0])
    used[0], now[0] = 0.4, 100.0 + WINDOW_S / 2
    assert busy.permille() == 0
    used[0], now[0] = 0.6, 100.0 + WINDOW_S
    assert busy.permille() == 600
    used[0], now[0] = 0.6, 100.0 + 1.5 * WINDOW_S
    assert busy.permille() == 600
    used[0], now[0] = 2.7, 100.0 + 2 * WINDOW_S
    assert busy.permille() == 2100
