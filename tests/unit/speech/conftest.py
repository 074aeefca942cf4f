"""Fixtures of the tests of speech."""

from __future__ import annotations

import pytest

from tests.unit.speech.voices import ToneVoice


@pytest.fixture
def voice() -> ToneVoice:
    return ToneVoice()
