"""What a start loads: callers wait for it, so what only some sites or some requests need comes later."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

START = """
import sys
import hotline.cli.serve, hotline.server.wiring, hotline.web.app
import switch.asterisk.adapter, hotline.provisioning.asterisk
print(*sys.modules, sep="\\n")
"""


def test_a_start_loads_nothing_that_a_call_does_not_need() -> None:
    loaded = subprocess.run([sys.executable, "-c", START], check=True, capture_output=True, text=True).stdout.split()
    assert "hotline.server.serving" in loaded, "the question was asked of something else"
    for later in ("sqlalchemy", "alembic", "pypinyin", "phones", "sim", "ivr.compiler.compiling", "ivr.rehearsal"):
        assert later not in loaded
