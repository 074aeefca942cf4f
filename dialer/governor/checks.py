"""Static checks: what is wrong with rules although each of them can be read.

| rule of the finding | what it finds | |---|---| | `hours-empty` | hours that are never open; a scene for which
several hours leave nothing of the week | | `never-fires` | a rule that is over, or covers no scene, or nothing
together with its file, or that a stricter one covers | | `overlap` | two rules that say the same of the same calls | |
`contradiction` | a scene that no call can pass: people only for a machine's scene, no number of two rules' kinds or
countries; rings, recordings that contradict each other | | `loosened-floor` | a rule that replaces a stricter one | |
`exception-over`, `exception-long` | an exception that has ended, or lasts for more than a year |
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from dialer.governor.counting import Among
from dialer.governor.durations import seconds, window
from dialer.governor.frequency import Frequency
from dialer.governor.hours import CallingHours, minutes_of_week, never_open
from dialer.governor.rule import Exemption, Rule
from dialer.governor.scene import Scene
from dialer.governor.scope import Scope, all_cover_place, all_cover_scene
from dialer.governor.sensitivity import MACHINES, Sensitivity
from dialer.governor.spacing import Spacing
from dialer.governor.validity import Validity
from dsl.tree import Mark, Problem

Found = tuple[str, str, str, bool]
"""The rule or exception, the name of the finding, the message, and whether it is a mere warning."""
_YEAR = timedelta(days=366)
_ANY_DAY = date(2026, 1, 1)


def findings(
    rules: Iterable[Rule],
    exemptions: Iterable[Exemption],
    scenes: Sequence[Scene],
    today: date | None,
    places: Mapping[str, Mark],
    presets: Collection[str],
) -> list[Problem]:
    """All findings. `places`: of each rule and exception; `presets`: the rules that are of one. That a preset is never
    the first to say no is what stricter rules are for, and no finding."""
    ordered = sorted(rules, key=lambda rule: (rule.rank, rule.name))
    covered = {rule.name: frozenset(s.name for s in scenes if all_cover_scene(rule.scopes, s)) for rule in ordered}
    found: list[Found] = [
        *_empty_hours(ordered, today),
        *_no_hours_left(ordered, scenes),
        *_never_fires(ordered, scenes, covered, today),
        *_shadowed(ordered, covered, presets),
        *_twins(ordered, covered),
        *_contradictions(ordered, scenes),
        *_loosened(ordered),
        *_exceptions(exemptions, today),
    ]
    return [
        Problem(places[name], kind, f"{name}: {said}", warning) for name, kind, said, warning in dict.fromkeys(found)
    ]


def _empty_hours(rules: Iterable[Rule], today: date | None) -> Iterator[Found]:
    for rule in rules:
        if isinstance(rule.words, CallingHours) and never_open(rule.words.hours, today or _ANY_DAY):
            yield rule.name, "hours-empty", "no day has any hours: no call passes", False


def _places_of(rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """A place of each kind that the rules tell apart; the first stands for all of which no rule speaks."""
    countries = {country for rule in rules for scope in rule.scopes for country in scope.country}
    regions = {region for rule in rules for scope in rule.scopes for region in scope.region}
    return [("ZZ", "ZZ-0"), *sorted((country, f"{country}-0") for country in countries),
            *sorted((region[:2], region) for region in regions)]  # fmt: skip


def _always_on(rule: Rule) -> bool:
    """Whether nothing but the scene and the place decide if it applies."""
    dated = rule.effective_from is not None or rule.effective_until is not None
    return not dated and not rule.when and not any(scope.looks_at_calls for scope in rule.scopes)


def _applying(rules: Iterable[Rule], scene: Scene, country: str, region: str) -> list[Rule]:
    applying = [
        rule
        for rule in rules
        if _always_on(rule) and all_cover_scene(rule.scopes, scene) and all_cover_place(rule.scopes, country, region)
    ]
    replaced = {name for rule in applying for name in rule.replaces}
    return [rule for rule in applying if rule.name not in replaced]


def _situations(rules: Sequence[Rule], scenes: Sequence[Scene]) -> Iterator[tuple[Scene, str, list[Rule]]]:
    """Each set of rules that meets in some scene and place, once: the scene, the country, the rules."""
    seen = set()
    places = _places_of(rules)
    kinds: dict[tuple[str, ...], Scene] = {}
    for scene in scenes:
        key = (scene.channel, *(rule.name for rule in rules if all_cover_scene(rule.scopes, scene)))
        kinds.setdefault(key, scene)
    for scene in kinds.values():
        for country, region in places:
            applying = _applying(rules, scene, country, region)
            key = (scene.channel, *(rule.name for rule in applying))
            if key not in seen:
                seen.add(key)
                yield scene, region if not region.endswith("-0") else country, applying


def _no_hours_left(rules: Sequence[Rule], scenes: Sequence[Scene]) -> Iterator[Found]:
    hours = [rule for rule in rules if isinstance(rule.words, CallingHours)]
    minutes = {rule.name: minutes_of_week(rule.words.hours) for rule in hours if isinstance(rule.words, CallingHours)}
    told = set()
    for scene, place, applying in _situations(hours, scenes):
        left = frozenset(range(10_080))
        for rule in applying:
            before, left = left, left & minutes[rule.name]
            if not left and before and minutes[rule.name] and (rule.name, place) not in told:
                told.add((rule.name, place))
                others = ", ".join(other.name for other in applying if other is not rule)
                where = "" if place == "ZZ" else f" in {place}"
                said = f"together with {others} it leaves no hour of the week for the scene {scene.name}{where}"
                yield rule.name, "hours-empty", said, False


def _never_fires(
    rules: Sequence[Rule], scenes: Sequence[Scene], covered: Mapping[str, frozenset[str]], today: date | None
) -> Iterator[Found]:
    now = None if today is None else datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp() - 86400
    for rule in rules:
        for outer, inner in combinations(rule.scopes, 2):
            if word := outer.contradiction(inner):
                yield rule.name, "never-fires", f"`for:` of the rule and of its file have no {word} in common", False
        if now is not None and rule.effective_until is not None and rule.effective_until <= now:
            yield rule.name, "never-fires", "it is over", True
        if scenes and not covered[rule.name]:
            yield rule.name, "never-fires", "no scene is covered by it", True


def _shadowed(
    rules: Sequence[Rule], covered: Mapping[str, frozenset[str]], presets: Collection[str]
) -> Iterator[Found]:
    for rule in rules:
        for other in rules if rule.name not in presets else ():
            if other is not rule and other.name not in rule.replaces and _shadows(other, rule, covered):
                yield (
                    rule.name,
                    "never-fires",
                    f"{other.name} says no to each call that it would say no to",
                    True,
                )
                break


def _shadows(strict: Rule, loose: Rule, covered: Mapping[str, frozenset[str]]) -> bool:
    """Whether `strict` is against every call that `loose` is against, and looks at all that it covers."""
    if not _always_on(strict) or strict.family != loose.family or loose.oblige != type(loose.oblige)():
        return False
    if not _wider(strict, loose, covered):
        return False
    same = _same_count(strict, loose)
    match strict.words, loose.words:
        case Frequency() as one, Frequency() as other:
            (length, calendar), (others_length, others_calendar) = window(one.window), window(other.window)
            return (
                same
                and calendar == others_calendar
                and (length == others_length if calendar else length >= others_length)
                and one.at_most <= other.at_most
                and (length, one.at_most) != (others_length, other.at_most)
            )
        case Spacing() as one, Spacing() as other:
            return same and seconds(one.at_least) > seconds(other.at_least) and one.results == other.results
        case CallingHours() as one, CallingHours() as other:
            plain = not (other.hours.calendar or other.hours.holidays or other.hours.easter or other.hours.closures)
            extra = bool(one.hours.closures) or bool(one.hours.on_holidays) or one.hours.workdays != one.hours.week[0]
            return plain and not extra and minutes_of_week(one.hours) < minutes_of_week(other.hours)
    return False


def _same_count(one: Rule, other: Rule) -> bool:
    match one.words, other.words:
        case Frequency() as mine, Frequency() as theirs:
            alike = (mine.count, mine.per) == (theirs.count, theirs.per)
        case Spacing() as mine, Spacing() as theirs:
            alike = (mine.since, mine.per) == (theirs.since, theirs.per)
        case _:
            return False
    wider: Among = "all"
    return alike and (mine.among == wider or (mine.among == theirs.among and mine.among != "covered") or _plain(one))


def _plain(rule: Rule) -> bool:
    """Whether `among: covered` counts all calls."""
    return not any(one.category or one.channel or one.scene or one.product or one.group for one in rule.scopes)


def _wider(wide: Rule, narrow: Rule, covered: Mapping[str, frozenset[str]]) -> bool:
    """Whether `wide` covers every call that `narrow` does."""
    if not covered[wide.name] >= covered[narrow.name] or not covered[narrow.name]:
        return False
    return all(any(_within(scope, inner) for inner in narrow.scopes) or _no_place(scope) for scope in wide.scopes)


def _no_place(scope: Scope) -> bool:
    return not scope.country and not scope.region


def _within(outer: Scope, inner: Scope) -> bool:
    countries = {*inner.country, *(region[:2] for region in inner.region)}
    return bool(
        (not outer.country or (countries and countries <= set(outer.country)))
        and (not outer.region or (inner.region and set(inner.region) <= set(outer.region)))
    )


def _twins(rules: Sequence[Rule], covered: Mapping[str, frozenset[str]]) -> Iterator[Found]:
    for one, other in combinations(rules, 2):
        alike = one.words == other.words and one.words is not None and one.scopes == other.scopes
        if alike and (one.when, one.effective_from, one.effective_until) == (
            other.when,
            other.effective_from,
            other.effective_until,
        ):
            yield other.name, "overlap", f"{one.name} says the same of the same calls", True


def _contradictions(rules: Sequence[Rule], scenes: Sequence[Scene]) -> Iterator[Found]:
    for rule in rules:
        ring = rule.oblige.obligations()
        if (
            ring.longest_ring_s is not None
            and ring.least_ring_s is not None
            and ring.longest_ring_s < ring.least_ring_s
        ):
            yield rule.name, "contradiction", "the longest ring is shorter than the least", False
    for scene, _, applying in _situations(rules, scenes):
        kinds: frozenset[str] | None = None
        countries: frozenset[str] | None = None
        ring_s = max((r.oblige.obligations().least_ring_s or 0.0 for r in applying), default=0.0)
        for rule in applying:
            oblige = rule.oblige.obligations()
            longest, own = oblige.longest_ring_s, oblige.least_ring_s or 0.0
            if longest is not None and own <= longest < ring_s:
                yield (
                    rule.name,
                    "contradiction",
                    f"its longest ring is shorter than the least of others, {ring_s:g} s",
                    False,
                )
            if scene.channel in MACHINES and (oblige.human_only or _people_only(rule)):
                yield (
                    rule.name,
                    "contradiction",
                    f"people only, and the scene {scene.name} is of the channel {scene.channel}",
                    False,
                )
            if isinstance(rule.words, Validity):
                if rule.words.kinds:
                    kinds = frozenset(rule.words.kinds) if kinds is None else kinds & frozenset(rule.words.kinds)
                if rule.words.countries:
                    these = frozenset(rule.words.countries)
                    countries = these if countries is None else countries & these
                if (kinds is not None and not kinds) or (countries is not None and not countries):
                    said = f"together with rules above it no number is left for the scene {scene.name}"
                    yield rule.name, "contradiction", said, False
                    break


def _people_only(rule: Rule) -> bool:
    words = rule.words
    return (
        isinstance(words, Sensitivity)
        and words.then == "human_only"
        and not (words.lists or words.tiers or words.not_on)
    )


def _loosened(rules: Sequence[Rule]) -> Iterator[Found]:
    by_name = {rule.name: rule for rule in rules}
    for rule in rules:
        for name in rule.replaces:
            other = by_name.get(name)
            if other is None:
                continue
            if rule.family != other.family:
                yield (
                    rule.name,
                    "loosened-floor",
                    f"it replaces {name}, which is of another family: {other.family}",
                    True,
                )
            elif _looser(rule, other):
                yield rule.name, "loosened-floor", f"it allows what {name} of the layer {other.layer} does not", True


def _looser(rule: Rule, other: Rule) -> bool:
    match rule.words, other.words:
        case Frequency() as one, Frequency() as two:
            return (one.count, one.per, one.window) != (two.count, two.per, two.window) or one.at_most > two.at_most
        case Spacing() as one, Spacing() as two:
            return seconds(one.at_least) < seconds(two.at_least)
        case CallingHours() as one, CallingHours() as two:
            return not minutes_of_week(one.hours) <= minutes_of_week(two.hours)
    return False


def _exceptions(exemptions: Iterable[Exemption], today: date | None) -> Iterator[Found]:
    if today is None:
        return
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    for one in exemptions:
        until = datetime.fromtimestamp(one.until, UTC)
        if until <= now - timedelta(days=1):
            yield one.name, "exception-over", "it has ended: take it out", True
        elif until > now + _YEAR:
            yield one.name, "exception-long", "it lasts for more than a year: who will remember it?", True
