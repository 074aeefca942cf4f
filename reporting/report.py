"""The report: all figures of a span, as records. `reporting.counting` makes it; docs/reports.md has the formulas."""

from collections.abc import Mapping

import msgspec

from reporting.accuracy import AccuracyFigures
from reporting.cases import CaseFigures
from reporting.channels import OverChannels
from reporting.contacts import RepeatFigures, ResolutionFigures
from reporting.followups import FollowUpFigures, QuestionFigures
from reporting.ladder import LadderFigures
from reporting.ratios import percent
from reporting.refusals import RefusalFigures
from reporting.satisfaction import AgentGrades, SatisfactionFigures
from reporting.spans import Span
from reporting.talks import TalkFigures
from reporting.waits import WaitFigures


class SceneFigures(msgspec.Struct, frozen=True):
    """Outgoing calls of a scene, from the ledger. Rates are in percent of those that were dialled, `refused_rate` of
    the questions."""

    allowed: int
    dialled: int
    answered: int
    """By anybody or anything."""
    talks: int
    """That count as such."""
    abandoned: int
    blocked: int
    answer_rate: float | None
    talk_rate: float | None
    complaints: int = 0
    """Cases that are about one of these calls."""
    complaints_per_10000: float | None = None
    """Of the dialled."""
    refused: int = 0
    """Questions that the gate denied or put off."""
    refused_rate: float | None = None


class QueueFigures(msgspec.Struct, frozen=True):
    """A queue: its callers, their talks, and what came after them. Agents' own calls and campaigns are none of it."""

    waits: WaitFigures
    talks: TalkFigures
    repeats: RepeatFigures | None
    resolution: ResolutionFigures | None
    satisfaction: SatisfactionFigures | None
    accuracy: AccuracyFigures | None


class AgentFigures(msgspec.Struct, frozen=True):
    """An agent: their talks, of whatever kind."""

    talks: TalkFigures
    resolution: ResolutionFigures | None
    satisfaction: AgentGrades | None
    accuracy: AccuracyFigures | None


class SliceFigures(msgspec.Struct, frozen=True):
    """Callers of an hour of the day, or of a day: as many as were offered, answered and abandoned, and their wait."""

    offered: int
    answered: int
    abandoned: int
    mean_wait_s: int | None


class Suggestion(msgspec.Struct, frozen=True):
    """What a rule suggests, of what, and the condition that held."""

    rule: str
    of: str
    name: str
    text: dict[str, str]
    when: str


class Report(msgspec.Struct, frozen=True):
    """All figures of a span. `known_until`: what was known, UTC epoch seconds. docs/reports.md has the formulas."""

    span: Span
    known_until: float
    in_time_s: float
    repeat_days: float
    calls: dict[str, int]
    """By kind."""
    outcomes: dict[str, int]
    """Of calls that came in, by the outcome in the call log."""
    house: QueueFigures
    queues: dict[str, QueueFigures]
    agents: dict[str, AgentFigures]
    talks_by_kind: dict[str, TalkFigures]
    talks_elsewhere: TalkFigures
    """With nobody of the house: transfers to numbers outside."""
    callbacks: dict[str, int]
    """By outcome."""
    hours: list[SliceFigures]
    """By the hour of the day in which the call came, 0 to 23."""
    days: dict[str, SliceFigures]
    cases: CaseFigures
    scenes: dict[str, SceneFigures]
    suggestions: list[Suggestion]
    gaps: list[str]
    """What could not be read, in words; those figures are missing, and nothing else."""
    followups: dict[str, FollowUpFigures] = {}
    """By rule; the empty name is all of them."""
    questionnaires: dict[str, dict[str, QuestionFigures]] = {}
    """By questionnaire and question."""
    satisfaction: OverChannels | None = None
    """Over all channels; None where reports.yaml weighs none."""
    refusals: dict[str, dict[str, RefusalFigures]] = {}
    """Of outgoing calls, by scene and rule."""
    refusals_by_department: dict[str, dict[str, RefusalFigures]] = {}
    """By the department of the scene and rule."""
    dispositions: dict[str, dict[str, int]] = {}
    """Talks of the span by queue and by what their agents said of them; the empty name: nothing was said."""
    ladder: LadderFigures = LadderFigures()
    """Of callers: self-service, the robot, a person."""


def scene_figures(states: Mapping[str, int], complaints: int = 0, refused: int = 0) -> SceneFigures:
    """The figures of a scene, of how many attempts came to each state, of cases that are about one of them, and of
    questions that were refused. A reservation that was never dialled is none."""
    count = states.get
    answered = count("answered", 0) + count("effective", 0) + count("abandoned", 0)
    dialled = answered + count("attempted", 0) + count("blocked", 0)
    return SceneFigures(
        allowed=sum(states.values()),
        dialled=dialled,
        answered=answered,
        talks=count("effective", 0),
        abandoned=count("abandoned", 0),
        blocked=count("blocked", 0),
        answer_rate=percent(answered, dialled),
        talk_rate=percent(count("effective", 0), dialled),
        complaints=complaints,
        complaints_per_10000=percent(100 * complaints, dialled),
        refused=refused,
        refused_rate=percent(refused, refused + sum(states.values())),
    )
