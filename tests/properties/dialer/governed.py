"""Policies, histories and callees drawn by hypothesis, and an oracle that knows nothing of how the governor works."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import strategies as st

from dialer.governor.decisions import LAYERS
from dialer.governor.frequency import Frequency
from dialer.governor.history import History, PastCall
from dialer.governor.hours import CallingHours
from dialer.governor.policy import Policy
from dialer.governor.questions import Listed, Subject
from dialer.governor.rule import Exemption, Rule
from dialer.governor.scene import Scene
from dialer.governor.scope import Scope
from dialer.governor.sensitivity import Sensitivity
from dialer.governor.spacing import Spacing
from dsl.hours import Hours, is_open
from tests.unit.dialer.governor.policies import QUESTION, SCENES, SUBJECT

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Cairo",
)
_NEAR = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
    for text in ("2026-03-08T05:00", "2026-11-01T04:00", "2026-03-29T00:00", "2026-10-25T00:00", "2026-04-04T14:00",
                 "2028-02-28T12:00", "2026-12-30T12:00", "2026-10-03T15:00", "2026-04-23T20:00", "2026-10-29T20:00")
)  # fmt: skip
"""Around these the clocks leap, Februaries end, or years."""

_SPANS: tuple[tuple[tuple[int, int], ...], ...] = (
    (), ((540, 1080),), ((0, 1440),), ((480, 720), (840, 1200)), ((90, 150),), ((0, 15), (1425, 1440)), ((120, 135),),
    ((1320, 1560),), ((30, 60), (60, 75), (180, 240)), ((1170, 1290),), ((0, 120),), ((165, 1440),),
)  # fmt: skip
"""Of a day: none, all of it, over the hours in which clocks leap, past midnight. One draw: there are many of them."""


def spans() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    return st.sampled_from(_SPANS)


@st.composite
def hours(draw: st.DrawFn) -> CallingHours:
    week = draw(st.tuples(*[spans()] * 7))
    calendar = draw(st.sampled_from(("", "", "cn")))
    return CallingHours(
        Hours(
            "UTC",
            week,
            calendar,  # type: ignore[arg-type]  # one of the two
            tuple(draw(st.lists(st.sampled_from(("12-31", "02-29", "2026-03-08", "2026-11-01")), max_size=2))),
            draw(spans()),
            {"2026-03-29": draw(spans())} if draw(st.booleans()) else {},
            (),
            tuple(draw(st.lists(st.sampled_from((-2, 1)), max_size=1))),
            draw(spans()),
        )
    )


frequencies = st.builds(
    Frequency,
    at_most=st.integers(1, 3),
    window=st.sampled_from(("1 min", "1 h", "24 h", "2 days", "day", "week", "month")),
    count=st.sampled_from(("attempts", "talks", "abandons", "answered", "unanswered")),
    per=st.sampled_from(("number", "person", "account")),
    among=st.sampled_from(("covered", "all", "category", "scene", "group", "campaign")),
)
spacings = st.builds(
    Spacing,
    at_least=st.sampled_from(("30 min", "24 h", "3 days")),
    since=st.sampled_from(("attempt", "answered", "unanswered", "talk", "abandon", "refusal")),
    per=st.sampled_from(("number", "person", "account")),
    among=st.sampled_from(("covered", "all", "category")),
)
sensitivities = st.builds(
    Sensitivity,
    lists=st.lists(st.sampled_from(("vip", "complained")), min_size=1, max_size=2, unique=True).map(tuple),
    then=st.sampled_from(("deny", "human_only")),
)
scopes = st.builds(
    Scope,
    category=st.sampled_from(((), (), ("service",), ("marketing", "service"))),
    country=st.sampled_from(((), (), ("CN",), ("US",))),
    region=st.sampled_from(((), (), ("CN-31",), ("CN-64",))),
    lists=st.sampled_from(((), (), ("vip",))),
)


@st.composite
def rules(
    draw: st.DrawFn, *, most: int = 4, families: tuple[str, ...] = ("hours", "frequency", "spacing", "sensitivity")
) -> list[Rule]:
    made = []
    for index in range(draw(st.integers(1, most))):
        family = draw(st.sampled_from(families))
        words = draw(
            {"hours": hours(), "frequency": frequencies, "spacing": spacings, "sensitivity": sensitivities}[family]
        )
        begin = draw(st.sampled_from((None, None, None, *_NEAR)))
        made.append(
            Rule(
                name=f"r.r{index}",
                layer=draw(st.sampled_from(LAYERS)),
                family=family,  # type: ignore[arg-type]  # one of those
                words=words,
                scopes=tuple(draw(st.lists(scopes, max_size=1))),
                locked=draw(st.booleans()),
                effective_from=begin,
                effective_until=None if begin is None or draw(st.booleans()) else begin + 86400.0 * 3,
            )
        )
    return made


STATES = ("reserved", "attempted", "answered", "effective", "abandoned", "blocked", "released")
nows = st.builds(lambda near, ahead: float(near + ahead * 60), st.sampled_from(_NEAR), st.integers(-3 * 1440, 3 * 1440))


@st.composite
def calls(draw: st.DrawFn, now: float, most: int = 6) -> list[PastCall]:
    return [_call(now, number) for number in draw(st.lists(st.integers(0, _CALLS - 1), max_size=most))]


_CHOICES: tuple[tuple[Any, ...], ...] = (
    STATES,
    (QUESTION.number, QUESTION.number, "+8613900139000"),
    (QUESTION.person, QUESTION.person, "", "p2"),
    (QUESTION.account, "", "a2"),
    ("care", "offer", "foreign", ""),
    ("service", "marketing", ""),
    ("spring", "autumn", ""),
    (60.0, 0.0),
    ("", "refusal", "no_answer"),
)
_CALLS = math.prod(map(len, _CHOICES)) * 4 * 1440


def _call(now: float, number: int) -> PastCall:
    """A past call of four days; one number for all of it, for that is drawn at once."""
    number, minute = divmod(number, 4 * 1440)
    chosen = []
    for choices in _CHOICES:
        number, index = divmod(number, len(choices))
        chosen.append(choices[index])
    state, callee, person, account, scene, category, campaign, talked, result = chosen
    at = now - minute * 60.0
    ended = at + talked if talked else 0.0
    return PastCall(at, state, callee, person, account, scene, category, "human", campaign, ended, result)


def history(made: list[PastCall]) -> History:
    return History(tuple(sorted(made, key=lambda call: -call.at)))


@st.composite
def subjects(draw: st.DrawFn, now: float) -> Subject:
    zones = tuple(draw(st.lists(st.sampled_from(ZONES), min_size=1, max_size=2, unique=True)))
    entries = [
        Listed(
            draw(st.sampled_from(("vip", "complained"))),
            "",
            "",
            "",
            since,
            None if draw(st.booleans()) else since + 7200.0,
        )
        for since in draw(st.lists(st.integers(-48, 48).map(lambda hour: now + hour * 1800.0), max_size=2))
    ]
    return msgspec.structs.replace(
        SUBJECT,
        zones=zones,
        lists=tuple(entries),
        country=draw(st.sampled_from(("CN", "CN", ""))),
        region=draw(st.sampled_from(("CN-31", ""))),
        exceptions=draw(st.sampled_from(((), ("r.spared",)))),
    )


exemptions = st.builds(
    lambda names, begin, length, everybody: Exemption(
        name="r.spared",
        rules=names,
        author="a",
        reason="b",
        until=begin + length * 1800.0,
        since=begin,
        holds_for="all" if everybody else "granted",
    ),
    st.sampled_from((("r.r0",), ("hours",), ("frequency", "r.r1"), ("r",))),
    nows,
    st.integers(1, 200),
    st.booleans(),
)


def policy(made: list[Rule], spared: list[Exemption] | None = None) -> Policy:
    return Policy(made, SCENES, {}, spared or (), defer_at_most_s=20 * 86400.0)


def passes(made: list[Rule], spared: list[Exemption], subject: Subject, past: History, scene: Scene, at: float) -> bool:
    """The oracle: whether every rule lets the call pass at `at`, said in the plainest way."""
    return all(
        _lets_pass(rule, subject, past, scene, at) or any(_spares(one, rule, subject, at) for one in spared)
        for rule in made
    )


def _spares(one: Exemption, rule: Rule, subject: Subject, at: float) -> bool:
    assert one.since is not None
    named = any(name in (rule.name, rule.family, rule.policy) for name in one.rules)
    held = one.holds_for == "all" or one.name in subject.exceptions
    return named and held and not rule.locked and one.since <= at < one.until


def _lets_pass(rule: Rule, subject: Subject, past: History, scene: Scene, at: float) -> bool:
    if (rule.effective_from or 0.0) > at or (rule.effective_until is not None and rule.effective_until <= at):
        return True
    on = {entry.list for entry in subject.lists if entry.since <= at and (entry.until is None or at < entry.until)}
    for scope in rule.scopes:
        if scope.category and scene.category not in scope.category:
            return True
        if scope.country and subject.country and subject.country not in scope.country:
            return True
        if scope.region and subject.region and subject.region not in scope.region:
            return True
        if scope.region and not subject.region and subject.country and not scope.region[0].startswith(subject.country):
            return True
        if scope.lists and not on & set(scope.lists):
            return True
    match rule.words:
        case CallingHours(hours=hours):
            return all(is_open(msgspec.structs.replace(hours, zone=zone), at)[0] for zone in subject.zones)
        case Frequency() as words:
            return all(_counted(rule, words, zone, past, scene, at) < words.at_most for zone in subject.zones)
        case Spacing() as words:
            return all(
                _since(words, call) + _length(words.at_least) <= at
                for call in past.calls
                if _counts(call, words.since) and _of(call, words.per) and _among(call, words.among, rule, scene)
            )
        case Sensitivity(lists=lists, then=then):
            return not on & set(lists) or (then == "human_only" and scene.channel not in ("ai", "ivr"))
    raise AssertionError(rule)


def _counted(rule: Rule, words: Frequency, zone: str, past: History, scene: Scene, at: float) -> int:
    def inside(call: PastCall) -> bool:
        here, there = (datetime.fromtimestamp(x, UTC).astimezone(ZoneInfo(zone)).date() for x in (at, call.at))
        match words.window:
            case "day":
                return there >= here
            case "week":
                return there >= here - timedelta(days=here.weekday())
            case "month":
                return (there.year, there.month) >= (here.year, here.month)
        return call.at + _length(words.window) > at

    return sum(
        inside(call) and _counts(call, words.count) and _of(call, words.per) and _among(call, words.among, rule, scene)
        for call in past.calls
    )


def _length(text: str) -> float:
    number, unit = text.split()
    return int(number) * {"min": 60.0, "h": 3600.0, "days": 86400.0}[unit]


def _since(words: Spacing, call: PastCall) -> float:
    return max(call.at, call.talked_until) if words.since == "talk" else call.at


def _counts(call: PastCall, what: str) -> bool:
    if call.state in ("released", "reserved"):
        return call.state == "reserved"
    match what:
        case "attempts" | "attempt":
            return True
        case "talks" | "talk":
            return call.state == "effective"
        case "abandons" | "abandon":
            return call.state == "abandoned"
        case "answered":
            return call.state in ("answered", "effective", "abandoned")
        case "unanswered":
            return call.state in ("attempted", "blocked")
        case "refusal":
            return call.result == "refusal"
    raise AssertionError(what)


def _of(call: PastCall, per: str) -> bool:
    match per:
        case "number":
            return call.number == QUESTION.number
        case "account":
            return call.account == QUESTION.account
    return call.person == QUESTION.person or (call.person == "" and call.number == QUESTION.number)


def _among(call: PastCall, among: str, rule: Rule, scene: Scene) -> bool:
    known = {one.name: one for one in SCENES}
    match among:
        case "category":
            return call.category in ("", scene.category)
        case "scene":
            return call.scene in ("", scene.name)
        case "campaign":
            return call.campaign in ("", QUESTION.campaign)
        case "group":
            return not scene.group or call.scene not in known or known[call.scene].group == scene.group
        case "covered":
            for scope in rule.scopes:
                category = known[call.scene].category if call.scene in known else call.category
                if scope.category and category not in ("", *scope.category):
                    return False
    return True
