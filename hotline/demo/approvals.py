"""Approvals of the demonstration's own policy, scenes and answers: given by people of its own, by approvals.yaml.

Only for the demonstration's site, whose scenes are the sample's: elsewhere people approve, by `hotline govern policy
approve`, `hotline govern approve` and `hotline answers approve`.
"""

import contextlib

from calls.errors import BadInput
from hotline.governing import answers, approving, given_word, policies
from hotline.site.site import Site

_PEOPLE = ("demo.compliance", "demo.risk")
"""Approvers where approvals.yaml names none; neither has written anything."""
_REASON = "the demonstration of the sample"


def approve_all(site: Site) -> list[str]:
    """Approve the published policy, and every published scene that may not call yet, each by as many as it takes; the
    names of those that may call now. Nobody approves what is their own. Raises BadInput."""
    given_word.opened(site)
    _approve_policy(site)
    _approve_answers(site)
    now = approving.in_force(site)
    rules = now.book.approvals
    people = [*(rules.approvers or _PEOPLE), *(person for rule in rules.rules for person in rule.approvers)]
    for person in dict.fromkeys(people):
        for scene in approving.shown(approving.in_force(site)):
            if not scene.may_call:
                _approve(site, scene.scene, person)
    return [scene.scene for scene in approving.shown(approving.in_force(site)) if scene.may_call]


def _approve_policy(site: Site) -> None:
    rules = policies.ruling_of(site).rules
    for person in dict.fromkeys((*rules.policies.approvers, *rules.approvers, *_PEOPLE)):
        if not policies.ruling_of(site).waits:
            return
        try:
            policies.approve(site, person, _REASON)
        except BadInput:
            continue  # it is theirs, or not theirs to approve: the next one may


def _approve_answers(site: Site) -> None:
    rules = approving.in_force(site).book.approvals
    for person in dict.fromkeys((*rules.answers.approvers, *rules.approvers, *_PEOPLE)):
        for one in answers.shown(site):
            if one.standing.refused:
                with contextlib.suppress(BadInput):  # theirs, or not theirs to approve: the next one may
                    answers.approve(site, [one.answer.name], person, _REASON)


def _approve(site: Site, scene: str, person: str) -> None:
    try:
        approving.approve(site, [scene], person, _REASON)
    except BadInput:
        return  # it is theirs, or not theirs to approve: the next one may
