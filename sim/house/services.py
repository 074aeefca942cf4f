"""What the house asks of others, in virtual time: HTTP services, the gate, lists of campaigns, understanding."""

from collections.abc import Callable, Mapping

from calls.ids import CallId, Seconds
from control.messages.commands import AskGate
from control.messages.events import GateAnswered, RouterEvent
from dialer.campaigns import commands as campaigns
from dialer.campaigns.events import Fetched, Recalled
from ivr.commands import Lookup, Understand
from ivr.events import LookupFinished, Understood
from ivr.steps import ANSWER_STANDING
from sim.chance import Columns
from sim.house.callers import Callers
from sim.house.scenario import HouseScenario

CHECKED_S: Seconds = 0.02
"""So long a question takes that the house answers itself."""


class Services:
    """Answers by the scenario; each answer is an event that comes `later`. `numbers` are those of the calls, by
    arrival."""

    def __init__(
        self,
        scenario: HouseScenario,
        columns: Columns,
        callers: Callers,
        numbers: Mapping[CallId, int],
        later: Callable[[Seconds, RouterEvent], None],
    ) -> None:
        self._scenario = scenario
        self._columns = columns
        self._callers = callers
        self._numbers = numbers
        self._later = later
        self._reserved = 0

    def understand(self, said: Understand) -> None:
        """Callers of a simulation press keys."""
        detail = "nobody speaks in a simulation"
        self._later(CHECKED_S, Understood(said.call, said.attempt, "handed_over", detail=detail))

    def fetch(self, command: campaigns.Fetch) -> None:
        """Nobody is on a list of this house: its campaigns call nobody."""
        self._later(CHECKED_S, Fetched(command.campaign, command.fetch))

    def recall(self, command: campaigns.Recall) -> None:
        """Nor does it know of any try."""
        self._later(CHECKED_S, Recalled(command.attempt))

    def look_up(self, command: Lookup) -> None:
        """A real call has its real answers; else the scenario has them, with their time and their failures."""
        caller = self._callers.by_call.get(command.call)
        real = caller.looked_up(command.url) if caller is not None else None
        if real is not None:
            self._later(real.after_s, LookupFinished(command.call, command.attempt, real.outcome, real.value))
            return
        if command.url == ANSWER_STANDING:  # answers count as approved here
            self._later(CHECKED_S, LookupFinished(command.call, command.attempt, "ok", {"refused": ""}))
            return
        known = self._scenario.services.get(command.url)
        if known is None:
            self._later(CHECKED_S, LookupFinished(command.call, command.attempt, "unreachable"))
            return
        service, after = known
        number = self._numbers.get(command.call, 0)
        after_s = self._columns.duration(f"lookup {command.url}", after, number)
        if after_s >= command.deadline_s:
            self._later(command.deadline_s, LookupFinished(command.call, command.attempt, "deadline"))
        elif self._columns.uniform(f"lookup {command.url}", 0, number) < service.fails:
            self._later(after_s, LookupFinished(command.call, command.attempt, "refused", {"status": 503}))
        else:
            self._later(after_s, LookupFinished(command.call, command.attempt, "ok", service.answers))

    def ask_gate(self, command: AskGate) -> None:
        """The lists alone decide: there are no past calls in a simulation. An attempt is reserved as it would be."""
        number = self._numbers.get(command.call, 0)
        listed = self._columns.uniform("listed", 0, number) < self._scenario.not_to_be_called
        reservation = None
        if command.reserve and command.scene and not listed:
            self._reserved += 1
            reservation = self._reserved
        answer = GateAnswered(
            command.call,
            command.attempt,
            "deny" if listed else "allow",
            reservation,
            reason="on the do-not-call list" if listed else "",
        )
        self._later(CHECKED_S, answer)
