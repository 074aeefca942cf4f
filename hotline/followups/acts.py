"""Acts of people on follow-ups: done with answers, not wanted, skipped, tried again; by the command line and HTTP."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

import msgspec

from calls.errors import BadInput
from complaints.dispatch.settings import Dispatch
from complaints.followups.table import CALLED, FollowUpEvent
from hotline.followups import answers as kept_answers
from hotline.followups.keeping import FollowUp, follow_up, move, tell_case
from hotline.followups.listing import take_off
from hotline.store.transactions import writing
from hotline.versions.follow_up_rules import FollowUpRules
from ivr.questionnaires import Walked, walk

Means = Literal["phone", "visit", "message", "otherwise"]
MEANS: tuple[Means, ...] = get_args(Means)
_IN_HAND = "its campaign has it in hand: somebody may be talking to them; wait a moment, or pause the campaign"


class Done(msgspec.Struct, frozen=True):
    """What somebody of the house has found out. `answers`: by question of the follow-up's questionnaire, as words or
    keys; `how` it was done."""

    author: str
    text: str = ""
    how: Means = "visit"
    answers: dict[str, str] = {}


def done(database: Path, rules: FollowUpRules, number: int, what: Done, dispatch: Dispatch | None) -> FollowUp:
    """End a follow-up with what was found out, which stands in its case, too. The person is taken off the campaign's
    list; where the campaign has them in hand, only `phone` ends it: it is the result of the agent's talk.

    Raises BadInput for answers that the questionnaire does not have, and for a follow-up that is over.
    """
    if not what.text.strip() and not what.answers:
        raise BadInput("say what came of it: a text, or answers to the questionnaire")
    with writing(database) as connection:
        one = follow_up(connection, number)
        walked = _walked(rules, one, what.answers)
        _must(one, "done_by_hand")
        if one.state in CALLED and not take_off(connection, one, "done by hand") and what.how != "phone":
            raise BadInput(f"follow-up {number}: {_IN_HAND}")
        now = time.time()
        if walked is not None:
            questionnaire = rules.questionnaires[one.questionnaire]
            source = f"followup/{number}"
            kept_answers.put(connection, questionnaire, walked, source, "person", now, one.caller, number)
        move(connection, one, "done_by_hand", now, what.author, what.text, dispatch)
        if one.case:
            said = kept_answers.of_follow_up(connection, one, ())
            text = {"text": what.text} if what.text.strip() else {}
            fields = {"channel": what.how, **text, **({"questionnaire": one.questionnaire} if said else {}), **said}
            tell_case(connection, one, "followed_up", fields, what.author, dispatch)
        return one


def end(
    database: Path,
    number: int,
    event: Literal["refused", "cancelled", "released"],
    author: str,
    reason: str,
    dispatch: Dispatch | None,
) -> FollowUp:
    """End a follow-up without a result (`refused`: they wish none; `cancelled`: it is needless), or let one be tried
    again that is held or was given up. Raises BadInput without a reason, out of turn, and while they may be on the
    telephone."""
    if not reason.strip():
        raise BadInput("a reason is needed")
    with writing(database) as connection:
        one = follow_up(connection, number)
        _must(one, event)
        if one.state in CALLED and not take_off(connection, one, reason):
            raise BadInput(f"follow-up {number}: {_IN_HAND}")
        if not move(connection, one, event, time.time(), author, reason, dispatch):
            raise BadInput(f"follow-up {number} is {one.state} already")
        return one


def _must(one: FollowUp, event: FollowUpEvent) -> None:
    if one.state in ("done", "not_wanted", "cancelled"):
        raise BadInput(f"follow-up {one.number} is {one.state} already")
    if event == "released" and one.state not in ("held", "given_up"):
        raise BadInput(f"follow-up {one.number} is {one.state}: only one that is held or given up is tried again")


def _walked(rules: FollowUpRules, one: FollowUp, given: Mapping[str, str]) -> Walked | None:
    if not given:
        return None
    questionnaire = rules.questionnaires.get(one.questionnaire)
    if questionnaire is None:
        raise BadInput(f"follow-up {one.number} has no questionnaire in this version: say it as text")
    walked = walk(questionnaire, given)
    if not walked.is_complete:
        asked = {answer.question for answer in walked.answers}
        last = walked.answers[-1]
        missing = questionnaire.questions[last.question].after(last.word) if asked else questionnaire.start
        raise BadInput(f"{questionnaire.name}: an answer to {missing} is missing")
    return walked
