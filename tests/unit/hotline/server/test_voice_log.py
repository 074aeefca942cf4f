"""Which voice speaks which language, in the log of a start."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

import pytest
from structlog.testing import capture_logs

from hotline.server.voice_log import log_voices
from hotline.site.site import Site

pytestmark = pytest.mark.unit


def test_a_language_without_a_voice_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dialplans").mkdir()
    (tmp_path / "hotline.yaml").write_text("languages: [zh-CN, en]\n")
    site = Site.open(tmp_path)

    class Running:
        phrases: ClassVar = {"zh-CN": {"welcome": "您好"}, "en": {"welcome": "Hello"}}

        def current(self) -> str:
            return "0001"

        def program(self, version: str) -> Running:
            return self

    monkeypatch.setattr(shutil, "which", lambda program: None)
    with capture_logs() as logs:
        log_voices(site, Running())  # type: ignore[arg-type]  # all that it asks of versions
    assert [(line["event"], line["log_level"], line["language"]) for line in logs] == [
        ("a language has no voice", "warning", "zh-CN"),
        ("a language has no voice", "warning", "en"),
    ]
