"""What the house does about origins by itself: look for the call of each new case, link it where that is certain, ask
where it is not; and tell of scenes with too many complaints.

Looked at once a second, beside the event loop. Other systems tell of their calls late, so a case without a certain
call is looked at again. A ledger that is away is asked again at the next look: nothing is decided without it.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from complaints.grading.settings import Grades, OriginSettings
from complaints.origin.proposing import Proposal, proposals
from complaints.stages.rules import HOUSE
from hotline.cases import origins
from hotline.cases.holding import persons_of
from hotline.cases.keeping import Kept, kept
from hotline.cases.notices import CaseNotice, give
from hotline.cases.origins import Owners
from hotline.store.standing_reader import StandingReader
from hotline.store.transactions import writing
from hotline.versions.case_rules import CaseRules
from reporting.report import scene_figures

if TYPE_CHECKING:  # see hotline.cases.origins
    from hotline.ledger.opening import Place

_AT_ONCE = 100
_DAY_S = 86_400.0
_AGAIN_S = (3_600.0, 6 * 3_600.0, _DAY_S, 3 * _DAY_S)
"""After the first look, the second, and so on."""
_SEEN = "SELECT coalesce(max(row), 0) FROM case_origin_looks"
_NEW = (
    "SELECT \"case\", max(row) FROM case_entries WHERE row > ? AND kind IN ('opened', 'contact')"
    ' GROUP BY "case" ORDER BY max(row) LIMIT ?'
)
_DUE = 'SELECT "case", row FROM case_origin_looks WHERE next_at <= ? ORDER BY next_at LIMIT ?'
_LOOKED = 'SELECT looks FROM case_origin_looks WHERE "case" = ?'
_PUT = (
    'INSERT INTO case_origin_looks ("case", row, looks, next_at) VALUES (?, ?, ?, ?) ON CONFLICT ("case") DO UPDATE'
    " SET row = max(row, excluded.row), looks = excluded.looks, next_at = excluded.next_at"
)


class Done(msgspec.Struct):
    """What was done. `linked` and `asked`: numbers of cases; `scenes`: those with too many complaints, each with its
    complaints per 10,000 calls, told today for the first time."""

    linked: list[str] = msgspec.field(default_factory=list)
    asked: list[str] = msgspec.field(default_factory=list)
    scenes: dict[str, float] = msgspec.field(default_factory=dict)


class _Found(NamedTuple):
    """A case with the calls that it may be about; each with its row of the ledger, decision included."""

    case: str
    calls: list[tuple[Proposal, dict[str, Any]]]


class OriginWork:
    """Looks for origins; safe to call from one thread at a time. `webhooks`: those that want notices."""

    def __init__(self, database: Path, place: "Place", webhooks: Sequence[str] = ()) -> None:
        self._database = database
        self._place = place
        self._reader = StandingReader(database)
        self._webhooks = webhooks
        self._row: int | None = None

    def off(self, rules: CaseRules, owners: Owners, now: float) -> Done:
        """Do all that is to be done at `now` (UTC epoch seconds).

        Raises BadInput where the store cannot be read or written, LedgerAway; what was done before stays done.
        """
        done = Done()
        with self._reader.looking() as connection:
            if self._row is None:
                (self._row,) = connection.execute(_SEEN).fetchone()
            new = connection.execute(_NEW, (self._row, _AT_ONCE)).fetchall()
            due = connection.execute(_DUE, (now, _AT_ONCE)).fetchall()
        for case, row in new:
            self._look(case, row, rules, owners, now, done)
            self._row = row
        for case, row in due:
            self._look(case, row, rules, owners, now, done)
        return done

    def complaints_by_scene(self, rules: CaseRules, owners: Owners, now: float) -> Done:
        """Tell of each scene with too many complaints, once a day. Raises as `off` does."""
        done = Done()
        alarm = None if rules.grades is None else rules.grades.origin.alarm
        if alarm is None or (self._place.file is not None and not self._place.file.exists()):
            return done
        from hotline.ledger.searching import Reader

        since = now - alarm.in_days * _DAY_S
        states = asyncio.run(Reader(self._place).by_scene(since, now))
        with self._reader.looking() as connection:
            complaints = origins.complaints_by_scene(connection, since, now)
        for scene, count in complaints.items():
            figures = scene_figures(states.get(scene, {}), count)
            rate = figures.complaints_per_10000
            if rate is None or figures.dialled < alarm.least or rate < alarm.per_10000:
                continue
            owner = owners(scene)
            text = f"scene {scene}: {rate:g} complaints per 10,000 calls ({count} of {figures.dialled})"
            notice = CaseNotice("", "scene", (owner,) if owner else (), text, scene=scene)
            with writing(self._database) as connection:
                if give(connection, notice, (scene, int(now // _DAY_S)), now, self._webhooks):
                    done.scenes[scene] = rate
        return done

    def _look(self, case: str, row: int, rules: CaseRules, owners: Owners, now: float, done: Done) -> None:
        settings = OriginSettings() if rules.grades is None else rules.grades.origin
        with self._reader.looking() as connection:
            found = kept(connection, case)
            known = {one.attempt for one in origins.of_case(connection, _about(found))}
            persons = [persons_of(connection, contact) for contact in found.contacts]
        wanted = _is_wanted(found, rules.grades) and now - found.opened_at <= settings.days * _DAY_S
        calls = self._calls(found, persons, rules.grades, settings, known) if wanted else []
        with writing(self._database) as connection:
            linked = self._put(connection, _Found(_about(found), calls), rules, owners, now, done)
            looks = (connection.execute(_LOOKED, (case,)).fetchone() or (0,))[0]
            again = wanted and not linked and looks < len(_AGAIN_S)
            connection.execute(_PUT, (case, row, looks + 1, now + _AGAIN_S[looks] if again else None))

    def _calls(
        self,
        case: Kept,
        persons: Sequence[Sequence[str]],
        grades: Grades | None,
        settings: OriginSettings,
        known: set[int],
    ) -> list[tuple[Proposal, dict[str, Any]]]:
        """The calls that its contacts may be about and that were not proposed before, each with its decision."""
        best: dict[int, Proposal] = {}
        for contact, people in zip(case.contacts, persons, strict=True):
            rows = origins.calls_to(self._place, contact, people, settings.days)
            for one in proposals(contact, people, map(origins.placed, rows), grades):
                if one.attempt not in best or one.score > best[one.attempt].score:
                    best[one.attempt] = one
        found = []
        for attempt, proposal in best.items():
            row = None if attempt in known and not proposal.is_certain else origins.call_of(self._place, attempt)
            if row is not None:
                found.append((proposal, row))
        return found

    def _put(
        self,
        connection: sqlite3.Connection,
        found: _Found,
        rules: CaseRules,
        owners: Owners,
        now: float,
        done: Done,
    ) -> bool:
        """Write proposals down; whether the case is linked to a call. What a person has answered stays."""
        case = kept(connection, found.case)
        said = {one.attempt: one.state for one in origins.of_case(connection, found.case)}
        is_linked = "linked" in said.values()
        for proposal, row in found.calls:
            before = said.get(proposal.attempt)
            sure = proposal.is_certain and not is_linked
            if before in ("linked", "apart") or (before == "asked" and not sure):
                continue
            told = msgspec.structs.replace(proposal, is_certain=sure)
            owner = owners(str(row["scene"]))
            origins.put(connection, case, row, told, HOUSE, rules, now, owner, self._webhooks)
            is_linked = is_linked or sure
            if not sure and case.case not in done.asked:
                done.asked.append(case.case)
            if sure:
                done.linked.append(case.case)
        return is_linked


def _about(case: Kept) -> str:
    """The case where the matter goes on."""
    state = case.state
    return state.into if state.link == "merged" else case.case


def _is_wanted(case: Kept, grades: Grades | None) -> bool:
    if not case.contacts or not case.entries:
        return False
    if grades is None:
        return True
    kinds = grades.origin.of or tuple(grades.kinds)[:1]
    return grades.kind_of(case.state.category or case.category) in kinds
