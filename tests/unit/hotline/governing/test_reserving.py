"""Reserving `soon`: what no past call could change is answered at once, and everything else is the ledger's."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from dialer.governor.decisions import Decision
from dialer.governor.questions import Listed, Question
from hotline.governing.gate import Gate
from hotline.governing.local import of_folder
from hotline.governing.ports import MemoryLists, MemoryPersons
from hotline.governing.reserving import Reserving
from hotline.governing.subjects import Subjects
from hotline.ledger.port import Reservation
from tests.unit.hotline.governing.asking import MONDAY, NUMBER, question
from tests.unit.hotline.governing.gated_site import write

pytestmark = pytest.mark.unit


class Ledger:
    """Remembers what it is asked for; its answer is an attempt."""

    def __init__(self) -> None:
        self.reserved: list[Question] = []
        self.noted: list[tuple[Question, str, Decision]] = []

    async def reserve(self, question: Question, subject: Any, decide: Any, terms: Any) -> Reservation:
        self.reserved.append(question)
        return Reservation(Decision("allow", "p"), 7, fresh=True, state="reserved")

    def refused(self, question: Question, category: str, decision: Decision) -> None:
        self.noted.append((question, category, decision))


def reserve(folder: Path, unwanted: bool, **terms: Any) -> tuple[Reservation, Ledger]:
    in_force, ledger = of_folder(write(folder)), Ledger()
    lists = MemoryLists({NUMBER: (Listed("do_not_call"),)} if unwanted else {})
    gate = Gate(lambda: in_force, lambda _: Subjects("CN", lists, MemoryPersons()), utc=lambda: MONDAY)
    reserving = Reserving(gate, ledger)  # type: ignore[arg-type]  # the two methods that are asked here
    return asyncio.run(reserving.reserve(question(), **terms)), ledger


def test_what_a_list_denies_is_answered_before_it_is_written(tmp_path: Path) -> None:
    given, ledger = reserve(tmp_path, unwanted=True, soon=True)
    assert (given.decision.verdict, given.attempt, ledger.reserved) == ("deny", None, [])
    ((asked, category, decision),) = ledger.noted
    assert (asked, category, decision) == (question(), "marketing", given.decision)
    assert decision.reasons[0].family == "do_not_call"


def test_what_past_calls_may_deny_is_the_ledgers(tmp_path: Path) -> None:
    given, ledger = reserve(tmp_path, unwanted=False, soon=True)
    assert (given.attempt, len(ledger.reserved), ledger.noted) == (7, 1, [])


@pytest.mark.parametrize("terms", [{}, {"soon": True, "shadow": True}], ids=["not soon", "a shadow's call is placed"])
def test_else_the_ledger_is_asked_at_any_rate(tmp_path: Path, terms: dict[str, bool]) -> None:
    given, ledger = reserve(tmp_path, unwanted=True, **terms)
    assert (given.attempt, len(ledger.reserved), ledger.noted) == (7, 1, [])
