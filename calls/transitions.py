"""State machines as data: one table a machine, from which its picture in docs/architecture.md is checked.

What happens to a machine is an *event* of its table. A cell of the table (state, event) leads to a state, or is ignored
for the reason that stands in it. An empty cell is a broken rule: it raises.
"""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

from calls.errors import BrokenRule

S = TypeVar("S", bound=str)
E = TypeVar("E", bound=str)


class Transitions(Generic[S, E]):
    """The table of one machine. `moves`: state → event → next state; `ignored`: state → event → why nothing follows.

    A state that is in neither is a last one. Raises BrokenRule where one cell is in both.
    """

    def __init__(
        self,
        machine: str,
        moves: Mapping[S, Mapping[E, S]],
        ignored: Mapping[S, Mapping[E, str]] | None = None,
    ) -> None:
        self.machine = machine
        self.moves = moves
        self.ignored: Mapping[S, Mapping[E, str]] = ignored or {}
        self._cells: dict[S, dict[E, S | None]] = {state: dict(events) for state, events in moves.items()}
        for state, events in self.ignored.items():
            for event in events:
                if event in moves.get(state, {}):
                    raise BrokenRule(f"{machine}: {event} in {state} leads somewhere and is ignored, too")
                self._cells.setdefault(state, {})[event] = None

    def after(self, state: S, event: E) -> S | None:
        """The state that follows; None where the event is ignored. Raises BrokenRule for an empty cell."""
        try:
            return self._cells[state][event]
        except KeyError:
            raise BrokenRule(f"{self.machine}: {event} while {state}") from None

    def edges(self) -> Iterator[tuple[S, S, E]]:
        """Every move, as (from, to, event)."""
        for state, events in self.moves.items():
            for event, to in events.items():
                yield state, to, event

    def drawing(self, first: S) -> str:
        """The machine as a Mermaid state diagram; a pair of states has one arrow with all its events."""
        labels: dict[tuple[S, S], list[E]] = {}
        for state, to, event in self.edges():
            labels.setdefault((state, to), []).append(event)
        lines = ["stateDiagram-v2", f"    [*] --> {first}"]
        lines += [f"    {state} --> {to} : {', '.join(events)}" for (state, to), events in labels.items()]
        last = {to for _, to in labels} - {state for state, _ in labels}
        lines += [f"    {state} --> [*]" for state in sorted(last)]
        return "\n".join(lines)
