"""The table of roles: whole, narrow for people who need little, and what several roles come to."""

from typing import get_args

import pytest

from hotline.people.roles import _TABLE, ABOUT, OF_PEOPLE, RIGHTS, TABLE, Act, Cell, Role, _read, acts_of, cell
from hotline.site.web import WebRight

pytestmark = pytest.mark.unit


def test_it_has_each_act_and_each_role_once() -> None:
    assert set(TABLE) == set(ABOUT) == set(get_args(Act))
    assert all(set(cells) == set(get_args(Role)) for cells in TABLE.values())
    assert set(OF_PEOPLE) == set(get_args(Role)) - {"machine", "wallboard"}
    assert set().union(*RIGHTS.values()) == set(get_args(WebRight))


@pytest.mark.parametrize(
    ("role", "act"),
    [
        *((role, "see_numbers") for role in ("agent", "supervisor", "campaign_owner", "auditor", "wallboard")),
        *((role, "hear_recordings") for role in ("agent", "campaign_owner", "wallboard")),
        *((role, "approve_scenes") for role in ("campaign_owner", "supervisor", "lead", "handler", "auditor")),
        *((role, "order_campaigns") for role in ("compliance", "auditor", "agent")),
        *((role, "handle_cases") for role in ("agent", "supervisor", "auditor", "campaign_owner")),
        ("handler", "lead_cases"),
        ("wallboard", "see_outgoing"),
    ],
)
def test_a_role_may_not(role: Role, act: Act) -> None:
    assert TABLE[act][role] == "-"


def test_an_auditor_changes_nothing() -> None:
    looks = ("watch", "see_", "search_", "look_", "hear_", "read_", "know_")
    changes = {act for act in TABLE if not act.startswith(looks)}
    assert {act for act in changes if TABLE[act]["auditor"] != "-"} == set()


def test_the_machine_may_all_and_the_wallboard_watches() -> None:
    assert {cells["machine"] for cells in TABLE.values()} == {"yes"}
    assert {act for act, cells in TABLE.items() if cells["wallboard"] != "-"} == {"watch", "watch_operations"}


@pytest.mark.parametrize(
    ("roles", "act", "found"),
    [
        (("agent",), "work", "own"),
        (("agent", "supervisor"), "work", "yes"),
        (("supervisor", "agent"), "work", "yes"),
        (("auditor", "agent"), "talk", "own"),
        (("auditor",), "talk", "-"),
        ((), "watch", "-"),
        (("emperor",), "watch", "-"),
    ],
)
def test_of_several_roles_the_widest_cell_counts(roles: tuple[str, ...], act: Act, found: Cell) -> None:
    assert cell(act, roles) == found
    assert acts_of(roles).get(act, "-") == found


@pytest.mark.parametrize(
    "change", [("yes ", "yse "), ("reload ", "relaod "), (" machine", " robot"), ("own  ", "mine ")]
)
def test_a_table_that_says_half_is_none(change: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="table of roles"):
        _read(_TABLE.replace(*change, 1))
    with pytest.raises(ValueError, match="table of roles"):
        _read("\n".join(_TABLE.strip().splitlines()[:-1]))
