"""docs/phones.md has every code that a phone may dial, in one table, and no other page has one that is none."""

import re
from pathlib import Path

import pytest

from control.agents import star_codes
from control.callbacks import callbacks
from control.talks import talk_keys
from hotline.site.switches import MediaTimeoutSettings
from switch.asterisk.instance.settings import TEMPLATES, AsteriskSettings

pytestmark = pytest.mark.unit

_DOCS = Path(__file__).resolve().parents[3] / "docs"
_PHONES = (_DOCS / "phones.md").read_text(encoding="utf-8")
_TABLE = re.findall(r"^\| `([*#0-9]+)` \|", _PHONES.partition("\n## Codes\n")[2].partition("\n## ")[0], re.MULTILINE)
_STAR = re.compile(r"`(\*\d+)`")


def test_the_table_has_the_codes_of_the_code() -> None:
    dialled = {*star_codes.CODES, star_codes.PAUSE, star_codes.DISPOSITION}
    pressed = {value for name, value in vars(talk_keys).items() if name.isupper() and not name.startswith("_")}
    assert sorted(_TABLE) == sorted({*dialled, *pressed, callbacks.ACCEPT})


@pytest.mark.parametrize("page", sorted(_DOCS.glob("*.md")), ids=lambda page: page.name)
def test_a_code_of_any_page_is_one_of_the_table(page: Path) -> None:
    assert set(_STAR.findall(page.read_text(encoding="utf-8"))) <= set(_TABLE)


def test_the_settings_of_phones_are_those_of_the_switch() -> None:
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", _PHONES, re.MULTILINE))
    codecs = re.findall(r"`(\w+)`", rows["codecs"].partition(":")[0])
    assert tuple(codecs) == AsteriskSettings(Path(), "").codecs
    assert rows["port"].startswith(f"{AsteriskSettings(Path(), '').sip_port},")
    account = (TEMPLATES / "agent.conf").read_text()
    shortest = re.search(r"^minimum_expiration = (\d+)$", account, re.MULTILINE)
    assert shortest is not None
    assert f"takes {shortest[1]} s" in rows["registration"]
    timeout = MediaTimeoutSettings()
    silence = rows["silence suppression (VAD), comfort noise"]
    assert silence.startswith(f"off: {timeout.talking_s} s")
    assert silence.endswith(f"for {timeout.hold_s} s")
