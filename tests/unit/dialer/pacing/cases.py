"""A campaign for tests of pacing: a core, its events by short names, and what it has dialled."""

from calls.ids import AgentId, CallId, Instant
from dialer.pacing.commands import Dial, ModeChanged, PacingCommand
from dialer.pacing.core import Pacing
from dialer.pacing.events import (
    Abandoned,
    AgentAway,
    AgentBusy,
    AgentFree,
    Answered,
    Cell,
    Connected,
    Dialled,
    Ended,
    PacingEvent,
)
from dialer.pacing.settings import PacingSettings

CELL = Cell()


class Campaign:
    """A core under test, at an instant that only `wait` moves."""

    def __init__(self, agents: int, settings: PacingSettings | None = None) -> None:
        self.core = Pacing(settings or PacingSettings())
        self.now: Instant = 0.0
        self.ordered = 0
        self.modes: list[ModeChanged] = []
        self.ringing: list[CallId] = []
        self._calls = 0
        for number in range(agents):
            self.tell(AgentFree(AgentId(f"a{number}")))

    def tell(self, event: PacingEvent) -> int:
        """Tell the core; how many calls it orders."""
        return self._count(self.core.handle(event, self.now))

    def _count(self, commands: list[PacingCommand]) -> int:
        count = sum(command.count for command in commands if isinstance(command, Dial))
        self.modes += [command for command in commands if isinstance(command, ModeChanged)]
        self.ordered += count
        return count

    def wait(self, seconds: float) -> int:
        """Let time pass; how many calls it orders meanwhile."""
        until, count = self.now + seconds, 0
        while (deadline := self.core.next_deadline()) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            count += self._count(self.core.tick(self.now))
        self.now = until
        return count

    def dial(self, count: int = 1, cell: Cell = CELL) -> list[CallId]:
        """Place so many calls, ordered or not."""
        placed = []
        for _ in range(count):
            self._calls += 1
            call = CallId(f"c{self._calls}")
            placed.append(call)
            self.ringing.append(call)
            self.tell(Dialled(call, cell))
        return placed

    def dial_ordered(self) -> list[CallId]:
        """Place what was ordered and not dialled yet."""
        placed = []
        while self.ordered:
            self.ordered -= 1
            placed += self.dial()
        return placed

    def end(self, call: CallId) -> None:
        """Nobody answered."""
        self.ringing.remove(call)
        self.tell(Ended(call))

    def answer(self, call: CallId) -> None:
        """Somebody did."""
        self.ringing.remove(call)
        self.tell(Answered(call))

    def connect(self, call: CallId, agent: str) -> None:
        """They talk."""
        self.tell(Connected(call, AgentId(agent)))

    def abandon(self, call: CallId) -> None:
        """Nobody was there."""
        self.tell(Abandoned(call))

    def wrap_up(self, agent: str) -> None:
        """The talk is over."""
        self.tell(AgentBusy(AgentId(agent), "wrap_up", self.core.settings.campaign))

    def free(self, agent: str) -> None:
        """The agent takes the next."""
        self.tell(AgentFree(AgentId(agent)))

    def away(self, agent: str) -> None:
        """The agent pauses."""
        self.tell(AgentAway(AgentId(agent)))

    def learn(self, calls: int, answered_each: int) -> None:
        """A history without a talk: each so-many-th call is answered and served at once by an agent who is free."""
        for number in range(calls):
            call = self.dial()[0]
            self.wait(11.0)
            if number % answered_each:
                self.wait(14.0)
                self.end(call)
            else:
                self.answer(call)
                self.connect(call, "a0")
                self.free("a0")
        self.wait(self.core.settings.ordered_s + 1.0)
        self.ordered = 0
