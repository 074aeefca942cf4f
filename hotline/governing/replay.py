"""Replay: past calls put to a policy as they came, to see what it would have done before it does it."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from calls.numbers import masked
from dialer.governor.decisions import Decision, Reason
from dialer.governor.governor import decide
from dialer.governor.history import History, PastCall
from dialer.governor.policy import Policy
from dialer.governor.questions import Question, Subject
from hotline.governing.past_calls import PastAttempt
from hotline.governing.subjects import Subjects, identified


class Blocked(msgspec.Struct, frozen=True):
    """A call that the policy would have denied or deferred. The number is masked."""

    at: float
    number: str
    scene: str
    origin: str
    verdict: str
    rules: tuple[str, ...]
    detail: str
    until: float | None


@dataclass(slots=True)
class SceneResult:
    """What becomes of one scene's calls. `before`: by the policy of today; `after`: by the one that is tried."""

    scene: str
    calls: int = 0
    blocked_before: int = 0
    blocked_after: int = 0
    newly_blocked: int = 0
    newly_allowed: int = 0
    deferred_after: int = 0
    """Of those that are blocked: the ones that may be made later."""
    callees_blocked: set[str] = field(default_factory=set)
    rules: Counter[str] = field(default_factory=Counter)
    """Rules that are against calls, with how many."""


@dataclass(slots=True)
class RuleResult:
    """What one rule is against. `alone`: calls that no other rule is against."""

    reason: Reason
    calls: int = 0
    alone: int = 0
    scenes: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Report:
    """The outcome of a replay."""

    calls: int = 0
    scenes: dict[str, SceneResult] = field(default_factory=dict)
    rules: dict[str, RuleResult] = field(default_factory=dict)
    blocked: list[Blocked] = field(default_factory=list)
    """The first ones, as many as were asked for."""


class _Side:
    """One policy, and the calls that it has let pass so far."""

    def __init__(self, policy: Policy, as_made: bool) -> None:
        self._policy = policy
        self._as_made = as_made
        self._kept: dict[tuple[str, str], deque[PastCall]] = {}

    def decide(self, question: Question, attempt: PastAttempt, subject: Subject) -> Decision:
        """Decide on a call as of when it was made."""
        return decide(self._policy, question, subject, History(self._past(attempt)), attempt.at)

    def note(self, attempt: PastAttempt, decision: Decision | None) -> None:
        """Take the call into the history, unless it would not have been made. None: it was made before the time that
        is looked at."""
        if decision is not None and decision.verdict != "allow" and not self._as_made:
            return
        found = self._policy.scenes.get(attempt.scene)
        call = PastCall(
            at=attempt.at,
            state=attempt.state,
            number=attempt.number,
            person=attempt.person,
            account=attempt.account,
            scene=attempt.scene,
            category=found[0].category if found is not None else "",
            channel=found[0].channel if found is not None else "",
            campaign=attempt.campaign,
            talked_until=attempt.talked_until,
            result=attempt.result,
        )
        for key in _keys(attempt):
            self._kept.setdefault(key, deque()).append(call)

    def _past(self, attempt: PastAttempt) -> tuple[PastCall, ...]:
        oldest = attempt.at - self._policy.history_s
        found: dict[int, PastCall] = {}
        for key in _keys(attempt):
            calls = self._kept.get(key)
            if calls is None:
                continue
            while calls and calls[0].at < oldest:
                calls.popleft()
            found.update((id(call), call) for call in calls)
        return tuple(sorted(found.values(), key=lambda call: -call.at))


def replay(
    before: Policy,
    after: Policy,
    earlier: Iterable[PastAttempt],
    attempts: Iterable[PastAttempt],
    subjects: Subjects,
    *,
    as_made: bool = False,
    most: int = 0,
    each: Callable[[PastAttempt, Decision], None] = lambda attempt, decision: None,
) -> Report:
    """Put `attempts` (the oldest first) to both policies, in which every scene is approved.

    `earlier`: calls of before, which only count. A call that a policy is against is not made then, and counts for none
    that come after it; with `as_made` it does, as it did. `most`: of so many blocked calls the report tells each.
    `each` is given every call with the decision of the policy that is tried.
    """
    sides = _Side(before, as_made), _Side(after, as_made)
    for attempt in earlier:
        for side in sides:
            side.note(attempt, None)
    report = Report()
    for attempt in attempts:
        question = Question(
            scene=attempt.scene,
            number=attempt.number,
            origin=attempt.origin,
            source=attempt.source,
            person=attempt.person,
            account=attempt.account,
            campaign=attempt.campaign,
            agent=attempt.agent,
            caller_id=attempt.caller_id,
            attributes=attempt.attributes,
        )
        decisions = []
        subject = subjects.subject(question, attempt.at)
        question = identified(question, subject)
        if question.person != attempt.person:
            attempt = msgspec.structs.replace(attempt, person=question.person)
        for side in sides:
            decision = side.decide(question, attempt, subject)
            side.note(attempt, decision)
            decisions.append(decision)
        each(attempt, decisions[1])
        _count(report, attempt, decisions[0], decisions[1], most)
    return report


def _count(report: Report, attempt: PastAttempt, before: Decision, after: Decision, most: int) -> None:
    report.calls += 1
    scene = report.scenes.setdefault(attempt.scene, SceneResult(attempt.scene))
    scene.calls += 1
    was, is_now = before.verdict != "allow", after.verdict != "allow"
    scene.blocked_before += was
    scene.blocked_after += is_now
    scene.newly_blocked += is_now and not was
    scene.newly_allowed += was and not is_now
    if not is_now:
        return
    scene.deferred_after += after.verdict == "defer"
    scene.callees_blocked.add(attempt.person or attempt.number)
    for reason in after.reasons:
        scene.rules[reason.rule] += 1
        rule = report.rules.setdefault(reason.rule, RuleResult(reason))
        rule.calls += 1
        rule.alone += len(after.reasons) == 1
        rule.scenes.add(attempt.scene)
    if len(report.blocked) < most:
        report.blocked.append(
            Blocked(
                attempt.at,
                masked(attempt.number),
                attempt.scene,
                attempt.origin,
                after.verdict,
                tuple(reason.rule for reason in after.reasons),
                after.reasons[0].detail if after.reasons else "",
                after.until,
            )
        )


def _keys(attempt: PastAttempt) -> list[tuple[str, str]]:
    keys = [("number", attempt.number)]
    if attempt.person:
        keys.append(("person", attempt.person))
    if attempt.account:
        keys.append(("account", attempt.account))
    return keys
