"""The case desk over HTTP: the inbox by due time, and one case with all that the person who works on it looks at."""

import asyncio
import time
from typing import Annotated, Any

import msgspec
from fastapi import Depends, FastAPI, HTTPException, Query

from calls.errors import BadInput
from complaints.clocks.book import ClockBook
from complaints.intake.contact import CHANNELS
from complaints.stages.table import STAGES
from hotline.cases import acts, desk, reading
from hotline.cases.filters import refuse_unknown
from hotline.cases.inbox import Wanted, inbox
from hotline.followups import reading as follow_ups
from hotline.versions.store import Versions
from hotline.views.controller import Controller
from hotline.web.calls import Most
from hotline.web.cases import CasePath, Filter
from hotline.web.rights import Client, Guard
from hotline.web.rules_now import RulesNow

_MOST_FOLLOW_UPS = 20
_DAY_S = 86_400.0


def add(app: FastAPI, controller: Controller, guard: Guard) -> None:
    """Put the requests into `app`: before those of `cases`, of which one takes any word for a case's number."""
    reads = guard.needs("see_cases")
    rules_now = RulesNow(controller)
    versions = Versions(controller.database.parent / "versions")

    def book_now() -> ClockBook:
        version = controller.register.version
        return versions.clocks(version) if version else ClockBook()

    @app.get("/cases/inbox", tags=["cases"], dependencies=[Depends(reads)])
    async def by_due_time(
        most: Most = 50,
        stage: Filter = "",
        grade: Filter = "",
        department: Filter = "",
        handler: Filter = "",
        kind: Filter = "",
        open: bool = True,
        free: Annotated[bool, Query(description="Nobody has taken it.")] = False,
        unsure: Annotated[bool, Query(description="Graded without being sure.")] = False,
        overdue: bool = False,
        due_in_days: Annotated[float, Query(ge=0, le=366, description="Due within so many days; 0: whenever.")] = 0.0,
        after: Annotated[str, Query(max_length=64, description="The cursor of the page before, from `next`.")] = "",
    ) -> dict[str, Any]:
        """Cases by their first deadline, each with the clocks that run in it; those without a deadline last. `choices`
        has the departments and grades that there are. Numbers are masked."""
        now = time.time()
        due_by = now if overdue else now + due_in_days * _DAY_S if due_in_days else 0.0
        plain = {"stage": stage, "grade": grade, "department": department, "handler": handler, "kind": kind}
        wanted = Wanted(**plain, open=open, free=free, unsure=unsure, due_by=due_by)
        try:
            await asyncio.to_thread(lambda: refuse_unknown(controller.database, rules_now(), plain))
            page = await asyncio.to_thread(lambda: inbox(controller.database, book_now(), wanted, now, most, after))
            found = await asyncio.to_thread(lambda: desk.choices(rules_now(), book_now()))
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        stages = [one for one in STAGES.moves if one != "new"]
        return {
            "at": now,
            "cases": [reading.masked_head(row) for row in page.cases],
            "next": page.next,
            "choices": {"department": found["department"], "grade": found["grade"], "stage": stages},
        }

    @app.get("/cases/{case}/desk", tags=["cases"])
    async def at_the_desk(case: CasePath, client: Annotated[Client, Depends(reads)]) -> dict[str, Any]:
        """One case as `/cases/{case}` has it, with its `clocks`, `notices`, `followups`, the `calls` that it came in
        by, the `acts` that whoever asks may do now, and `choices` of their fields. Numbers are masked."""
        now, region = time.time(), controller.region

        def read() -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, dict[str, str]]]:
            book = book_now()
            told = desk.desk(controller.database, book, case, now)
            visits = follow_ups.listing(controller.database, _MOST_FOLLOW_UPS, case=case)
            return told, visits, desk.choices(rules_now(), book, told["clocks"])

        try:
            told, visits, found = await asyncio.to_thread(read)
            may = await asyncio.to_thread(_acts, controller, case, client)
        except BadInput as error:
            raise HTTPException(404, str(error)) from error
        return {
            **reading.masked_story(told, region),
            "at": now,
            "followups": [follow_ups.masked_head(row, region) for row in visits],
            "acts": may,
            "choices": {**found, "channel": {name: name for name in CHANNELS}},
        }


def _acts(controller: Controller, case: str, client: Client) -> list[dict[str, Any]]:
    """The acts of the tables that are this client's to do; none for whoever only reads."""
    if not client.may("handle_cases"):
        return []
    leads = client.may("lead_cases")
    found = desk.acts_for(controller.database, case, client.person or client.name)
    return [msgspec.to_builtins(one) for one in found if leads or one.kind not in acts.OF_LEADS]
