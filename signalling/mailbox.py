"""One ordered mailbox a room: commands of its sessions, the engine and the clock, one by one.

Bounded: at REQUESTS_MAX waiting requests another is refused with `busy`; what nobody can repeat
(a lost socket, a timer) still has room above that. One task owns it; a command that fails is
answered with `internal` and the next one runs.
"""

import asyncio
import logging
from collections import Counter, deque
from dataclasses import dataclass

from lobby.commands import Command, Tick
from lobby.effects import Reply
from signalling.errors import RequestError
from signalling.overlap import Give
from signalling.runner import MeetingRunner
from signalling.seams import Clock
from signalling.traces import trace_of
from vmr.ids import SessionId

REQUESTS_MAX = 64
LETTERS_MAX = 1024
LOOK_S = 30.0
"""Without a deadline the owner looks this often whether the meeting may be dropped."""
RETRY_S = 1.0
TICK_S = 0.05
"""At least this long between two timers of one meeting."""

log = logging.getLogger(__name__)


class MailboxClosed(Exception):
    """The meeting is over or was dropped: the next one has another mailbox."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    command: Command
    answer: "asyncio.Future[Reply] | None"


class Mailbox:
    """Commands in, one at a time, to the runner it owns."""

    def __init__(self, runner: MeetingRunner, clock: Clock, counters: Counter[str]) -> None:
        self.runner = runner
        self._clock = clock
        self._counters = counters
        self._letters: deque[_Letter] = deque()
        self._arrived = asyncio.Event()
        self._ticked_at = float("-inf")
        self._is_stopping = False
        self.is_closed = False
        self._departure: tuple[Give, float | None, asyncio.Future[bool]] | None = None
        self._has_ended = asyncio.Event()

    async def ask(self, command: Command) -> Reply:
        """The Meeting's reply. Raises RequestError, or MailboxClosed when it was not handled."""
        if self.is_closed:
            raise MailboxClosed
        if len(self._letters) >= REQUESTS_MAX:
            raise RequestError("busy")
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._put(_Letter(command=command, answer=answer))
        return await answer

    def post(self, command: Command) -> None:
        """Something has happened outside; nobody waits for a reply."""
        if self.is_closed:
            return
        if len(self._letters) >= LETTERS_MAX:
            self._counters["mailbox_overflow"] += 1
            log.error("mailbox full meeting=%s", self.runner.meeting.id)
            return
        self._put(_Letter(command=command, answer=None))

    def wake(self) -> None:
        """Look at the clock now."""
        self._arrived.set()

    def stop(self) -> None:
        """Finish the command at hand, then return from `run`; the meeting stays live in store."""
        self._is_stopping = True
        self.wake()

    def give_up(self) -> None:
        """Finish the command at hand, then return from `run`: another server has the room."""
        self.runner.is_overtaken = True
        self.end_overlap()
        self.wake()

    async def depart(self, give: Give, watched_at: float | None) -> bool:
        """Once what was asked before is done, have the meeting go on where `give` hands it: whether
        it does. What is asked here afterwards is refused (`room_moving`). `watched_at` is when
        somebody was last known to watch it."""
        if self.is_closed or self._departure is not None:
            return False
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._departure = (give, watched_at, answer)
        self.wake()
        return await answer

    @property
    def is_overlapping(self) -> bool:
        """Whether the meeting goes on at another server and this one still forwards."""
        overlap = self.runner.overlap
        return overlap is not None and not overlap.is_over

    def finish_move(self, session: SessionId) -> None:
        """This page has followed the meeting, or is gone."""
        if self.runner.overlap is not None:
            self.runner.overlap.finish(session)

    def end_overlap(self) -> None:
        """Forward nothing more of a meeting that goes on elsewhere."""
        if self.runner.overlap is not None:
            self.runner.overlap.end()

    async def wait_ended(self) -> None:
        """Until `run` has returned and its owner has forgotten it (`ended`)."""
        await self._has_ended.wait()

    def ended(self) -> None:
        """Said by its owner."""
        self._has_ended.set()

    async def run(self) -> None:
        """Until the meeting is over or nobody is left, or `stop` was called."""
        try:
            while not self._is_stopping and not self._is_finished():
                if self._departure is not None and not self._letters:
                    await self._depart(*self._departure)
                else:
                    await self._step()
            if not self._is_stopping or self.is_overlapping:
                self._close()
                if self.runner.overlap is not None:
                    await self.runner.overlap.wait()
                await self.runner.drop(self._clock())
        finally:
            self._close()

    async def _depart(
        self, give: Give, watched_at: float | None, answer: "asyncio.Future[bool]"
    ) -> None:
        self._departure = None
        is_moved = False
        try:
            is_moved = await self.runner.depart(give, watched_at, self._clock())
        except Exception as error:
            self._report(error)
        finally:
            if not answer.done():
                answer.set_result(is_moved)

    async def _step(self) -> None:
        letter = await self._next()
        try:
            if letter is not None:
                await self._handle(letter)
            elif self.runner.is_behind:
                await self.runner.catch_up(self._clock())
        except Exception as error:
            self._report(error)

    async def _next(self) -> _Letter | None:
        """A timer that is due, the next letter, or None to look around."""
        if not self._letters:
            self._arrived.clear()
            try:
                async with asyncio.timeout(self._patience()):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        deadline, now = self.runner.meeting.next_deadline(), self._clock()
        if deadline is not None and deadline <= now and self._ticked_at + TICK_S <= now:
            self._ticked_at = now
            return _Letter(command=Tick(), answer=None)
        return self._letters.popleft() if self._letters else None

    def _patience(self) -> float:
        """Seconds until somebody must look, though nothing arrives."""
        now = self._clock()
        patience = RETRY_S if self.runner.is_behind else LOOK_S
        deadline = self.runner.meeting.next_deadline()
        if deadline is not None:
            patience = min(patience, max(deadline, self._ticked_at + TICK_S) - now)
        return max(0.0, patience)

    async def _handle(self, letter: _Letter) -> None:
        try:
            reply = await self.runner.run(letter.command, self._clock())
        except RequestError as error:
            _answer(letter, error)
        except asyncio.CancelledError:
            _answer(letter, RequestError("internal"))
            raise
        except Exception as error:
            self._report(error)
            _answer(letter, RequestError("internal"))
        else:
            _answer(letter, reply)

    def _is_finished(self) -> bool:
        meeting = self.runner.meeting
        if self.runner.is_abandoned or self.runner.is_overtaken:
            return True
        if meeting.is_over:
            return not self.runner.is_behind
        return not self._letters and meeting.is_idle(self._clock())

    def _close(self) -> None:
        self.is_closed = True
        if self._departure is not None and not self._departure[-1].done():
            self._departure[-1].set_result(False)
        moves = self.runner.is_overtaken
        while self._letters:
            answer = RequestError("room_moving") if moves else MailboxClosed()
            _answer(self._letters.popleft(), answer)

    def _put(self, letter: _Letter) -> None:
        self._letters.append(letter)
        self._arrived.set()

    def _report(self, error: Exception) -> None:
        """Where it happened, without the message: that may hold what somebody typed."""
        self._counters["internal_errors"] += 1
        fault = type(error).__name__, trace_of(error)
        log.error("a command broke meeting=%s error=%s trace=%s", self.runner.meeting.id, *fault)


def _answer(letter: _Letter, answer: Reply | Exception) -> None:
    if letter.answer is None or letter.answer.done():
        return
    if isinstance(answer, Reply):
        letter.answer.set_result(answer)
    else:
        letter.answer.set_exception(answer)
