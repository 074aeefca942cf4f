"""The sample hotline, with dialplans/ and prompts/ as they are shipped, in a house of the live tests.

Phrases without places to fill are recorded as tones, as a site records its own; the others are spoken by the voice.
Times may be shortened: `shortened` says by what.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import yaml

from hotline.demo.approvals import approve_all
from hotline.site.site import Site
from tests.live.live_site import ROOT, LiveSite
from tests.live.site_files import record

LANGUAGE, MENU, OFFER, KEPT, REFUSED, NUMBER, MESSAGE, VOICEMAIL = range(300, 1100, 100)
SAVED, OTHER = 1200, 1600
PIN, OVERRIDES, SET, LOCKED, CLOSED = OFFER, KEPT, REFUSED, NUMBER, MESSAGE
"""What is said, in Hz. A phone tells twelve tones apart: some phrases that no test hears together share one."""
TONES = {
    "language_choice": LANGUAGE,
    "main_menu": MENU,
    "callback_offer": OFFER,
    "callback_kept": KEPT,
    "callback_refused": REFUSED,
    "callback_number": NUMBER,
    "message_offer": MESSAGE,
    "voicemail": VOICEMAIL,
    "voicemail_saved": SAVED,
    "override_pin": PIN,
    "override_menu": OVERRIDES,
    "override_set": SET,
    "override_locked": LOCKED,
    "closed_today": CLOSED,
}
SHORT_S = 0.4
NAMED_ELSEWHERE = "".join(
    f"{name}: {{zone: Asia/Shanghai, week: {{mon-sun: 00:00-24:00}}}}\n"
    for name in ("outbound", "complaint_office", "always")
)
"""Hours that the sample's scenes and clocks name, for tests with an hours.yaml of their own."""


class SampleSite(LiveSite):
    """`shortened` has the files of the sample in which something is replaced: old words and new ones."""

    shortened: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def make_site(self, switch: Mapping[str, Any], web_port: int) -> Site:
        """A site as `hotline init` makes it."""
        for name in ("dialplans", "prompts"):
            shutil.copytree(ROOT / name, self.folder / name)
        for cases in ("dialplans/tests", "dialplans/scenes/tests"):  # calls at the hours as shipped
            shutil.rmtree(self.folder / cases)
        for name, words in self.shortened.items():
            shorten(self.folder / name, words)
        for language in ("zh-CN", "en"):
            record_tones(self.folder / "prompts", language)
        settings = {
            "voice": {"kind": "espeak"},
            **self._settings,
            "languages": ["zh-CN", "en"],
            "switch": dict(switch),
            "web": {"port": web_port},
        }
        (self.folder / "hotline.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        return Site.open(self.folder)

    def approve(self) -> None:
        """As the demonstration does."""
        approve_all(self.site)


def shorten(path: Path, words: Mapping[str, str]) -> None:
    """Replace words that are there; a sample that has others is another sample."""
    text = path.read_text(encoding="utf-8")
    for old, new in words.items():
        assert old in text, f"{path.name} has no {old} any more"
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def record_tones(prompts: Path, language: str) -> None:
    """Every phrase that has nothing to fill in."""
    folder = prompts / "recordings" / language
    folder.mkdir(parents=True)
    for phrase, text in yaml.safe_load((prompts / f"{language}.yaml").read_text(encoding="utf-8")).items():
        if "{" not in str(text):
            record(folder / f"{phrase}.wav", TONES.get(phrase, OTHER), SHORT_S)
