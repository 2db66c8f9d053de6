"""Two that want one processor wait for each other; who sleeps waits for nobody."""

import os
import subprocess
import sys
import time

from media.run_queue import waited_s

BUSY = "import os; os.sched_setaffinity(0, {%d}); print(flush=True)\nwhile True: pass"


def test_who_shares_a_processor_waits_and_who_sleeps_does_not() -> None:
    core = min(os.sched_getaffinity(0))
    programs = [BUSY % core, BUSY % core, "print(flush=True)\nimport time; time.sleep(60)"]
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        for program in programs
    ]
    try:
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        before = [waited_s(process.pid) for process in started]
        deadline = time.monotonic() + 10
        while waited_s(started[0].pid) - before[0] < 0.2 and time.monotonic() < deadline:
            time.sleep(0.05)
        busy, other, idle = (
            waited_s(process.pid) - was for process, was in zip(started, before, strict=True)
        )
        assert busy >= 0.2
        assert other > 0
        assert idle < busy / 2
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_of_no_process_nothing_is_known() -> None:
    assert waited_s(2**22 + 1) == 0.0
