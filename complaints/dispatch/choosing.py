"""The department of a case, and the person: the first row that fits, of departments that are open and not full."""

from collections.abc import Mapping

import msgspec

from complaints.dispatch.settings import Department, Dispatch, Row

COLUMNS = ("subject", "product", "region", "level", "channel")


class Matter(msgspec.Struct, frozen=True):
    """What the table looks at."""

    subject: str = ""
    product: str = ""
    region: str = ""
    level: str = ""
    channel: str = ""


class Standing(msgspec.Struct, frozen=True):
    """A department now. `loads`: open cases by person; `waiting`: those of the department that nobody has taken."""

    is_open: bool = True
    loads: dict[str, int] = {}
    waiting: int = 0


class Choice(msgspec.Struct, frozen=True):
    """The department, the person where one is assigned, and the reasons in words. `row`: its place in the table, from
    1; 0: no row fits."""

    department: str
    person: str
    reasons: tuple[str, ...]
    row: int = 0


def choose(
    matter: Matter,
    rules: Dispatch,
    usual: str,
    standings: Mapping[str, Standing],
    interested: Mapping[str, str],
) -> Choice:
    """Choose for a case. `usual` is the department of its grade, for what no row fits; of both none: the first one.

    Where every department that may have it is closed or full it goes to the first of them, and waits there.
    """
    place = next((place for place, row in enumerate(rules.table, 1) if _fits(row, matter)), 0)
    first = rules.table[place - 1].department if place else usual or next(iter(rules.departments))
    reasons = [f"row {place}: {_in_words(rules.table[place - 1])}" if place else f"no row fits: {first}"]
    wanted = (first, *(rules.table[place - 1].otherwise if place else ()))
    for name in wanted:
        shut = _shut(rules.departments[name], standings.get(name, Standing()))
        if not shut:
            return Choice(
                name, _person(rules.departments[name], standings.get(name), interested), tuple(reasons), place
            )
        reasons.append(f"{name} is {shut}")
    reasons.append(f"it waits in {first}")
    return Choice(first, "", tuple(reasons), place)


def _fits(row: Row, matter: Matter) -> bool:
    return all(not getattr(row, column) or getattr(matter, column) in getattr(row, column) for column in COLUMNS)


def _in_words(row: Row) -> str:
    named = [f"{column} {' or '.join(getattr(row, column))}" for column in COLUMNS if getattr(row, column)]
    return f"{', '.join(named) or 'everything'} to {row.department}"


def _shut(department: Department, standing: Standing) -> str:
    """Why it takes nothing now; empty when it does."""
    if not standing.is_open:
        return "closed"
    room = department.most * len(department.people)
    load = sum(standing.loads.values()) + standing.waiting
    return f"full ({load} of {room})" if room and load >= room else ""


def _person(department: Department, standing: Standing | None, interested: Mapping[str, str]) -> str:
    """The one of its people with the fewest cases who has no interest in the matter; of equals the first."""
    able = [person for person in department.people if person not in interested]
    if not department.assign or not able:
        return ""
    loads = {} if standing is None else standing.loads
    return min(able, key=lambda person: loads.get(person, 0))
