"""Answers of people about origins: this case is about that call, or it is not."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from calls.errors import BadInput
from complaints.origin.proposing import Proposal
from complaints.stages.rules import Act, Refused
from hotline.cases import origins
from hotline.cases.holding import release
from hotline.cases.keeping import act, kept
from hotline.cases.origins import Owners
from hotline.store.transactions import writing
from hotline.versions.case_rules import CaseRules

if TYPE_CHECKING:  # see hotline.cases.origins
    from hotline.ledger.opening import Place

_SAID = "UPDATE case_origins SET state = 'apart', at = ?, by = ? WHERE \"case\" = ? AND attempt = ?"


class Answer(msgspec.Struct, frozen=True):
    """What somebody says of a case and a call, by its number in the ledger. `at`: UTC epoch seconds."""

    case: str
    attempt: int
    author: str
    at: float


def link(
    database: Path, place: "Place", rules: CaseRules, said: Answer, owners: Owners, webhooks: Sequence[str] = ()
) -> None:
    """The case is about this call, whether it was proposed or not: the customer is held, the scene's owner told.

    Raises BadInput for a case or a call that there is not, Refused for a case whose matter goes on in another one,
    LedgerAway.
    """
    row = origins.call_of(place, said.attempt)
    if row is None or row["state"] == "released":
        raise BadInput(f"the ledger has no call {said.attempt}; hotline ledger --number finds those to a number")
    with writing(database) as connection:
        case = kept(connection, said.case)
        if not case.entries or case.state.link == "merged":
            goes_on = f"it goes on in {case.state.into}" if case.entries else "its log has not begun yet"
            raise Refused(f"case {said.case} is linked to no call: {goes_on}")
        before = {one.attempt: one for one in origins.of_case(connection, said.case)}.get(said.attempt)
        if before is not None and before.state == "linked":
            return
        reasons = (*(before.reasons if before is not None else ()), "somebody said so")
        sure = Proposal(said.attempt, 1.0, True, reasons)
        origins.put(connection, case, row, sure, said.author, rules, said.at, owners(str(row["scene"])), webhooks)


def unlink(database: Path, rules: CaseRules, said: Answer) -> bool:
    """The case is not about this call. Once nothing of it is linked or asked any more the customer's hold ends; whether
    it did. Raises BadInput for a call that was never proposed for the case."""
    with writing(database) as connection:
        case = kept(connection, said.case)
        if not connection.execute(_SAID, (said.at, said.author, said.case, said.attempt)).rowcount:
            raise BadInput(f"call {said.attempt} was not proposed for case {said.case}; hotline case origin shows them")
        fields: dict[str, Any] = {"text": f"it is not about call {said.attempt}", "not_origin": said.attempt}
        act(connection, case, Act("noted", said.author, said.at, fields), said.at, rules.dispatch)
        if any(one.state in ("asked", "linked") for one in origins.of_case(connection, said.case)):
            return False
        why = f"case {said.case} is about no call"
        return release(connection, said.case, case.contacts, said.author, why, said.at)
