"""Who is told that notices were written."""

import pytest

from hotline.server.notice_tellers import NoticeTellers
from hotline.site.webhooks import WebhookSettings

pytestmark = pytest.mark.unit


def test_each_kind_goes_to_those_who_want_it_and_to_bus_and_mail() -> None:
    told: list[str] = []
    webhooks = [
        WebhookSettings(name="crm", url="http://127.0.0.1/crm", events=["clock", "talk"]),
        WebhookSettings(name="owners", url="http://127.0.0.1/owners", events=["notice"]),
        WebhookSettings(name="all", url="http://127.0.0.1/all", events=["clock", "notice"]),
    ]
    tellers = NoticeTellers(webhooks, told.append, [lambda: told.append("bus"), lambda: told.append("mail")])
    assert (tellers.webhooks("clock"), tellers.webhooks("notice")) == (["crm", "all"], ["owners", "all"])
    tellers.tell("clock")
    assert told == ["bus", "mail", "crm", "all"]
    del told[:]
    tellers.tell("notice")
    assert told == ["bus", "mail", "owners", "all"]
