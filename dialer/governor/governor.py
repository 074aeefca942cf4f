"""Decisions: may this call be placed, now? Pure: all that is known comes in, and an answer goes out.

Every rule that can apply is asked. One that denies wins; then one that defers; else the call is allowed, with the
strictest obligations. A rule that raises denies, in its own name. A deferred call gets the first instant at which all
rules let it pass, as far as is known: the history stays as it is, lists and exceptions begin and end as they are
written.
"""

from bisect import bisect_right
from collections.abc import Iterable
from math import inf

import msgspec

from dialer.governor.asking import Asking, Unknown
from dialer.governor.caller_id import least_recently_used
from dialer.governor.citation import Citation
from dialer.governor.decisions import Decision, Obligations, Reason
from dialer.governor.durations import in_words
from dialer.governor.history import NOTHING, History
from dialer.governor.obliging import strictest
from dialer.governor.policy import RANKS, Bound, Policy, Prepared
from dialer.governor.questions import Question, Subject
from dialer.governor.rule import spares
from dialer.governor.scene import Scene
from dsl.conditions import Erred

_MOST_STEPS = 2_000  # of the search for an instant; each gets past a rule's whole stretch of no
_SCENE = Citation("governor.scene", "scene", "law")
_NO_OBLIGATIONS = Obligations()


def decide(
    policy: Policy, question: Question, subject: Subject, history: History = NOTHING, now: float = 0.0
) -> Decision:
    """Decide on one question at `now` (UTC epoch seconds). It never raises: what goes wrong denies."""
    found = policy.scenes.get(question.scene)
    if found is None:
        said = "the question names no scene" if not question.scene else "there is no scene of this name"
        return Decision("deny", policy.hash, question.scene, "", (_SCENE.deny(said),))
    scene, rules = found
    if (refused := _unapproved(scene, now)) is not None:
        return Decision("deny", policy.hash, scene.name, scene.version, (refused,))
    prepared = rules.at(subject.country, subject.region)
    asking = Asking(question, subject, scene, history, now)
    passed: list[str] = []
    against = _against(prepared, asking, now, passed)
    if not against:
        return Decision(
            "allow",
            policy.hash,
            scene.name,
            scene.version,
            (),
            _obligations(prepared, asking, now),
            None,
            tuple(passed),
        )
    return _refuse(policy, prepared, asking, against, tuple(passed))


def _unapproved(scene: Scene, at: float) -> Reason | None:
    if scene.refused:
        return _SCENE.deny(f"the scene may not call: {scene.refused}")
    if scene.approved_from is not None and at < scene.approved_from:
        return _SCENE.deny("the scene's approval has not begun")
    if scene.approved_until is not None and at >= scene.approved_until:
        return _SCENE.deny("the scene's approval has ended")
    return None


def _against(
    prepared: Prepared, asking: Asking, at: float, passed: list[str] | None = None
) -> list[tuple[Bound, Reason]]:
    """The rules that are against the call at `at`, each with its reason; those that an exception spares left out."""
    against: list[tuple[Bound, Reason]] = []
    for bound in prepared.bounds:
        try:
            guard = bound.guard
            if guard is not None and not guard(asking, at):
                continue
            reason = bound.check(asking, at)
        except Exception as error:  # noqa: BLE001  # whatever goes wrong in a rule, the call is not placed
            reason = bound.citation.deny(_erred(error))
        if reason is not None:
            against.append((bound, reason))
    if against and prepared.sparings:
        against = [pair for pair in against if not _spared(prepared, asking, at, pair[0], passed)]
    asking.caller_ids = asking.free_at = None
    asking.rests_s, asking.rests_after = 0.0, ()
    for bound in prepared.caller_ids:
        try:
            guard = bound.guard
            if guard is not None and not guard(asking, at):
                continue
            before = asking.caller_ids, asking.free_at
            reason = bound.check(asking, at)
        except Exception as error:  # noqa: BLE001  # as above
            reason = bound.citation.deny(_erred(error))
        if reason is not None:
            if prepared.sparings and _spared(prepared, asking, at, bound, passed):
                asking.caller_ids, asking.free_at = before
            else:
                against.append((bound, reason))
                break
    return against


def _erred(error: Exception) -> str:
    match error:
        case Unknown():
            return str(error)
        case Erred():
            return f"its condition erred: {error}"
    return f"the rule erred: {type(error).__name__}"


def _spared(prepared: Prepared, asking: Asking, at: float, bound: Bound, passed: list[str] | None) -> bool:
    if bound.locked or bound.rule is None:
        return False
    for sparing in prepared.sparings:
        if not spares(sparing.names, bound.rule):
            continue
        if sparing.granted and not asking.granted(sparing.name, at):
            continue
        try:
            if not sparing.guard(asking, at):
                continue
        except Exception:  # noqa: BLE001  # what goes wrong in an exception spares nobody
            continue
        if passed is not None:
            passed.append(f"{sparing.name}: {bound.name}")
        return True
    return False


def _obligations(prepared: Prepared, asking: Asking, at: float) -> Obligations:
    obligations = prepared.obligations
    if prepared.obliging:
        some = [(rank, one) for guard, rank, one in prepared.obliging if guard(asking, at)]
        if some:
            obligations = strictest([*prepared.static, *some])
    numbers = asking.caller_ids
    if numbers is None:
        numbers = asking.scene.caller_ids
    if not numbers and not asking.human_only:
        return obligations
    return Obligations(
        least_recently_used(numbers, asking),
        obligations.notice,
        obligations.record,
        asking.human_only or obligations.human_only,
        obligations.longest_ring_s,
        obligations.least_ring_s,
        asking.rests_s or None,
        asking.rests_after,
    )


def _refuse(
    policy: Policy, prepared: Prepared, asking: Asking, against: list[tuple[Bound, Reason]], passed: tuple[str, ...]
) -> Decision:
    scene = asking.scene
    reasons = [reason for _, reason in against]
    until = None
    if all(reason.verdict == "defer" for reason in reasons):
        until, last = _first_instant(policy, prepared, asking, reasons)
        if until is None:
            last = _for_good(last, reasons, policy.defer_at_most_s)
            reasons = [*(one for one in reasons if one.rule != last.rule), last]
    return Decision(
        "deny" if until is None else "defer",
        policy.hash,
        scene.name,
        scene.version,
        tuple(sorted(reasons, key=_strictness)),
        _NO_OBLIGATIONS,
        until,
        passed,
    )


def _strictness(reason: Reason) -> tuple[bool, float, int, str]:
    return reason.verdict == "defer", -(reason.until or 0.0), RANKS[reason.layer], reason.rule


def _first_instant(
    policy: Policy, prepared: Prepared, asking: Asking, reasons: list[Reason]
) -> tuple[float | None, Reason]:
    """The first instant at which nothing is against the call, or None with the reason that stands against it then.

    Each reason says until when its rule surely says no. So nothing before the latest of these can be the instant;
    there all are asked again. What begins or ends by itself meanwhile (an exception, a list's entry) may end a no
    sooner.
    """
    changes = sorted({*policy.instants, *_changes(asking.subject, asking.scene)})
    at = asking.now
    for _ in range(_MOST_STEPS):
        change = changes[index] if (index := bisect_right(changes, at)) < len(changes) else inf
        latest, last = max(
            ((min(inf if reason.until is None else reason.until, change), reason) for reason in reasons),
            key=lambda pair: pair[0],
        )
        if latest - asking.now > policy.defer_at_most_s:
            return None, last
        at = latest
        if (refused := _unapproved(asking.scene, at)) is not None:
            return None, refused
        reasons = [reason for _, reason in _against(prepared, asking, at)]
        if not reasons:
            return at, last
    return None, last


def _for_good(last: Reason, first: list[Reason], within_s: float) -> Reason:
    """The reason for which the call is denied and not deferred: as the rule said it at first, if it was against it
    then."""
    said = next((one for one in first if one.rule == last.rule), None)
    detail = said.detail if said is not None and last.verdict == "defer" else last.detail
    if last.verdict == "defer":
        detail += f"; not within {in_words(within_s)}"
    elif said is None:
        detail += ", by the time the other rules would let it pass"
    return msgspec.structs.replace(last if said is None else said, verdict="deny", detail=detail, until=None)


def _changes(subject: Subject, scene: Scene) -> Iterable[float]:
    for entry in subject.lists:
        yield entry.since
        if entry.until is not None:
            yield entry.until
    for word in subject.consents:
        yield word.at
        if word.until is not None:
            yield word.until
    yield from subject.exceptions_until.values()
