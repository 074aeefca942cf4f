"""Roles: the one table of what each may do over HTTP. docs/people.md shows it; a test asks each route with each role.

A cell is `yes`, `own` (only for the agent who the person is, and in the calls that this agent has or had), or `-`. Of
several roles the widest cell counts. What is not in the table nobody may.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, get_args

from hotline.site.web import WebRight

Role = Literal[
    "agent",
    "supervisor",
    "handler",
    "lead",
    "campaign_owner",
    "compliance",
    "auditor",
    "admin",
    "wallboard",
    "machine",
]
"""`machine` is the site's own token, `wallboard` a screen that nobody guards; no person has either."""
OF_PEOPLE: tuple[Role, ...] = (
    *("agent", "supervisor", "handler", "lead", "campaign_owner", "compliance", "auditor", "admin"),
)
Cell = Literal["yes", "own", "-"]
Act = Literal[
    "watch",
    "watch_operations",
    "reload",
    "work",
    "talk",
    "direct",
    "supervise",
    "see_call",
    "search_calls",
    "look_up_number",
    "see_numbers",
    "hear_recordings",
    "open_case",
    "take_in_cases",
    "see_cases",
    "handle_cases",
    "lead_cases",
    "see_overrides",
    "set_overrides",
    "give_wait_tokens",
    "see_outgoing",
    "ask_gate",
    "reserve_calls",
    "approve_scenes",
    "approve_policies",
    "order_campaigns",
    "know_persons",
    "tell_persons",
    "grant_exceptions",
    "share_lists",
    "see_people",
    "see_flows",
]

ABOUT: Mapping[Act, str] = {
    "watch": "the live state, numbers masked",
    "watch_operations": "trunks, webhooks, metrics",
    "reload": "taking up a version that was published, or an earlier one again",
    "work": "an agent's state, previews, dispositions, calls from their phone",
    "talk": "transfers and consultations in a talk",
    "direct": "moving agents and callers between queues",
    "supervise": "listening to a talk, whispering, joining",
    "see_call": "one call of the log, numbers masked",
    "search_calls": "the call log, messages and reports, numbers masked",
    "look_up_number": "calls of one number",
    "see_numbers": "whole numbers of cases, campaigns, calls at the desk",
    "hear_recordings": "talks and messages, words in their transcripts",
    "open_case": "a case about a call, an agent's form",
    "take_in_cases": "a case of what came by another way",
    "see_cases": "cases, numbers masked",
    "handle_cases": "acts on cases, answers to matches",
    "lead_cases": "regrading, extending, reopening, undoing a merging",
    "see_overrides": "overrides and their log",
    "set_overrides": "setting and lifting overrides",
    "give_wait_tokens": "a token for a caller who waits",
    "see_outgoing": "decisions, scenes, campaigns, numbers masked",
    "ask_gate": "whether calls may be placed",
    "reserve_calls": "reserving and settling attempts",
    "approve_scenes": "approving and withdrawing scenes",
    "approve_policies": "approving policies and rolling them back",
    "order_campaigns": "starting, pausing, draining, stopping campaigns",
    "know_persons": "what is known of a person",
    "tell_persons": "persons, consents, lists of persons",
    "grant_exceptions": "exceptions of policies",
    "share_lists": "what the sites of a group tell each other of their lists, as hashes",
    "see_people": "who signs in here, with which roles",
    "see_flows": "flows drawn, the calls in them, lint, test cases",
}
"""What each act is, in words."""

_TABLE = """
act              agent supervisor handler lead campaign_owner compliance auditor admin wallboard machine
watch            yes   yes        yes     yes  yes            yes        yes     yes   yes       yes
watch_operations -     yes        -       -    -              -          yes     yes   yes       yes
reload           -     -          -       -    -              -          -       yes   -         yes
work             own   yes        -       -    -              -          -       yes   -         yes
talk             own   yes        -       -    -              -          -       yes   -         yes
direct           -     yes        -       -    -              -          -       yes   -         yes
supervise        -     yes        -       -    -              -          -       yes   -         yes
see_call         own   yes        yes     yes  -              yes        yes     yes   -         yes
search_calls     -     yes        yes     yes  -              yes        yes     yes   -         yes
look_up_number   -     yes        yes     yes  -              yes        yes     yes   -         yes
see_numbers      -     -          yes     yes  -              yes        -       yes   -         yes
hear_recordings  -     yes        yes     yes  -              yes        yes     yes   -         yes
open_case        own   yes        yes     yes  -              yes        -       yes   -         yes
take_in_cases    yes   yes        yes     yes  -              yes        -       yes   -         yes
see_cases        -     -          yes     yes  -              yes        yes     yes   -         yes
handle_cases     -     -          yes     yes  -              yes        -       yes   -         yes
lead_cases       -     -          -       yes  -              -          -       yes   -         yes
see_overrides    -     yes        -       yes  -              yes        yes     yes   -         yes
set_overrides    -     yes        -       -    -              -          -       yes   -         yes
give_wait_tokens -     yes        -       -    -              -          -       yes   -         yes
see_outgoing     -     yes        -       -    yes            yes        yes     yes   -         yes
ask_gate         -     yes        -       -    yes            yes        -       yes   -         yes
reserve_calls    -     -          -       -    -              -          -       yes   -         yes
approve_scenes   -     -          -       -    -              yes        -       yes   -         yes
approve_policies -     -          -       -    -              yes        -       yes   -         yes
order_campaigns  -     yes        -       -    yes            -          -       yes   -         yes
know_persons     -     -          yes     yes  -              yes        yes     yes   -         yes
tell_persons     -     -          yes     yes  -              yes        -       yes   -         yes
grant_exceptions -     -          -       -    -              yes        -       yes   -         yes
share_lists      -     -          -       -    -              -          -       yes   -         yes
see_people       -     -          -       -    -              -          yes     yes   -         yes
see_flows        -     yes        -       -    -              yes        yes     yes   -         yes
"""

RIGHTS: Mapping[Act, frozenset[WebRight]] = {
    "watch": frozenset({"live"}),
    "watch_operations": frozenset({"live"}),
    "see_call": frozenset({"calls"}),
    "search_calls": frozenset({"calls"}),
    "look_up_number": frozenset({"numbers"}),
    "see_numbers": frozenset({"numbers"}),
    "hear_recordings": frozenset({"recordings"}),
    "see_cases": frozenset({"calls"}),
    "see_outgoing": frozenset({"live"}),
    "ask_gate": frozenset({"govern"}),
    "reserve_calls": frozenset({"govern"}),
    "approve_scenes": frozenset({"approve"}),
    "approve_policies": frozenset({"approve"}),
    "know_persons": frozenset({"persons"}),
    "tell_persons": frozenset({"persons"}),
    "grant_exceptions": frozenset({"persons"}),
    "share_lists": frozenset({"share"}),
}
"""The rights of hotline.yaml that let another system do it; what is not here its token does not allow."""

_WIDTH: Mapping[Cell, int] = {"-": 0, "own": 1, "yes": 2}


def _read(text: str) -> dict[Act, dict[Role, Cell]]:
    """The table. Raises ValueError for a word that is none: nothing starts with a table that says half."""
    head, *rows = (line.split() for line in text.strip().splitlines())
    acts = {name: dict(zip(head[1:], cells, strict=True)) for name, *cells in rows}
    words = {cell for cells in acts.values() for cell in cells.values()}
    if len(acts) != len(rows) or set(acts) != set(get_args(Act)) or head[1:] != list(get_args(Role)):
        raise ValueError("the table of roles has not each act once, or not each role")
    if not words <= _WIDTH.keys():
        raise ValueError(f"a cell of the table of roles is yes, own or -, not {sorted(words - _WIDTH.keys())}")
    return acts  # type: ignore[return-value]  # its words are those of the types, as was just asked


TABLE: Mapping[Act, Mapping[Role, Cell]] = _read(_TABLE)


def cell(act: Act, roles: Iterable[str]) -> Cell:
    """The widest cell of these roles; `-` for none, and for a role that the table has not."""
    return max((TABLE[act].get(role, "-") for role in roles), key=_WIDTH.__getitem__, default="-")  # type: ignore[call-overload]


def acts_of(roles: Iterable[str]) -> dict[Act, Cell]:
    """The acts that these roles allow, with their cells."""
    held = tuple(roles)
    return {act: found for act in TABLE if (found := cell(act, held)) != "-"}
