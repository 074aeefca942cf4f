"""An Asterisk for which configuration is written: its modules are empty files."""

import re
from pathlib import Path

import pytest

from switch.accounts import AgentAccount
from switch.asterisk.instance.installation import Installation
from switch.asterisk.instance.settings import TEMPLATES, AsteriskSettings

ALL_MODULES = re.findall(r"^load = (\S+)", (TEMPLATES / "modules.conf").read_text(), re.MULTILINE)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    modules = tmp_path / "modules"
    modules.mkdir()
    for module in ALL_MODULES:
        (modules / module).touch()
    return Installation(("asterisk",), "22.10.1", modules, tmp_path / "data")


@pytest.fixture
def settings(tmp_path: Path) -> AsteriskSettings:
    return AsteriskSettings(
        run_dir=tmp_path / "run", ari_password="p-1", sip_port=12060, accounts=(AgentAccount("1001", "s-1"),)
    )
