"""Origins in a real store and a real ledger: found, linked, asked, held, told once; answered by people."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calls.errors import BadInput
from complaints.intake.contact import Contact
from dialer.governor.decisions import Decision
from dialer.governor.questions import Question, Subject
from dsl.tree import parse
from hotline.cases import origin_acts, origins
from hotline.cases.origin_acts import Answer
from hotline.cases.origin_work import OriginWork
from hotline.cases.work import Work
from hotline.ledger.opening import Place, open_ledger
from hotline.ledger.port import LedgerAway, Settlement, Terms
from hotline.persons import register
from hotline.persons.register import Told
from hotline.versions.case_rules import CaseRules, read_case_rules
from tests.unit.hotline.cases.test_work import ZONE, intake, log

pytestmark = pytest.mark.unit

NOW = 1_796_000_000.0
NUMBER, OTHER = "+8613800138000", "+8613900139000"
GRADES = """
kinds: {complaint: {grades: [level_1], categories: [complaint]}, problem: {grades: [general], categories: [problem]}}
grades: {level_1: {title: one, department: care, flow: {tell_lead: true}}, general: {title: two, department: care}}
signals: {our_call: [你们…打电话]}
origin: {about: [our_call], alarm: {per_10000: 100, least: 2, in_days: 7}}
rules: [{grade: level_1, when: our_call, because: a call}]
"""
DISPATCH = "departments: {care: {title: two, lead: zhou}}\n"
ABOUT = "你们给我打电话，很烦"


def read() -> CaseRules:
    texts = {"dialplans/grades.yaml": GRADES, "dialplans/dispatch.yaml": DISPATCH}
    rules, problems = read_case_rules({path: parse(text, path) for path, text in texts.items()}, {})
    assert not problems
    return rules


RULES = read()


async def called(place: Place, *calls: tuple[str, str, float], **more: Any) -> list[int]:
    """Calls that came to talks: (number, scene, how long before NOW)."""
    now = [NOW]
    ledger = open_ledger(place, lambda: now[0], answer_within_s=20.0)
    made = []
    for number, scene, before_s in calls:
        now[0] = NOW - before_s
        asked = Question(scene=scene, number=number, origin="campaign", campaign="c1", agent="8001", **more)
        allow = Decision("allow", "f00d", scene, "v1")
        given = await ledger.reserve(asked, Subject(number=number), lambda *_, a=allow: a, Terms(script="s1"))
        told = Settlement(attempt=given.attempt or 0, state="effective", call=f"c-{len(made)}", recording="r.wav")
        await ledger.settle(told)
        made.append(given.attempt or 0)
    await ledger.close()
    return made


@pytest.fixture
def place(database: Path) -> Place:
    return Place(file=database.with_name("ledger.db"))


def taken(database: Path, text: str, source: str = "m1", **more: Any) -> str:
    contact = Contact("http", source, NOW, text, **{"caller": NUMBER, **more})
    (one,) = intake.take_in(database, [contact], ZONE)
    Work(database).off(RULES, NOW)
    return one.case


def owner(scene: str) -> str:
    return f"{scene}_office"


def rows(database: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def held(database: Path) -> list[tuple[str, str]]:
    numbers = rows(database, "SELECT number, list FROM suppression_entries WHERE over_at IS NULL")
    return numbers + rows(database, "SELECT subject, list FROM person_lists WHERE over_at IS NULL ORDER BY id")


def notices(database: Path) -> list[dict[str, Any]]:
    return [json.loads(body) for (body,) in rows(database, "SELECT body FROM case_notices ORDER BY row")]


async def work_off(database: Path, place: Place, now: float = NOW) -> Any:
    import asyncio

    return await asyncio.to_thread(OriginWork(database, place, ("crm",)).off, RULES, owner, now)


async def test_a_complaint_about_a_call_names_it_holds_the_person_and_tells_the_owner_once(
    database: Path, place: Place
) -> None:
    register.tell(database, "p1", Told(numbers=(NUMBER,), source="crm", author="li"))
    (attempt,) = await called(place, (NUMBER, "spring", 3600))
    case = taken(database, ABOUT)
    done = await work_off(database, place)
    assert (done.linked, done.asked) == ([case], [])
    (one,) = origins.told_of(database, case)
    assert (one["attempt"], one["state"], one["scene"], one["campaign"], one["agent"], one["by"]) == (
        *(attempt, "linked", "spring", "c1", "8001", "house"),
    )
    facts = one["facts"]
    assert (facts["script"], facts["recording"], facts["decision"]["verdict"]) == ("s1", "r.wav", "allow")
    assert held(database) == [(NUMBER, "complained"), ("p1", "complained")]
    assert log(database, case)[-1] == "noted"
    lead, told = notices(database)
    assert (lead["kind"], lead["tell"]) == ("lead", ["zhou"])
    assert (told["kind"], told["tell"], told["scene"], told["case"]) == ("origin", ["spring_office"], "spring", case)
    assert NUMBER not in json.dumps(notices(database))
    (sent,) = rows(database, "SELECT kind, body FROM webhook_outbox")
    assert sent[0] == "notice"
    again = await work_off(database, place, NOW + 86_400)
    assert (again.linked, len(notices(database)), len(held(database))) == ([], 2, 2)


async def test_what_is_not_certain_is_asked_and_held_meanwhile(database: Path, place: Place) -> None:
    first, second = await called(place, (NUMBER, "spring", 7200), (NUMBER, "debt", 3600))
    case = taken(database, ABOUT)
    done = await work_off(database, place)
    assert (done.linked, done.asked) == ([], [case])
    assert [row["attempt"] for row in origins.asked(database)] == [second, first]
    assert held(database) == [(NUMBER, "complained")]
    origin_acts.unlink(database, RULES, Answer(case, second, "li", NOW + 60))
    assert held(database) == [(NUMBER, "complained")], "the other call may be meant"
    assert origin_acts.unlink(database, RULES, Answer(case, first, "li", NOW + 61))
    assert held(database) == []
    assert origins.asked(database) == []
    await work_off(database, place, NOW + 4000)
    assert origins.asked(database) == [], "what a person has answered stays"


async def test_a_person_links_a_call_that_nobody_proposed(database: Path, place: Place) -> None:
    import asyncio

    (attempt,) = await called(place, (OTHER, "spring", 3600))
    case = taken(database, "收费不对")
    assert (await work_off(database, place)).asked == []
    said = Answer(case, attempt, "li", NOW + 60)
    await asyncio.to_thread(origin_acts.link, database, place, RULES, said, owner)
    await asyncio.to_thread(origin_acts.link, database, place, RULES, said, owner)
    (one,) = origins.told_of(database, case)
    assert (one["state"], one["by"]) == ("linked", "li")
    assert [notice["kind"] for notice in notices(database)].count("origin") == 1
    with pytest.raises(BadInput, match="the ledger has no call 99"):
        await asyncio.to_thread(origin_acts.link, database, place, RULES, Answer(case, 99, "li", NOW), owner)
    with pytest.raises(BadInput, match="was not proposed"):
        origin_acts.unlink(database, RULES, Answer(case, 99, "li", NOW))


async def test_a_call_that_another_system_tells_of_late_is_found_later(database: Path, place: Place) -> None:
    case = taken(database, ABOUT)
    assert (await work_off(database, place)).linked == []
    await called(place, (NUMBER, "spring", 3600))
    assert (await work_off(database, place, NOW + 600)).linked == [], "it is looked at again in an hour"
    assert (await work_off(database, place, NOW + 3601)).linked == [case]


async def test_a_ledger_that_is_away_costs_no_case(database: Path, place: Place) -> None:
    (attempt,) = await called(place, (NUMBER, "spring", 3600))
    case = taken(database, ABOUT)
    assert place.file is not None
    kept = place.file.read_bytes()
    place.file.write_bytes(b"no database at all, and longer than a page's head " * 100)
    with pytest.raises(LedgerAway):
        await work_off(database, place)
    for left in place.file.parent.glob("ledger.db*"):
        left.unlink()
    place.file.write_bytes(kept)
    assert (await work_off(database, place)).linked == [case]
    assert origins.told_of(database, case)[0]["attempt"] == attempt


async def test_problems_are_not_asked_about(database: Path, place: Place) -> None:
    await called(place, (NUMBER, "spring", 3600))
    taken(database, ABOUT, category="problem")
    assert msgspec.to_builtins(await work_off(database, place)) == {"linked": [], "asked": [], "scenes": {}}
    assert held(database) == []


async def test_a_scene_with_too_many_complaints_is_told_once_a_day(database: Path, place: Place) -> None:
    import asyncio

    await called(place, (NUMBER, "spring", 3600), (OTHER, "spring", 3000), (OTHER, "debt", 2000))
    taken(database, ABOUT)
    work = OriginWork(database, place)
    await asyncio.to_thread(work.off, RULES, owner, NOW)
    done = await asyncio.to_thread(work.complaints_by_scene, RULES, owner, NOW)
    assert done.scenes == {"spring": 5000.0}
    assert (await asyncio.to_thread(work.complaints_by_scene, RULES, owner, NOW + 60)).scenes == {}
    (told,) = [notice for notice in notices(database) if notice["kind"] == "scene"]
    assert told["text"] == "scene spring: 5000 complaints per 10,000 calls (1 of 2)"
    assert told["tell"] == ["spring_office"]
