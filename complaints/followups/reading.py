"""Reads and checks followups.yaml; every problem has its place, and the nearest right word where there is one."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from complaints.clocks.calendars import Calendar
from complaints.followups.settings import FollowUpBook, FollowUpRule, Written, WrittenRule
from dsl.decoding import decode
from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem

FOLLOW_UPS = "dialplans/followups.yaml"


class CampaignNamed(NamedTuple):
    """What a rule must know of a campaign: the lists that it calls, their order, and the flow that speaks, or none."""

    lists: tuple[str, ...]
    order: str
    flow: str


class Around(NamedTuple):
    """The rest of a site, as far as follow-ups name it. None: it cannot be read, which is told elsewhere.

    `followed_grades`: those of grades.yaml whose flow says `follow_up: true`.
    """

    calendars: Mapping[str, Calendar]
    grades: Collection[str] | None
    followed_grades: Collection[str]
    campaigns: Mapping[str, CampaignNamed]
    broken_campaigns: Collection[str]
    questionnaires: Collection[str]


def read_follow_ups(root: Node, around: Around) -> tuple[FollowUpBook, list[Problem]]:
    """The rules that can be used, and all that is wrong. With a problem that is no mere warning there are none."""
    written, problems = decode(root, Written, {"followups": WrittenRule}, "follow-up")
    rules: dict[str, FollowUpRule] = {}
    lists: dict[str, str] = {}
    for name, one in (written.followups if written is not None else {}).items():
        node = root.find(("followups", name))
        found = list(_problems(name, one, node, around))
        campaign = around.campaigns.get(one.campaign)
        calls = "" if campaign is None or not campaign.lists else campaign.lists[0]
        if calls and (other := lists.setdefault(calls, name)) != name:
            message = f"{name}: {other} puts its people on the list {calls} already; each has a campaign of its own"
            found.append(_problem(node, "campaign", message))
        problems += found
        if any(not problem.warning for problem in found):
            continue
        rules[name] = FollowUpRule(
            name=name,
            on=one.on,
            by=one.by,
            after_days=_days(one.after),
            within_days=_days(one.within),
            calendar=one.calendar,
            grades=one.grades or tuple(around.followed_grades),
            categories=one.categories,
            list=one.list,
            campaign=one.campaign,
            campaign_list=calls,
            questionnaire=one.questionnaire,
            once_in_days=one.once_in_days,
        )
    problems.sort(key=lambda problem: problem.order)
    if any(not problem.warning for problem in problems):
        return FollowUpBook(), problems
    used = {rule.calendar for rule in rules.values()}
    return FollowUpBook(rules, {name: around.calendars[name] for name in sorted(used)}), problems


def _problems(name: str, one: WrittenRule, node: Node, around: Around) -> Iterator[Problem]:
    if not one.calendar:
        yield _problem(node, "", f"{name}: calendar: whose working days they are is missing")
    elif one.calendar not in around.calendars:
        told = f"{name}: there is no calendar {one.calendar}{nearest_hint(one.calendar, around.calendars)}"
        yield _problem(node, "calendar", told)
    if _days(one.within) < _days(one.after):
        yield _problem(node, "within", f"{name}: within {one.within} is over before after {one.after} begins")
    for grade in one.grades:
        if around.grades is not None and grade not in around.grades:
            yield _problem(node, "grades", f"{name}: there is no grade {grade}{nearest_hint(grade, around.grades)}")
    if one.on == "list":
        if not one.list:
            yield _problem(node, "", f"{name}: list: on: list needs the name of a list")
        for word in ("grades", "categories"):
            if getattr(one, word):
                yield _problem(node, word, f"{name}: {word}: people of a list have none")
    elif one.list:
        yield _problem(node, "list", f"{name}: list: write on: list beside it")
    elif not one.grades and around.grades is not None and not around.followed_grades:
        told = f"{name}: grades: which ones is missing, and no grade of grades.yaml has flow: {{follow_up: true}}"
        yield _problem(node, "", told)
    if one.questionnaire and one.questionnaire not in around.questionnaires:
        hint = nearest_hint(one.questionnaire, around.questionnaires)
        yield _problem(node, "questionnaire", f"{name}: there is no questionnaire {one.questionnaire}{hint}")
    yield from _campaign(name, one, node, around)


def _campaign(name: str, one: WrittenRule, node: Node, around: Around) -> Iterator[Problem]:
    if one.by == "visit":
        if one.campaign:
            yield _problem(node, "campaign", f"{name}: campaign: a visit is a task of people; write by: call")
        return
    if not one.campaign:
        yield _problem(node, "", f"{name}: campaign: whose calls they are is missing, or write by: visit")
        return
    if one.campaign in around.broken_campaigns:
        return  # told already
    campaign = around.campaigns.get(one.campaign)
    if campaign is None:
        hint = nearest_hint(one.campaign, around.campaigns)
        yield _problem(node, "campaign", f"{name}: there is no campaign {one.campaign}{hint}")
        return
    if len(campaign.lists) != 1:
        yield _problem(node, "campaign", f"{name}: campaign {one.campaign} calls {len(campaign.lists)} lists, not one")
    elif one.on == "list" and campaign.lists[0] == one.list:
        told = f"{name}: campaign {one.campaign} calls the list {one.list} itself, at once; give it a list of its own"
        yield _problem(node, "campaign", told)
    if campaign.order == "newest":
        told = (
            f"{name}: campaign {one.campaign} calls the newest first: people who are put on a list later are left out"
        )
        yield _problem(node, "campaign", told)
    if one.questionnaire and campaign.flow.startswith("questionnaires/"):
        asks = campaign.flow.removeprefix("questionnaires/")
        if asks != one.questionnaire:
            told = f"{name}: campaign {one.campaign} asks {asks}, and not {one.questionnaire}"
            yield _problem(node, "questionnaire", told)


def _problem(node: Node, word: str, message: str, *, warning: bool = False) -> Problem:
    inside = node.items.get(word) or node
    return Problem(inside.key_mark or inside.mark, "follow-up", message, warning)


def _days(text: str) -> int:
    return int(text.split()[0])
