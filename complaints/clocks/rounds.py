"""Rounds of a clock: what the entries of a case's log did to it, one after another.

A round begins with an entry that meets the clock's start, and ends with one that meets its stop or ends the case. A
reopened case begins a new round; the earlier one stays as it ended.

    (none) ─start─► running ─pause─► paused ─resume─► running ─stop─► finished (stopped)
                       └──────── case closed, merged, withdrawn, transferred ──► finished (ended)
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from complaints.audit import Entry
from complaints.clocks.calendars import Calendars
from complaints.clocks.clock import ENDINGS, Clock, ExtensionStep
from complaints.clocks.measures import Measure, measure_of

StepWord = Literal[
    "started", "started_paused", "paused", "resumed", "stopped", "ended", "undone", "target", "extended", "not_extended"
]
_MOVING = ENDINGS | {"reopened", "unmerged", "extended"}
_NO_LONGER_WAITING = frozenset({"closed", "withdrawn", "transferred", "reopened"})
Finish = Literal["stopped", "ended"]


class Step(NamedTuple):
    """What an entry did to a round. `note`: why not, or of which grade; `target`: that which holds from then on."""

    entry: Entry
    word: StepWord
    note: str = ""
    target: float | None = None


class Round(msgspec.Struct):
    """One round as far as the log tells it.

    `spans`: when it ran, from and to, and what was counted meanwhile; `running_since`: None while it does not run.

    `target` is that of the case's grade and category as they are last; None: the clock is not for this case now.
    """

    number: int
    started_at: float
    measure: Measure
    target: float | None
    spans: list[tuple[float, float, float]]
    running_since: float | None
    finished_at: float | None = None
    finish: Finish | None = None
    finish_kind: str = ""
    extended_to: float = 0.0
    extensions: int = 0
    steps: list[Step] = []
    changed_at: float = 0.0
    """When its deadline last became another: start, resumption, another target, extension."""

    @property
    def limit(self) -> float | None:
        """Its target with what it was extended to. None: the clock is not for this case now."""
        return None if self.target is None else max(self.target, self.extended_to)

    @property
    def goes_on(self) -> bool:
        """Whether the log still changes it: it is not finished, or by a merging, which may be undone."""
        return self.finished_at is None or self.finish_kind == "merged"

    def used_until(self, instant: float) -> float:
        """The amount that it had counted by `instant`, or when it finished."""
        until = instant if self.finished_at is None else min(instant, self.finished_at)
        used = 0.0
        for begin, end, counted in self.spans:
            if end <= until:
                used += counted
            elif begin < until:  # it went on in a case that is merged now
                used += self.measure.between(begin, until)
        if self.running_since is not None and self.running_since < until:
            used += self.measure.between(self.running_since, until)
        return used

    def reached_at(self) -> float | None:
        """When it reaches its limit, or did; None: never, or not until it runs again."""
        left = self.limit
        if left is None:
            return None
        for begin, _, counted in self.spans:
            if counted >= left:
                return self.measure.reached(begin, left)
            left -= counted
        return None if self.running_since is None else self.measure.reached(self.running_since, left)

    def pause(self, at: float) -> None:
        """It does not run from `at` on."""
        if self.running_since is not None:
            begin, self.running_since = self.running_since, None
            self.spans.append((begin, at, self.measure.between(begin, at)))


def rounds_of(clock: Clock, entries: Iterable[Entry], calendars: Calendars, known_at: float) -> list[Round]:
    """The rounds of `clock` by entries that are in the order in which they happened (`complaints.audit.known_at`).

    A round that finished while it ran keeps `running_since`: an undone merging lets it go on from there.
    """
    reader = _Reader(clock, calendars, known_at)
    for entry in entries:
        reader.take(entry)
    return reader.rounds


class _Reader:
    def __init__(self, clock: Clock, calendars: Calendars, known_at: float) -> None:
        self.rounds: list[Round] = []
        self._clock = clock
        self._calendars = calendars
        self._known_at = known_at
        self._waits = False  # whether the last entry that pauses or resumes was one that pauses
        self._moving = {*clock.start.kinds, *clock.stop.kinds, *_MOVING}
        self._over = False  # whether the case has ended
        self._category = self._grade = ""
        self._target = clock.target("", "")

    def take(self, entry: Entry) -> None:
        kind, clock = entry.kind, self._clock
        if entry.fields and ("category" in entry.fields or "grade" in entry.fields):
            self._classify(entry)
        if kind not in self._moving:
            if kind in clock.pause.kinds or kind in clock.resume.kinds:
                self._pause_or_resume(entry)
            return
        current = self.rounds[-1] if self.rounds else None
        if current is not None and current.finished_at is None:
            self._act(current, entry)
        elif kind == "unmerged" and current is not None and current.finish_kind == "merged":
            current.finished_at, current.finish, current.finish_kind = None, None, ""
            current.changed_at = entry.at
            current.steps.append(Step(entry, "undone"))
        if kind in _NO_LONGER_WAITING:
            self._wait(entry, False)
        else:
            self._pause_or_resume(entry)
        if kind in ("reopened", "unmerged"):
            self._over = False
        if not self._over and clock.start.meets(entry):
            current = self.rounds[-1] if self.rounds else None
            if current is None or (current.finished_at is not None and (clock.again or kind == "reopened")):
                self._start(entry)
        if kind in ENDINGS:  # it may have started a clock: a follow-up is owed after closing
            self._over = True

    def _pause_or_resume(self, entry: Entry) -> None:
        if entry.kind in self._clock.pause.kinds:
            self._wait(entry, self._clock.pause.meets(entry))  # one that waits for others now does not pause it
        elif self._clock.resume.meets(entry):
            self._wait(entry, False)

    def _act(self, current: Round, entry: Entry) -> None:
        if self._clock.stop.meets(entry):
            self._finish(current, entry, "stopped")
        elif entry.kind in ENDINGS or entry.kind == "reopened":  # a reopened case has new clocks
            self._finish(current, entry, "ended")
        elif entry.kind == "extended" and entry.fields.get("clock") == self._clock.name:
            self._extend(current, entry)

    def _start(self, entry: Entry) -> None:
        at = entry.at
        measure = measure_of(self._clock, self._calendars, at, self._known_at)
        since = None if self._waits else at
        word: StepWord = "started_paused" if self._waits else "started"
        steps = [Step(entry, word, "", self._target)]
        self.rounds.append(
            Round(len(self.rounds) + 1, at, measure, self._target, [], since, steps=steps, changed_at=at)
        )

    def _finish(self, current: Round, entry: Entry, finish: Finish) -> None:
        current.finished_at, current.finish, current.finish_kind = entry.at, finish, entry.kind
        current.steps.append(Step(entry, finish))

    def _wait(self, entry: Entry, waits: bool) -> None:
        if waits == self._waits:
            return
        self._waits = waits
        current = self.rounds[-1] if self.rounds else None
        if current is None or not current.goes_on:
            return
        if waits:
            current.pause(entry.at)
        else:
            current.running_since = current.changed_at = entry.at
        current.steps.append(Step(entry, "paused" if waits else "resumed"))

    def _classify(self, entry: Entry) -> None:
        self._category = str(entry.fields.get("category", self._category))
        self._grade = str(entry.fields.get("grade", self._grade))
        target = self._clock.target(self._category, self._grade)
        if target == self._target:
            return
        self._target = target
        current = self.rounds[-1] if self.rounds else None
        if current is not None and current.goes_on:
            current.target, current.changed_at = target, entry.at
            current.steps.append(Step(entry, "target", self._grade or self._category, target))

    def _extend(self, current: Round, entry: Entry) -> None:
        refused = why_not_extended(self._clock, current, entry)
        if refused:
            current.steps.append(Step(entry, "not_extended", refused))
            return
        step = self._clock.extensions[current.extensions]
        current.extensions += 1
        current.extended_to, current.changed_at = step.to, entry.at
        current.steps.append(Step(entry, "extended", "", step.to))


def next_extension(clock: Clock, current: Round) -> ExtensionStep | None:
    """The step by which a round may be extended next. None: there is none left."""
    return clock.extensions[current.extensions] if current.extensions < len(clock.extensions) else None


def why_not_extended(clock: Clock, current: Round, entry: Entry) -> str:
    """The reason why an entry does not extend a round; empty: it does."""
    step = next_extension(clock, current)
    if step is None:
        times = len(clock.extensions)
        return f"it may be extended {times} time{'' if times == 1 else 's'}" if times else "it may not be extended"
    if step.approver and not entry.fields.get("approver"):
        return f"the approver is missing: {step.approver}"
    if step.approver and entry.fields["approver"] == entry.author:
        return "nobody approves their own request"
    if step.notice and not entry.fields.get("notice"):
        return f"the notice is missing: {step.notice}"
    reached = current.reached_at()
    if reached is not None and entry.at >= reached:
        return "it came when the deadline had passed"
    return ""
