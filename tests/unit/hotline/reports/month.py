"""The month of tests/tables/reporting/month.yaml as rows of a store."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from complaints.audit import Entry
from hotline.site.site import Site
from hotline.store import case_log, opening, statements
from hotline.store.transactions import writing
from tests.unit.hotline.governing.gated_site import published

MONTH: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[3] / "tables/reporting/month.yaml").read_text(encoding="utf-8")
)
ZONE = ZoneInfo("Asia/Shanghai")
CLOCKS = (
    "clocks:\n  first: {regime: internal, unit: natural_minutes, calendar: outbound, start: [opened, reopened],\n"
    "    stop: first_feedback, target: {level_1: 2 h}, share: 80 %}\n"
)
GRADES = (
    "kinds: {complaint: {grades: [level_1, level_2], categories: [complaint]}}\n"
    "grades: {level_1: {title: 一级投诉, department: office}, level_2: {title: 二级投诉, department: care}}\n"
    "signals: {harm: [骗]}\nrules: [{grade: level_1, when: harm, because: 损失}]\n"
)
DISPATCH = "departments: {office: {title: 投诉处}, care: {title: 客服}}\n"
QUEUES = "queues: {care: {title: 投诉处理}, loans: {title: 贷款业务}}\n"
AGENTS = "agents: {'8001': {name: 李明}, '8002': {name: 王芳}, '8003': {}}\n"
REPORTS = (
    "figures: {in_time_s: 20, repeat_days: 7, satisfaction: {question: satisfaction, least_talk_s: 15,\n"
    "  over: {telephone: 60, visit.satisfied: 40}}}\n"
    "suggestions:\n"
    "  - {name: slow, of: queue, when: mean_wait_s > 50.0, least: 5, suggest: {zh-CN: 增加人手, en: Add people}}\n"
    "  - {name: never, of: queue, when: accuracy_rate < 50.0, least: 1, suggest: {en: No}}\n"
    "  - {name: few, of: queue, when: mean_wait_s > 0.0, least: 6, suggest: {en: Only of those with six callers}}\n"
)


QUESTIONS = (
    "questionnaires: {visit: {title: 回访, opening: welcome, questions: {\n"
    "  solved: {say: ask_how, yes_no: true, then: satisfied}, satisfied: {say: ask_how, scale: 1-5, then: end}}}}\n"
)
FILES = {
    "clocks": CLOCKS,
    "grades": GRADES,
    "dispatch": DISPATCH,
    "reports": REPORTS,
    "questionnaires": QUESTIONS,
}


def at(text: str) -> float:
    """`11-02 09:00:00` of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=ZONE).timestamp()


def site_of_the_month(folder: Path) -> Site:
    """A published site whose store has the month."""
    (folder / "dialplans").mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        (folder / f"dialplans/{name}.yaml").write_text(text, encoding="utf-8")
    site = published(folder, queues=QUEUES, agents=AGENTS)
    with closing(sqlite3.connect(site.database)) as store, store:
        for call in MONTH["calls"]:
            _put_call(store, call)
        arrived = {call["id"]: at(call["at"]) for call in MONTH["calls"]}
        for number, (call, rung, begin, end, because) in enumerate(MONTH["rungs"], 1):
            row = (call, number, rung, arrived[call] + begin, arrived[call] + end, because)
            store.execute(statements.RUNG, row)
        for call, talk, correct in MONTH["reviews"]:
            store.execute("INSERT INTO talk_reviews VALUES (?, ?, ?, 'li', 0)", (call, talk, correct))
        for call, talk, queue, said in MONTH["dispositions"]:
            store.execute("INSERT INTO talk_dispositions VALUES (?, ?, '8001', ?, ?, '', 0)", (call, talk, queue, said))
        for number, (rule, state, until, changed) in enumerate(MONTH["followups"], 1):
            _put(store, "followups", {"number": number, "source": f"s{number}", "rule": rule, "state": state,
                                      "until": at(until), "changed_at": at(changed)})  # fmt: skip
        for source, question, word, figure, when, call, person in MONTH["answers"]:
            _put(store, "answers", {"source": source, "questionnaire": "visit", "question": question, "word": word,
                                    "figure": figure, "at": at(when), "call": call,
                                    "person": _person(person) if person else ""})  # fmt: skip
    with writing(site.database) as connection:
        for case in MONTH["cases"]:
            _put_case(connection, case)
        for case, attempt, state in MONTH["origins"]:
            row = (
                case,
                attempt,
                at("11-12 10:00:00") + attempt,
                *("loans", "", "", "", "", "{}", 1.0, "[]"),
                state,
                0,
                "",
            )
            connection.execute(f"INSERT INTO case_origins VALUES ({', '.join('?' * len(row))})", row)
    _put_attempts(site)
    return site


def _person(name: str) -> str:
    return f"+8613800138{int(name[1:]):03}" if name.startswith("p") else name


def _put(store: sqlite3.Connection, table: str, known: dict[str, Any]) -> None:
    columns = [row[1:4] for row in store.execute(f"PRAGMA table_info({table})")]
    row = [known.get(name, _empty(kind) if needed else None) for name, kind, needed in columns]
    store.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def _put_call(store: sqlite3.Connection, call: dict[str, Any]) -> None:
    arrived_at, direction, talks = at(call["at"]), call.get("direction", "in"), call.get("talks", [])
    queued_at = arrived_at if "waits" in call else None
    begins = arrived_at + call.get("waits", 0)
    answered_at = begins if talks else None
    outcome = call.get("outcome", "answered" if talks else "")
    ended_at = begins
    for number, (agent, seconds, *rest) in enumerate(talks, 1):
        queue, held_s = (*rest, *(call["queue"], 0)[len(rest) :])
        row = (call["id"], number, "agent", str(agent), str(agent), queue, f"leg-{number}")
        store.execute(statements.TALK, (*row, ended_at, ended_at + seconds, "normal", int(held_s > 0), held_s, 0, 0.0))
        store.execute(statements.RECORDING, (f"{call['id']}-{number}.wav", call["id"], seconds, "talk", "", number))
        ended_at += seconds
    if call.get("asked"):
        ended_at += 20  # the survey is no talk
        step = ("survey", "ask", "survey", ended_at - 20, ended_at, "", str(call.get("score", "no_input")))
        store.execute(statements.STEP, (call["id"], 2, *step))
    if "left" in call:
        store.execute(statements.STEP, (call["id"], 1, "main", "care", "queue", arrived_at, begins, "", call["left"]))
    if "score" in call:
        store.execute(statements.SURVEY, (call["id"], "satisfaction", call["score"]))
    if "callback" in call:
        row = (call["id"], _person(call["from"]), call["queue"], arrived_at, begins, begins, 1, call["callback"])
        store.execute(statements.CALLBACK, (*row, "8003", ""))
    row = (call["id"], _person(call["from"]), "95183", "1", "zh-CN", arrived_at, queued_at, answered_at, ended_at)
    agent = str(talks[-1][0]) if talks else None
    store.execute(statements.CALL, (*row, call["queue"], agent, outcome, "normal", "", direction))


def _put_case(connection: sqlite3.Connection, case: dict[str, Any]) -> None:
    opened_at = at(case["opened"])
    log = [Entry(1, opened_at, "house", "opened", {"channel": "call"}, opened_at)]
    log.append(Entry(2, opened_at, "house", "accepted", {}))
    log.append(Entry(3, opened_at, "house", "graded", {"category": "complaint", "grade": case["grade"], "reasons": []}))
    for number, (kind, when) in enumerate(case["log"].items(), 4):
        fields = {"department": case["department"]} if kind == "dispatched" else {}
        log.append(Entry(number, at(when), "li", kind, fields))
    case_log.append(connection, case["case"], log)
    over = {"closed", "withdrawn"} & case["log"].keys()
    head = {
        **{"case": case["case"], "stage": over.pop() if over else "dispatched", "into": "", "kind": "complaint"},
        **{"link": "merged" if case.get("merged") else "own", "category": "complaint", "grade": case["grade"]},
        **{"is_unsure": False, "department": case["department"], "handler": "", "opened_at": opened_at},
        **{"is_open": "closed" not in case["log"] and "withdrawn" not in case["log"], "changed_at": log[-1].at},
        **{"climbs_at": None, "caller": "", "account": "", "product": "", "region": "", "channel": "call"},
    }
    names = ", ".join(f'"{name}"' for name in head)
    connection.execute(f"INSERT INTO case_heads ({names}) VALUES ({', '.join('?' * len(head))})", tuple(head.values()))


def _put_attempts(site: Site) -> None:
    path = site.state / "ledger.db"
    opening.migrate_ledger(path, "0011", "0010")
    states = [(scene, state) for scene, counts in MONTH["attempts"].items() for state in counts
              for _ in range(counts[state])]  # fmt: skip
    with closing(sqlite3.connect(path)) as ledger, ledger:
        columns = [row[1:4] for row in ledger.execute("PRAGMA table_info(attempts)")]
        for number, (scene, state) in enumerate(states, 1):
            known = {"id": number, "at": at("11-12 10:00:00") + number, "state": state, "scene": scene}
            row = [known.get(name, _empty(kind) if needed else None) for name, kind, needed in columns]
            ledger.execute(f"INSERT INTO attempts VALUES ({', '.join('?' * len(row))})", row)
        ledger.executemany(
            "INSERT INTO refusals (at, verdict, rule, number, person, account, scene, category, origin, source,"
            " campaign, agent, decision) VALUES (?, ?, ?, ?, '', '', ?, '', '', '', '', '', x'')",
            [(at(when), verdict, rule, number, scene) for scene, rule, verdict, number, when in MONTH["refusals"]],
        )


def _empty(kind: str) -> str | int:
    return "" if kind.startswith("VARCHAR") else 0
