"""Follow-ups of a site's folder, checked with the calendars, grades, campaigns and questionnaires that they name."""

from collections.abc import Mapping

from complaints.clocks.book import ClockBook
from complaints.clocks.calendars import Calendar, Version
from complaints.followups.reading import FOLLOW_UPS, Around, CampaignNamed, read_follow_ups
from complaints.followups.settings import FollowUpBook
from dialer.campaigns.reading import CampaignReading, is_campaigns_file
from dsl.hours import Hours
from dsl.tree import Mark, Node, Problem
from hotline.versions.case_rules import CaseRules
from hotline.versions.follow_up_rules import FollowUpRules
from ivr.questionnaires import Questionnaire


def read_folder_follow_ups(
    roots: Mapping[str, Node],
    hours: Mapping[str, Hours],
    clocks: ClockBook,
    cases: CaseRules,
    campaigns: CampaignReading,
    questionnaires: Mapping[str, Questionnaire],
) -> tuple[FollowUpRules, list[Problem]]:
    """The follow-ups among `roots`, the parsed files by path, and what is wrong with them; none without the file."""
    kept = dict(questionnaires)
    if FOLLOW_UPS not in roots or roots[FOLLOW_UPS].value is None:
        return FollowUpRules(FollowUpBook(), kept), []
    calendars = {name: Calendar((Version(entry, name),)) for name, entry in hours.items()} | clocks.calendars
    grades = None if cases.grades is None else cases.grades.grades
    named = {
        name: CampaignNamed(tuple(share.name for share in one.lists), one.order, one.flow)
        for name, one in campaigns.campaigns.items()
    }
    written = {
        name
        for path, root in roots.items()
        if is_campaigns_file(path) and "campaigns" in root.items
        for name in root.items["campaigns"].items
    }
    around = Around(
        calendars,
        None if grades is None else tuple(grades),
        () if grades is None else tuple(name for name, one in grades.items() if one.flow.follow_up),
        named,
        written - named.keys(),
        tuple(questionnaires),
    )
    book, problems = read_follow_ups(roots[FOLLOW_UPS], around)
    return FollowUpRules(book, kept), problems


def lists_named(book: FollowUpBook, root: Node | None) -> list[tuple[str, Mark]]:
    """Every list of people that a rule follows up, with its place in followups.yaml."""
    if root is None:
        return []
    return [(rule.list, root.find(("followups", rule.name, "list")).mark) for rule in book.rules.values() if rule.list]
