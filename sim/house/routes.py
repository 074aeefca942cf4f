"""Routes through the menus to a queue, a flow or a step: the keys of a caller who knows where they want to go."""

from collections import deque
from collections.abc import Iterator

from ivr.program import Program
from ivr.steps import (
    AGAIN,
    BACK,
    ENDINGS,
    AnyStep,
    AskHours,
    Branch,
    Call,
    Jump,
    Listen,
    Lookup,
    Menu,
    OpenCase,
    Queue,
    Transfer,
    Voicemail,
)

Place = tuple[str, str]
"""A flow and a step of it."""
_FAR = 1_000_000


class Routes:
    """Distances to each goal in steps, worked out when the goal is first asked for.

    A goal is the name of a queue, of a flow, or `flow/step`, looked for in this order.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._before: dict[Place, list[Place]] = {}
        self._known: dict[str, dict[Place, int]] = {}
        self._places: dict[str, frozenset[Place]] = {}
        for flow_name, flow in program.flows.items():
            for name, step in flow.steps.items():
                for place in self._after(flow_name, step):
                    self._before.setdefault(place, []).append((flow_name, name))

    def places(self, goal: str) -> frozenset[Place]:
        """The places that are the goal; none for a name that nothing has."""
        known = self._places.get(goal)
        if known is None:
            known = self._places[goal] = self._looked_for(goal)
        return known

    def _looked_for(self, goal: str) -> frozenset[Place]:
        found = {
            (flow_name, name)
            for flow_name, flow in self._program.flows.items()
            for name, step in flow.steps.items()
            if isinstance(step, Queue) and step.queue == goal
        }
        if not found and goal in self._program.flows:
            found = {(goal, name) for name in self._program.flows[goal].steps}
        if not found:
            flow_name, _, name = goal.rpartition("/")
            if flow_name in self._program.flows and name in self._program.flows[flow_name].steps:
                found = {(flow_name, name)}
        return frozenset(found)

    def distance(self, goal: str, place: Place) -> int | None:
        """Steps from `place` to the goal; None where no way leads there."""
        return self._distances(goal).get(place)

    def key(self, goal: str, place: Place) -> str | None:
        """The key of the menu at `place` that leads to the goal soonest; None where none does."""
        step = self._program.flows[place[0]].steps[place[1]]
        best, found = _FAR, None
        for key, successor in answers(step).items():
            if successor in ENDINGS:
                continue
            away = self._distances(goal).get((place[0], successor), _FAR)
            if away < best:
                best, found = away, key
        return found

    def queues(self, flow: str) -> list[str]:
        """Queues that can be reached from the start of `flow`, in the order of their names."""
        steps = (step for one in self._program.flows.values() for step in one.steps.values())
        names = {step.queue for step in steps if isinstance(step, Queue)}
        start = (flow, self._program.flows[flow].start)
        return [name for name in sorted(names) if self.distance(name, start) is not None]

    def _distances(self, goal: str) -> dict[Place, int]:
        known = self._known.get(goal)
        if known is None:
            known = self._known[goal] = dict.fromkeys(self.places(goal), 0)
            line = deque(known)
            while line:
                place = line.popleft()
                for before in self._before.get(place, ()):
                    if before not in known:
                        known[before] = known[place] + 1
                        line.append(before)
        return known

    def _after(self, flow: str, step: AnyStep) -> Iterator[Place]:
        """Where a caller may be after this step, the walk back out of a called flow being left to its own steps."""
        flows = self._program.flows
        if isinstance(step, Call | Jump):
            yield step.flow, flows[step.flow].start
        for successor in successors(step):
            if successor in flows[flow].steps:
                yield flow, successor


def answers(step: AnyStep) -> dict[str, str]:
    """Successor by key, the step's own keys; those of every menu are not ways to a goal."""
    match step:
        case Menu():
            return step.keys
        case Listen():
            return {answer.key: answer.then for answer in step.answers if answer.key}
        case _:
            return {}


def successors(step: AnyStep) -> Iterator[str]:
    """Every step or ending of the same flow that a caller may go on to of their own will: not by silence, not by wrong
    keys, and not out of a queue, a transfer or a message, where a caller who is on the way elsewhere would not go."""
    match step:
        case Menu() | Listen():
            yield from answers(step).values()
        case Branch():
            yield from (case.then for case in step.cases)
            yield step.otherwise
        case Lookup() | OpenCase():
            yield from (step.then, step.failed)
        case AskHours():
            yield from (step.open, step.closed)
        case Queue() | Transfer() | Voicemail():
            pass
        case _:
            then = getattr(step, "then", None)
            if isinstance(then, str) and then not in (AGAIN, BACK):
                yield then
