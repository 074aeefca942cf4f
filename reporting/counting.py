"""Counting: all figures of a span in one pass over its calls, in the order in which they came.

`Figures.take` takes each call once, also those of the window before the span and behind it, which say who came again.
Memory is bounded by the names of queues and agents, and by the calls of one window.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from reporting.accuracy import accuracy
from reporting.cases import case_figures
from reporting.channels import over_channels
from reporting.contacts import Contacts
from reporting.fates import Fate, fate
from reporting.followups import follow_up_figures, question_figures
from reporting.ladder import ladder_figures
from reporting.material import Material
from reporting.ratios import whole_seconds
from reporting.refusals import RefusalFigures, by_department, by_scene
from reporting.report import AgentFigures, QueueFigures, Report, SceneFigures, SliceFigures, scene_figures
from reporting.rows import CallKind, CallRow, ReviewRow, TalkRow
from reporting.satisfaction import Satisfaction
from reporting.settings import FigureSettings
from reporting.spans import Span
from reporting.talks import Talks
from reporting.waits import Waits, queue_of

DAY_S = 86_400.0
OF_CALLERS: tuple[CallKind, ...] = ("caller", "callback")


class _Slice:
    __slots__ = ("abandoned", "answered", "offered", "waited_s")

    def __init__(self) -> None:
        self.offered = self.answered = self.abandoned = 0
        self.waited_s = 0.0

    def take(self, call: CallRow, became: Fate) -> None:
        self.offered += 1
        if became == "answered":
            self.answered += 1
            self.waited_s += (call.answered_at or 0.0) - (call.queued_at or 0.0)
        elif became == "abandoned":
            self.abandoned += 1

    def add(self, other: "_Slice") -> None:
        self.offered += other.offered
        self.answered += other.answered
        self.abandoned += other.abandoned
        self.waited_s += other.waited_s

    def figures(self) -> SliceFigures:
        mean_s = whole_seconds(self.waited_s, self.answered)
        return SliceFigures(self.offered, self.answered, self.abandoned, mean_s)


class Figures:
    """Takes calls and gives the report. `local` tells the day (2026-11-30) and the hour of an instant in the zone."""

    def __init__(
        self, span: Span, settings: FigureSettings, in_time_s: float, local: Callable[[float], tuple[str, int]]
    ) -> None:
        self._span = span
        self._settings = settings
        self._in_time_s = in_time_s
        self._local = local
        self._calls: dict[str, int] = {}
        self._outcomes: dict[str, int] = {}
        self._callbacks: dict[str, int] = {}
        self._waits_of: defaultdict[str, Waits] = defaultdict(lambda: Waits(in_time_s))
        self._talks_of_queue: defaultdict[str, Talks] = defaultdict(Talks)
        self._talks_of_agent: defaultdict[str, Talks] = defaultdict(Talks)
        self._talks_of_kind: defaultdict[str, Talks] = defaultdict(Talks)
        self._elsewhere = Talks()
        self._contacts = Contacts(settings.repeat_days * DAY_S)
        self._satisfaction = Satisfaction(settings.satisfaction)
        self._reviews: list[ReviewRow] = []
        self._reviewable: defaultdict[str, int] = defaultdict(int)
        """Talks by queue that are long enough to be drawn."""
        self._slices: defaultdict[tuple[str, int], _Slice] = defaultdict(_Slice)

    @property
    def reads_from(self) -> float:
        """The instant from which on calls must be taken: one window before the span."""
        return self._span.since - max(self._settings.repeat_days * DAY_S, 3600 * self._settings.satisfaction.once_in_h)

    @property
    def reads_until(self) -> float:
        """The instant until which calls must be taken: one window behind the span."""
        return self._span.until + self._settings.repeat_days * DAY_S

    def take(self, call: CallRow) -> None:
        """Take a call, in the order of `arrived_at`."""
        counts = self._span.since <= call.arrived_at < self._span.until
        if call.direction == "in" and call.queued_at is not None:
            first = call.first_talk
            agent = first.agent if first is not None else ""
            answered = first is not None
            self._contacts.take(call.arrived_at, call.person, queue_of(call), agent, answered=answered, counts=counts)
            self._satisfaction.take(call, counts=counts)
        if counts:
            self._count(call)

    def review(self, review: ReviewRow) -> None:
        """Take a judgement of a talk of the span."""
        self._reviews.append(review)

    def report(self, known_until: float, material: Material) -> Report:
        """The report, once: all calls were taken."""
        self._contacts.finish(known_until)
        waits, talks = Waits(self._in_time_s), Talks()
        for of_queue in self._waits_of.values():
            waits.add(of_queue)
        for kind in OF_CALLERS:  # a call is of one kind, and may have talks in several queues
            talks.add(self._talks_of_kind.get(kind, Talks()))
        hours = [_Slice() for _ in range(24)]
        days: defaultdict[str, _Slice] = defaultdict(_Slice)
        for (day, hour), one in self._slices.items():
            hours[hour].add(one)
            days[day].add(one)
        refused = by_scene(material.refusals)
        asked_elsewhere = question_figures(material.answers, self._settings.satisfaction)
        of_calls = self._satisfaction.house()
        return Report(
            span=self._span,
            known_until=known_until,
            in_time_s=self._in_time_s,
            repeat_days=self._settings.repeat_days,
            calls=dict(sorted(self._calls.items())),
            outcomes=dict(sorted(self._outcomes.items())),
            house=QueueFigures(
                waits.figures(),
                talks.figures(),
                self._contacts.repeats(),
                self._contacts.resolution(),
                of_calls,
                accuracy(self._reviews, self._reviewable),
            ),
            queues=self._queue_figures(),
            agents=self._agent_figures(),
            talks_by_kind={kind: one.figures() for kind, one in sorted(self._talks_of_kind.items())},
            talks_elsewhere=self._elsewhere.figures(),
            callbacks=dict(sorted(self._callbacks.items())),
            hours=[one.figures() for one in hours],
            days={day: one.figures() for day, one in sorted(days.items())},
            cases=case_figures(material.opened, material.clocks, material.hand_overs, material.steps),
            scenes=_scenes(material.attempts, material.complaints, refused),
            suggestions=[],
            gaps=list(material.gaps),
            followups=follow_up_figures(material.follow_ups),
            questionnaires=asked_elsewhere,
            satisfaction=over_channels(self._settings.satisfaction, of_calls, asked_elsewhere),
            refusals=refused,
            refusals_by_department=by_department(material.refusals, material.departments),
            dispositions={queue: dict(sorted(words.items())) for queue, words in sorted(material.dispositions.items())},
            ladder=ladder_figures(material.rungs, material.hand_over_sums),
        )

    def _count(self, call: CallRow) -> None:
        kind = call.kind
        self._calls[kind] = self._calls.get(kind, 0) + 1
        if call.direction == "in":
            self._outcomes[call.outcome] = self._outcomes.get(call.outcome, 0) + 1
        if call.callback:
            self._callbacks[call.callback] = self._callbacks.get(call.callback, 0) + 1
        became = fate(call)
        if became is not None:
            self._waits_of[queue_of(call)].take(call, became)
            self._slices[self._local(call.arrived_at)].take(call, became)
        if call.talks:
            self._count_talks(call.talks, kind, call.direction == "in")

    def _count_talks(self, talks: tuple[TalkRow, ...], kind: str, of_callers: bool) -> None:
        agents: list[str] = []
        queues: list[str] = []
        for talk in talks:
            agent, queue = talk.agent, talk.queue
            if not agent:
                self._elsewhere.take(talk, "" not in agents)
            else:
                self._reviewable[queue] += talk.seconds >= self._settings.satisfaction.least_talk_s
                is_first = not any(agents)
                self._talks_of_agent[agent].take(talk, agent not in agents)
                self._talks_of_kind[kind].take(talk, is_first)
                if of_callers:
                    self._talks_of_queue[queue].take(talk, queue not in queues)
                queues.append(queue)
            agents.append(agent)

    def _queue_figures(self) -> dict[str, QueueFigures]:
        repeats, resolution = self._contacts.repeats_by_queue(), self._contacts.resolution_by_queue()
        satisfaction = self._satisfaction.by_queue()
        reviews = _grouped(self._reviews, lambda one: one.queue)
        names = sorted({*self._waits_of, *self._talks_of_queue, *repeats, *resolution, *satisfaction})
        return {
            name: QueueFigures(
                self._waits_of[name].figures(),
                self._talks_of_queue[name].figures(),
                repeats.get(name),
                resolution.get(name),
                satisfaction.get(name),
                accuracy(reviews.get(name, [])),
            )
            for name in names
        }

    def _agent_figures(self) -> dict[str, AgentFigures]:
        resolution, grades = self._contacts.resolution_by_agent(), self._satisfaction.by_agent()
        reviews = _grouped(self._reviews, lambda one: one.agent)
        names = sorted({*self._talks_of_agent, *resolution, *grades, *reviews})
        return {
            name: AgentFigures(
                self._talks_of_agent[name].figures(),
                resolution.get(name),
                grades.get(name),
                accuracy(reviews.get(name, [])),
            )
            for name in names
        }


def _grouped(rows: Sequence[ReviewRow], key: Callable[[ReviewRow], str]) -> dict[str, list[ReviewRow]]:
    groups: dict[str, list[ReviewRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return groups


def _scenes(
    attempts: Mapping[str, Mapping[str, int]],
    complaints: Mapping[str, int],
    refusals: Mapping[str, Mapping[str, RefusalFigures]],
) -> dict[str, SceneFigures]:
    """Each scene of which somebody was called, or was not."""
    refused = {scene: sum(one.denied + one.deferred for one in rules.values()) for scene, rules in refusals.items()}
    return {
        scene: scene_figures(attempts.get(scene, {}), complaints.get(scene, 0), refused.get(scene, 0))
        for scene in sorted({*attempts, *refused})
    }
