"""E-mails of notices: who is told, and what; nobody's number is in one."""

from zoneinfo import ZoneInfo

import pytest

from hotline.mail.message import Told, message
from hotline.site.mail import MailSettings

pytestmark = pytest.mark.unit

SETTINGS = MailSettings(
    **{"host": "mail.bank.example", "from": "hotline@bank.example"},
    to={"care": ("care@bank.example",), "zhou": ("zhou@bank.example",), "else": ("all@bank.example",)},
)
ZONE = ZoneInfo("Asia/Shanghai")


def told(**changes: object) -> Told:
    return Told(**{"case": "2611309000018", "kind": "ladder", "department": "care", **changes})


@pytest.mark.parametrize(
    ("people", "department", "to"),
    [
        (("zhou",), "care", "zhou@bank.example"),
        (("zhou", "zhou", "li"), "care", "zhou@bank.example"),
        (("li",), "care", "care@bank.example"),
        (("li",), "loans", "all@bank.example"),
        ((), "care", "care@bank.example"),
    ],
)
def test_people_are_told_at_their_own_address_else_their_department(
    people: tuple[str, ...], department: str, to: str
) -> None:
    mail = message(SETTINGS, "msg_1", told(tell=people, department=department, text="step 1"), 0.0, ZONE)
    assert mail is not None
    assert mail["To"] == to


def test_a_notice_to_people_says_what_it_is_about() -> None:
    text = "complaint about call 4711 of scene spring"
    mail = message(SETTINGS, "msg_1", told(kind="origin", tell=("zhou",), text=text, scene="spring"), 0.0, ZONE)
    assert mail is not None
    assert "complaint about a call: 2611309000018" in mail["Subject"]
    assert mail["Message-ID"] == "<msg_1@bank.example>"
    body = mail.get_content()
    assert text in body
    assert "hotline case show 2611309000018" in body


def test_one_of_a_clock_has_its_deadline() -> None:
    mail = message(SETTINGS, "msg_1", told(kind="breach", clock="first", due_at=1_796_000_000.0), 0.0, ZONE)
    assert mail is not None
    assert "overdue: 2611309000018 first 2026-11-30" in mail["Subject"]
    assert mail["To"] == "care@bank.example"
