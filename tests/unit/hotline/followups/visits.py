"""A house with follow-ups: cases that are closed, a campaign that is handed their people, what came of its calls."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from calls.ids import AttemptId, CallId
from complaints.audit import Entry
from complaints.clocks.calendars import Calendar, Version
from complaints.followups.settings import FollowUpBook, FollowUpRule
from complaints.intake.contact import Contact
from complaints.stages.state import state_of
from dialer.campaigns.commands import Fetch, KeepContact, LogTry
from dialer.campaigns.contacts import Contact as Person
from dialer.campaigns.contacts import ContactState
from dsl.hours import Hours
from hotline.campaigns.fetching import Fetching
from hotline.campaigns.rows import CampaignRows
from hotline.cases import intake
from hotline.cases.keeping import kept, put_head
from hotline.followups.answers import AnswerRows
from hotline.followups.work import FollowUpWork, Worked
from hotline.store import case_log
from hotline.store.transactions import writing
from hotline.store.writer import Writer
from hotline.versions.follow_up_rules import FollowUpRules
from ivr.commands import QuestionAnswered
from ivr.questionnaires import Question, Questionnaire

NOW = 1_796_000_000.0
DAY = 86_400.0
LIST, CAMPAIGN = "closed", "calls"
QUESTIONS = Questionnaire(
    "visit", "Visit", "solved",
    {
        "solved": Question("a", "yes_no", {"1": "yes", "2": "no"}, {"no": "why"}, "satisfied"),
        "why": Question("b", "choices", {"1": "slow", "2": "rude"}, {}, "satisfied"),
        "satisfied": Question("c", "scale", {"4": "4", "5": "5"}, {}, ""),
    },
    "v1", "9",
)  # fmt: skip


def rules(**changes: Any) -> FollowUpRules:
    """One rule for cases of level 1, by the campaign's calls; each day is a working day."""
    given: dict[str, Any] = {
        "name": "r", "on": "case_closed", "by": "call", "after_days": 1, "within_days": 3, "calendar": "all",
        "grades": ("level_1",), "campaign": CAMPAIGN, "campaign_list": LIST, "questionnaire": "visit", **changes,
    }  # fmt: skip
    calendar = Calendar((Version(Hours("UTC", (((0, 1440),),) * 7), "all"),))
    return FollowUpRules(FollowUpBook({"r": FollowUpRule(**given)}, {"all": calendar}), {"visit": QUESTIONS})


class Visits:
    """The store, and the house's work on it at a time of one's own."""

    def __init__(self, store: Path, held: FollowUpRules | None = None) -> None:
        self.store = store
        self.rules = held or rules()
        self.work = FollowUpWork(store, ("crm",))
        self.now = NOW
        self._fetches = self._tries = 0

    def off(self, after_s: float = 0.0) -> Worked:
        """Let so much time go by, and do what is to be done."""
        self.now += after_s
        return self.work.off(self.rules, None, self.now)

    def kill(self) -> None:
        """Go on as another controller."""
        self.work = FollowUpWork(self.store, ("crm",))

    def close_case(self, caller: str = "+8613800138000", grade: str = "level_1") -> str:
        """A case of its own that was closed now."""
        contact = Contact("http", f"m{self.now}{caller}", self.now, "it was wrong", caller=caller, name="王小明")
        (taken,) = intake.take_in(self.store, [contact], ZoneInfo("UTC"))
        kinds: list[tuple[str, dict[str, Any]]] = [
            ("opened", {}), ("accepted", {}),
            ("graded", {"category": "complaint", "grade": grade, "reasons": ["x"]}),
            ("dispatched", {"department": "care"}), ("taken", {}), ("first_feedback", {}), ("investigated", {}),
            ("decided", {"decision": "founded"}), ("notified", {"channel": "call"}),
            ("root_cause", {"cause": "x"}), ("closed", {}),
        ]  # fmt: skip
        self._write(taken.case, kinds)
        return taken.case

    def reopen(self, case: str) -> None:
        """Take it up again."""
        self._write(case, [("reopened", {"reason": "x"})])

    def merge(self, case: str, into: str) -> None:
        """Let its matter go on in another one."""
        self._write(case, [("merged", {"into": into, "reasons": ["x"]})])

    def _write(self, case: str, kinds: Sequence[tuple[str, dict[str, Any]]]) -> None:
        with writing(self.store) as connection:
            found = kept(connection, case)
            first = len(found.entries) + 1
            made = [
                Entry(first + at, self.now, "li", kind, fields, self.now) for at, (kind, fields) in enumerate(kinds)
            ]
            case_log.append(connection, case, made)
            found = kept(connection, case)
            put_head(connection, found, state_of(found.entries), self.now, None)

    def row(self, number: int = 1) -> dict[str, Any]:
        """A follow-up."""
        with closing(sqlite3.connect(self.store)) as connection:
            connection.row_factory = sqlite3.Row
            return dict(connection.execute("SELECT * FROM followups WHERE number = ?", (number,)).fetchone())

    def query(self, query: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.store)) as connection:
            return connection.execute(query, values).fetchall()

    def states(self) -> list[str]:
        """Of all follow-ups, in the order of their numbers."""
        return [state for (state,) in self.query("SELECT state FROM followups ORDER BY number")]

    def events(self, number: int = 1) -> list[str]:
        """What happened to it."""
        return [
            event for (event,) in self.query("SELECT event FROM followup_log WHERE followup = ? ORDER BY row", number)
        ]

    def entries(self, case: str) -> list[tuple[str, dict[str, Any]]]:
        """The end of the case's log, from its last closing on."""
        with closing(sqlite3.connect(self.store)) as connection:
            assert case_log.verify(connection).fault == ""
            log = case_log.entries(connection, case)
        last = max(at for at, entry in enumerate(log) if entry.kind in ("closed", "reopened"))
        return [(entry.kind, entry.fields) for entry in log[last + 1 :]]

    # the campaign

    def fetch(self) -> list[Person]:
        """The people whom the campaign is handed now."""
        self._fetches += 1
        wanted = Fetch(CAMPAIGN, AttemptId(f"{CAMPAIGN}/fetch-{self._fetches}"), LIST, "listed", 50)

        async def run(writer: Writer) -> list[Person]:
            found = await Fetching(self.store, writer, lambda: self.now).fetch(wanted)
            assert found.error == ""
            return list(found.contacts)

        return self._written(run)

    def tried(
        self, person: Person, state: ContactState, keys: str = "", *, due_in_s: float = 0.0, **words: Any
    ) -> None:
        """A try of the campaign is over: what was keyed, and what becomes of the contact."""
        self._tries += 1
        attempt = AttemptId(f"{CAMPAIGN}/{person.key.list}.{person.key.row}/{self._tries}")
        call = f"contact-{self._tries}"
        given: dict[str, Any] = {
            "verdict": "allow", "placed_at": self.now + 1, "answered_at": self.now + 2, "ended_at": self.now + 30,
            "result": "flow_done", "call": call, **words,
        }  # fmt: skip
        logged = LogTry(attempt, CAMPAIGN, person.key, person.numbers[0].number, self.now, **given)
        at, walked = QUESTIONS.start, []
        for key in keys:
            word = "refused" if key == "9" else QUESTIONS.questions[at].answers[key]
            walked.append(QuestionAnswered(CallId(call), "visit", "v1", at, word, int(key)))
            at = QUESTIONS.questions[at].after(word)

        async def run(writer: Writer) -> None:
            rows, answers = CampaignRows(writer.write, lambda: self.now), AnswerRows(writer.write, lambda: self.now)
            for one in walked:
                answers.take(one)
            rows.take(logged)
            due_at = self.now + due_in_s if state == "due" else None
            rows.take(KeepContact(CAMPAIGN, person, state, due_at, given.get("rule") or given["result"]))

        self._written(run)

    def _written(self, work: Any) -> Any:
        async def run() -> Any:
            writer = Writer(self.store, lambda trouble: None)
            done = await work(writer)
            await writer.close()
            return done

        return asyncio.run(run())
