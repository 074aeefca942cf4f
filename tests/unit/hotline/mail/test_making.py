"""The mailing is as hotline.yaml asks for."""

import time
from pathlib import Path

import pytest

from calls.dependencies import Dependency
from calls.errors import BadInput
from hotline.mail.making import make_mailing
from hotline.site.site import Site

pytestmark = pytest.mark.unit


def site(folder: Path, mail: str) -> Site:
    (folder / "hotline.yaml").write_text(mail, encoding="utf-8")
    return Site.open(folder)


def test_a_site_without_mail_has_none(tmp_path: Path) -> None:
    assert make_mailing(site(tmp_path, "{}\n"), Dependency("mail", time.time)) is None


async def test_one_with_mail_has_one(tmp_path: Path) -> None:
    text = "mail: {host: mail.bank.example, from: hotline@bank.example, to: {else: [lead@bank.example]}}\n"
    assert make_mailing(site(tmp_path, text), Dependency("mail", time.time)) is not None


def test_an_address_that_is_none_is_told_with_its_place(tmp_path: Path) -> None:
    text = "mail: {host: mail.bank.example, from: hotline@bank.example, to: {care: [lead]}}\n"
    with pytest.raises(BadInput, match=r"mail.*care: addresses such as"):
        site(tmp_path, text)
