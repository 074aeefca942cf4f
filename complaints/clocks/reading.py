"""Reader of dialplans/clocks.yaml: clocks and calendars with versions; its problems have their place.

calendars:
  office:                               # an entry of hours.yaml may be named without this
    - {hours: office}
    - {hours: office_in_winter, from: 2026-12-01, entered: 2026-11-20 10:00}
clocks:
  first_feedback_level_1:
    regime: internal                    # statutory, internal, between_departments
    unit: natural_minutes               # business_minutes, natural_days, working_days
    calendar: always
    start: [opened, reopened]
    stop: first_feedback
    target: {level_1: 2 h}              # by grade or category; else: for all others; `target: 2 h` for all
    warn: [1 h, 30 min]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import TypeVar, get_args
from zoneinfo import ZoneInfo

from complaints.clocks.amounts import amount, warning_step
from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendar, Version
from complaints.clocks.checking import check_clock
from complaints.clocks.clock import ELSE, Clock, Condition, ExtensionStep, Regime, Unit, WarningStep
from complaints.clocks.conditions import read_condition
from complaints.clocks.working_time import DayEnd
from dsl.hours import Hours
from dsl.spelling import nearest_hint
from dsl.tree import NAME, Node, Problem

Word = TypeVar("Word", bound=str)

CLOCKS = "dialplans/clocks.yaml"
WORDS = (
    "about", "regime", "unit", "calendar", "start", "stop", "pause", "resume", "target", "warn", "warn_in", "extend",
    "day_end", "first_day", "again", "share",
)  # fmt: skip
NEEDED = ("regime", "unit", "calendar", "start", "stop", "target")
RESUME = ("resumed", "contact")
"""What ends a pause unless a clock says otherwise: any sign of life of the customer counts."""


def read_clocks(
    root: Node, hours: Mapping[str, Hours], grades: Collection[str] | None = None
) -> tuple[ClockBook, list[Problem]]:
    """Read all, and find what is wrong. `hours`: the entries of hours.yaml. `grades`: the grades and categories that
    there are; None: not known.
    """
    problems: list[Problem] = []
    if not root.is_mapping:
        problems.append(Problem(root.mark, "clocks", f"a mapping with clocks is wanted, not {root.kind}"))
    for word, node in root.items.items():
        if word not in ("calendars", "clocks", "about"):
            hint = nearest_hint(word, ("calendars", "clocks"))
            message = f"{word} is not known here{hint}; there are calendars and clocks"
            problems.append(Problem(node.key_mark or node.mark, "clocks", message))
    calendars = {name: Calendar((Version(entry, name),)) for name, entry in hours.items()}
    calendars |= _Calendars(hours, problems).read(root.items.get("calendars"))
    clocks = {}
    given = root.items.get("clocks")
    if given is not None and not given.is_mapping:
        problems.append(Problem(given.mark, "clocks", f"a mapping of names to clocks is wanted, not {given.kind}"))
    for name, node in given.items.items() if given is not None else ():
        before = len(problems)
        clock = _Reader(name, node, calendars, grades, problems).read()
        if clock is not None and len(problems) == before:
            problems += check_clock(clock, node, calendars)
            clocks[name] = clock
    used = {name for clock in clocks.values() for name in (clock.calendar, clock.warn_in) if name}
    return ClockBook(clocks, {name: calendars[name] for name in sorted(used)}), problems


class _Calendars:
    def __init__(self, hours: Mapping[str, Hours], problems: list[Problem]) -> None:
        self._hours = hours
        self._problems = problems

    def read(self, node: Node | None) -> dict[str, Calendar]:
        calendars = {}
        if node is not None and not node.is_mapping:
            self._wrong(node, f"a mapping of names to versions is wanted, not {node.kind}")
        for name, inside in node.items.items() if node is not None else ():
            if not re.match(NAME, name):
                self._wrong(inside, f"{name!r} is no name: small letters, digits and _", at_key=True)
                continue
            read = [self._version(name, child) for child in (inside.children if inside.is_sequence else (inside,))]
            versions = [one for one in read if one is not None]
            if len(versions) < len(read) or not versions:
                if not read:
                    self._wrong(inside, f"{name}: it has no version: write such as [{{hours: office}}]")
                continue
            calendars[name] = Calendar(tuple(versions))
            self._order(name, inside, versions)
        return calendars

    def _order(self, name: str, node: Node, versions: list[Version]) -> None:
        first, *later = versions
        if first.begins or first.entered is not None:
            self._wrong(node, f"{name}: the first version holds for ever: without from and entered")
        for before, version in zip(versions, later, strict=False):
            if not version.begins:
                self._wrong(node, f"{name}: every later version says from which day on it holds: from: 2026-12-01")
            if version.hours.zone != first.hours.zone:
                self._wrong(node, f"{name}: {version.name} is of another zone than {first.name}")
            if version.entered is not None and before.entered is not None and version.entered < before.entered:
                self._wrong(node, f"{name}: versions stand in the order in which they were entered")
            if version.entered is None and before.entered is not None:
                self._wrong(node, f"{name}: a version after one with `entered` says, too, when it was entered")

    def _version(self, name: str, node: Node) -> Version | None:
        if isinstance(node.value, str):
            return Version(self._hours[node.value], node.value) if self._known(name, node) else None
        if not node.is_mapping or "hours" not in node.items:
            self._wrong(node, f"{name}: hours of hours.yaml are wanted, such as {{hours: office, from: 2026-12-01}}")
            return None
        for word, inside in node.items.items():
            if word not in ("hours", "from", "entered", "about"):
                hint = nearest_hint(word, ("hours", "from", "entered"))
                self._wrong(inside, f"{name}: {word} is not known here{hint}", at_key=True)
        if not self._known(name, node.items["hours"]):
            return None
        hours = self._hours[node.items["hours"].text]
        begins = entered = None
        if "from" in node.items:
            begins = _day(node.items["from"].text)
            if begins is None:
                self._wrong(node.items["from"], f"{name}: a day such as 2026-12-01 is wanted")
        if "entered" in node.items:
            entered = _instant(node.items["entered"].text, hours.zone)
            if entered is None:
                self._wrong(node.items["entered"], f"{name}: an instant such as 2026-11-20 10:00 is wanted")
        return Version(hours, node.items["hours"].text, begins or "", entered)

    def _known(self, name: str, node: Node) -> bool:
        if node.text in self._hours:
            return True
        self._wrong(node, f"{name}: hours.yaml has no {node.text!r}{nearest_hint(node.text, sorted(self._hours))}")
        return False

    def _wrong(self, node: Node, message: str, *, at_key: bool = False) -> None:
        mark = node.key_mark if at_key and node.key_mark is not None else node.mark
        self._problems.append(Problem(mark, "clock-calendar", message))


class _Reader:
    def __init__(
        self,
        name: str,
        node: Node,
        calendars: Mapping[str, Calendar],
        grades: Collection[str] | None,
        problems: list[Problem],
    ) -> None:
        self._name = name
        self._node = node
        self._calendars = calendars
        self._grades = grades
        self._problems = problems

    def read(self) -> Clock | None:
        node, items = self._node, self._node.items
        if not re.match(NAME, self._name):
            self._wrong(node, f"{self._name!r} is no name: small letters, digits and _", at_key=True)
        if not node.is_mapping:
            self._wrong(node, f"a mapping with {', '.join(NEEDED)} is wanted, not {node.kind}")
            return None
        for word, inside in items.items():
            if word not in WORDS:
                told = f"{word} is not a word of clocks{nearest_hint(word, WORDS)}; there are {', '.join(WORDS)}"
                self._wrong(inside, told, at_key=True)
        missing = [word for word in NEEDED if word not in items]
        if missing:
            self._wrong(node, f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing", at_key=True)
            return None
        unit: Unit = self._choice("unit", get_args(Unit), "natural_minutes")
        regime: Regime = self._choice("regime", get_args(Regime), "internal")
        day_end: DayEnd = self._choice("day_end", get_args(DayEnd), "midnight")
        in_days = unit.endswith("days")
        pause = read_condition(items.get("pause"), self._problems, self._name)
        resume = read_condition(items.get("resume"), self._problems, self._name)
        return Clock(
            name=self._name,
            regime=regime,
            unit=unit,
            calendar=self._calendar("calendar"),
            start=read_condition(items["start"], self._problems, self._name),
            stop=read_condition(items["stop"], self._problems, self._name),
            targets=self._targets(items["target"], in_days),
            pause=pause,
            resume=resume if "resume" in items or not pause.kinds else _usual_resume(),
            warnings=self._warnings(items.get("warn")),
            warn_in=self._calendar("warn_in") if "warn_in" in items else "",
            extensions=self._extensions(items.get("extend"), in_days),
            day_end=day_end,
            first_day=self._truth("first_day"),
            again=self._truth("again"),
            share=self._share(),
            about=items["about"].text if "about" in items else "",
        )

    def _wrong(self, node: Node, message: str, *, at_key: bool = False) -> None:
        mark = node.key_mark if at_key and node.key_mark is not None else node.mark
        self._problems.append(Problem(mark, "clock", f"{self._name}: {message}"))

    def _choice(self, word: str, words: tuple[Word, ...], otherwise: Word) -> Word:
        node = self._node.items.get(word)
        if node is None:
            return otherwise
        for one in words:
            if node.value == one:
                return one
        hint = nearest_hint(node.text, [str(one) for one in words])
        self._wrong(node, f"{word} is one of {', '.join(map(str, words))}, not {node.text or node.kind!r}{hint}")
        return otherwise

    def _truth(self, word: str) -> bool:
        node = self._node.items.get(word)
        if node is None or isinstance(node.value, bool):
            return bool(node is not None and node.value)
        self._wrong(node, f"{word}: true or false is wanted, not {node.kind}")
        return False

    def _calendar(self, word: str) -> str:
        node = self._node.items[word]
        if node.text not in self._calendars:
            hint = nearest_hint(node.text, sorted(self._calendars))
            self._wrong(node, f"{word}: neither calendars nor hours.yaml has {node.text!r}{hint}")
        return node.text

    def _amount(self, node: Node, in_days: bool) -> float:
        try:
            return amount(node.text, in_days=in_days)
        except ValueError as error:
            self._wrong(node, str(error))
            return 0.0

    def _targets(self, node: Node, in_days: bool) -> dict[str, float]:
        if not node.is_mapping:
            return {ELSE: self._amount(node, in_days)}
        if not node.items:
            self._wrong(node, "target: at least one is wanted, such as {level_1: 2 h}")
        for word, inside in node.items.items():
            if self._grades is not None and word != ELSE and word not in self._grades:
                hint = nearest_hint(word, [*self._grades, ELSE])
                self._wrong(inside, f"grades.yaml has no grade or category {word!r}{hint}", at_key=True)
        return {word: self._amount(inside, in_days) for word, inside in node.items.items()}

    def _warnings(self, node: Node | None) -> tuple[WarningStep, ...]:
        steps = []
        for child in () if node is None else node.children if node.is_sequence else (node,):
            try:
                steps.append(warning_step(child.text))
            except ValueError as error:
                self._wrong(child, f"warn: {error}")
        return tuple(steps)

    def _extensions(self, node: Node | None, in_days: bool) -> tuple[ExtensionStep, ...]:
        steps = []
        for child in () if node is None else node.children if node.is_sequence else (node,):
            items = child.items
            unknown = [word for word in items if word not in ("to", "approver", "notice")]
            if "to" not in items or unknown:
                self._wrong(child, "extend: {to: 30 days, approver: lead, notice: customer} is wanted")
                continue
            words = {word: items[word].text for word in ("approver", "notice") if word in items}
            steps.append(ExtensionStep(self._amount(items["to"], in_days), **words))
        return tuple(steps)

    def _share(self) -> float:
        node = self._node.items.get("share")
        if node is None:
            return 1.0
        found = re.fullmatch(r"([1-9][0-9]?|100) ?%", node.text)
        if found is None:
            self._wrong(node, f"share: the part of the cases in which it is kept, such as 80 %, not {node.text!r}")
            return 1.0
        return int(found[1]) / 100


def _usual_resume() -> Condition:
    return Condition(dict.fromkeys(RESUME, ()))


def _day(text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _instant(text: str, zone: str) -> float | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo is not None else read.replace(tzinfo=ZoneInfo(zone))).timestamp()
