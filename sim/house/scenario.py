"""A scenario of the whole house: who calls which number and why, how they behave, who answers, what services say.

Every setting but `scenario` may be left out; docs/simulation.md has them all with an example.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

from calls.ids import AgentId, Instant, Seconds
from ivr.compiler.test_cases import Line
from sim.chance import Distribution
from sim.scenario import Goal, Seeds, Shift

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


def _like(**distribution: float) -> Any:
    """A setting's default distribution, as it would be written."""
    return msgspec.field(default_factory=lambda: dict(distribution))


class Behaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Callers' behaviour where the flow leaves it to them. Shares are from 0 to 1."""

    think: Mapping[str, Any] = _like(lognormal=1.5, sigma=0.5)
    """From the end of a prompt to the first key; it is less for those who interrupt."""
    between_keys: Mapping[str, Any] = _like(constant=0.4)
    barge_in: Share = 0.3
    """Of prompts that a caller interrupts, at any moment of them."""
    silent: Share = 0.02
    wrong: Share = 0.02
    leaves: Share = 0.02
    """Of menus and questions at which a caller says nothing, presses a wrong key, hangs up."""
    digits: Mapping[str, str] = {}
    """What is keyed into the variable of a `collect` step; the rest is made up, and passes its check if it is one of
    ours."""
    takes_callback: Share = 0.5
    takes_message: Share = 0.3
    picks_up: Share = 0.85
    """Of callbacks; a tenth of the rest is busy."""
    picks_up_after: Mapping[str, Any] = _like(exponential=6)
    message: Mapping[str, Any] = _like(lognormal=20, sigma=0.5)
    leaves_message: Share = 0.7
    survey: Share = 0.5
    """Of surveys that are answered; the others hang up."""
    ends_talk: Share = 0.5
    """Of talks that the caller ends; the others are ended by the agent, and the flow goes on."""


class Callers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Callers who are alike. `wants`: queues, flows or steps by weight; left out, every queue that is in reach.

    `script` names a test case of dialplans/tests/: they do what its caller does, and what comes after as the others.
    """

    per_hour: float | tuple[float, ...]
    dials: str = ""
    wants: dict[str, float] = {}
    patience: dict[str, Any] | None = None
    behaviour: dict[str, Any] = {}
    script: str = ""


class Agents(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agent's way of working; `default` is for all who are not named."""

    shift: Shift = Shift()
    answer: Mapping[str, Any] = _like(lognormal=4, sigma=0.5)
    misses: Share = 0.02
    rejects: Share = 0.01
    declines_callback: Share = 0.02
    pause_every: Mapping[str, Any] | None = None
    pause: Mapping[str, Any] = _like(constant=600)
    back_after_rona: Mapping[str, Any] = _like(constant=120)
    """Who was paused for missing offers is ready again after so long."""


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service's answer to a lookup; `fails` is the share of requests that come to nothing."""

    answers: Any = None
    fails: Share = 0.0
    after: Mapping[str, Any] = _like(exponential=0.2)


class Outside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """People outside who are called by a transfer."""

    answers: Share = 0.9
    after: Mapping[str, Any] = _like(exponential=6)
    talk: Mapping[str, Any] = _like(lognormal=180, sigma=0.8)


@dataclass(frozen=True)
class Manner:
    """A behaviour whose distributions are read."""

    of: Behaviour
    think: Distribution
    between_keys: Distribution
    picks_up_after: Distribution
    message: Distribution


@dataclass(frozen=True)
class Group:
    """Callers who are alike, ready to be drawn. `wants` are goals with their share; `script` is what they do first."""

    name: str
    dials: str
    per_hour: tuple[float, ...]
    wants: tuple[tuple[str, float], ...]
    patience: Distribution
    manner: Manner
    script: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Worker:
    """An agent whose distributions are read."""

    of: Agents
    answer: Distribution
    pause_every: Distribution | None
    pause: Distribution
    back_after_rona: Distribution


class Visit(NamedTuple):
    """A real caller's keys in a step, and how it ended, in the step's own word. `•` is a key that nobody knows."""

    keys: str
    outcome: str


class Answered(NamedTuple):
    """A lookup's real answer, `after_s` seconds later: an outcome of `LookupFinished`, and its value."""

    outcome: Literal["ok", "deadline", "refused", "not_json", "unreachable"]
    value: Any
    after_s: Seconds


@dataclass(frozen=True, slots=True)
class Arrival:
    """One call that comes. None: drawn when it is needed.

    Of a real call `keyed` has each visit to (flow, step), and `looked_up` each answer by address, in their order.
    """

    at: Instant
    group: int
    caller: str
    patience_s: Seconds | None = None
    talk_s: Seconds | None = None
    wrap_up_s: Seconds | None = None
    dials: str = ""
    wants: str = ""
    ends_talk: bool | None = None
    keyed: Mapping[tuple[str, str], Sequence[Visit]] = field(default_factory=dict)
    looked_up: Mapping[str, Sequence[Answered]] = field(default_factory=dict)


@dataclass(frozen=True)
class HouseScenario:
    """A scenario of the whole house that was found to be right. `begins` is an instant of UTC, epoch seconds."""

    name: str
    begins: float
    lasts_s: Seconds
    interval_s: Seconds
    seeds: Seeds
    groups: tuple[Group, ...]
    keys: Mapping[tuple[str, str], Mapping[str, float]]
    talk: Mapping[str, Distribution]
    """By queue; `default` for the others."""
    wrap_up: Mapping[str, Distribution]
    """By queue: earlier than the queue's own time, the agent is ready by a key."""
    goals: Mapping[str, Goal]
    workers: Mapping[AgentId, Worker]
    services: Mapping[str, tuple[Service, Distribution]]
    outside: tuple[Outside, Distribution, Distribution]
    not_to_be_called: float = 0.0
    arrivals: Callable[[int], list[Arrival]] | None = None
    """The calls of a seed, where they are not to be drawn from the groups' rates."""
    roster: tuple[tuple[Instant, Any], ...] | None = None
    """Who comes and goes when, in place of the workers' shifts and pauses."""
    assumed: tuple[str, ...] = ()
    """What was not said and is taken to be so."""
