"""The state machines of a case as tables: the stage that its matter is at, and its link to another case.

An event is the kind of an entry of the audit log (`complaints.audit.KINDS`). No cell leads past a step: the way to
`closed` goes through first feedback, investigation, decision, notice and root cause. docs/architecture.md draws both.
"""

from typing import Literal

from calls.transitions import Transitions

Stage = Literal[
    "new",
    "received",
    "accepted",
    "graded",
    "dispatched",
    "answered",
    "investigated",
    "decided",
    "approved",
    "notified",
    "in_review",
    "refunding",
    "refunded",
    "explained",
    "closed",
    "withdrawn",
    "transferred",
]
StageEvent = Literal[
    "opened",
    "accepted",
    "graded",
    "regraded",
    "dispatched",
    "taken",
    "handed_over",
    "first_feedback",
    "investigated",
    "decided",
    "approved",
    "returned",
    "notified",
    "review_asked",
    "reviewed",
    "refund_ordered",
    "refunded",
    "root_cause",
    "closed",
    "withdrawn",
    "transferred",
    "reopened",
]
Link = Literal["own", "merged"]
LinkEvent = Literal["merged", "unmerged"]

STAGES: Transitions[Stage, StageEvent] = Transitions(
    "case",
    {
        "new": {"opened": "received"},
        "received": {"accepted": "accepted", "withdrawn": "withdrawn", "transferred": "transferred"},
        "accepted": {"graded": "graded", "withdrawn": "withdrawn", "transferred": "transferred"},
        "graded": {
            "regraded": "graded",
            "dispatched": "dispatched",
            "withdrawn": "withdrawn",
            "transferred": "transferred",
        },
        # Within a stage: a department passes it on, somebody there takes it, its grade changes.
        "dispatched": {
            "taken": "dispatched",
            "handed_over": "dispatched",
            "regraded": "dispatched",
            "first_feedback": "answered",
            "withdrawn": "withdrawn",
            "transferred": "transferred",
        },
        "answered": {
            "taken": "answered",
            "handed_over": "answered",
            "regraded": "answered",
            "investigated": "investigated",
            "withdrawn": "withdrawn",
            "transferred": "transferred",
        },
        "investigated": {
            "taken": "investigated",
            "handed_over": "investigated",
            "regraded": "investigated",
            "decided": "decided",
            "withdrawn": "withdrawn",
            "transferred": "transferred",
        },
        "decided": {
            "approved": "approved",
            "returned": "investigated",
            "notified": "notified",  # refused where the grade asks for a second person: complaints.stages.rules
            "withdrawn": "withdrawn",
        },
        "approved": {"notified": "notified", "withdrawn": "withdrawn"},
        "notified": {
            "review_asked": "in_review",
            "refund_ordered": "refunding",
            "root_cause": "explained",
            "withdrawn": "withdrawn",
        },
        "in_review": {
            "taken": "in_review",
            "handed_over": "in_review",
            "reviewed": "decided",
            "withdrawn": "withdrawn",
        },
        "refunding": {"refunded": "refunded"},
        "refunded": {"review_asked": "in_review", "root_cause": "explained"},
        "explained": {"review_asked": "in_review", "closed": "closed"},
        "closed": {"review_asked": "in_review", "reopened": "accepted"},
        "withdrawn": {"reopened": "accepted"},
        "transferred": {"reopened": "accepted"},
    },
)
"""`reopened` begins anew with a grade: what was decided before stays in the log, and the clocks are new ones."""

LINKS: Transitions[Link, LinkEvent] = Transitions(
    "case link", {"own": {"merged": "merged"}, "merged": {"unmerged": "own"}}
)
"""A merged case keeps its stage and its log: the matter goes on in the other one, until the merging is undone."""

OVER: frozenset[Stage] = frozenset({"closed", "withdrawn", "transferred"})
"""Stages in which nothing is owed."""

WITHOUT_A_MOVE = {
    "contact": "the customer gave a sign of life; the stage is our work's",
    "noted": "a note",
    "followed_up": "the customer was asked how it went",
    "recused": "a person steps back; whoever else takes it goes on where it stands",
    "waiting": "the work stands still",
    "resumed": "the work goes on where it stood",
    "extended": "a clock has more time; the work is the same",
}
"""Kinds of entries that leave every stage as it is, and why."""
WHILE_OPEN = frozenset({"waiting", "resumed", "extended"})
"""Those of them for which a case must still be open."""
