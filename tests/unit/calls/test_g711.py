"""G.711 against libsndfile, which decodes and encodes it independently, and against the Recommendation's values."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import soundfile

from calls.g711 import alaw_codes, alaw_level, ulaw_codes, ulaw_level

pytestmark = pytest.mark.unit

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_CODE = bytes(range(256))
LAWS = [(ulaw_codes, ulaw_level, "ULAW"), (alaw_codes, alaw_level, "ALAW")]

Codes = Callable[[], bytes]
Level = Callable[[int], int]


def encoded(samples: np.ndarray, codes: Codes) -> bytes:
    return np.frombuffer(codes(), np.uint8)[samples.view(np.uint16)].tobytes()


def decoded(codes: bytes, law: str) -> np.ndarray:
    raw = {"channels": 1, "samplerate": 8000, "format": "RAW"}
    return soundfile.read(io.BytesIO(codes), subtype=law, dtype="int16", **raw)[0].astype(np.int32)


@pytest.mark.parametrize(("codes", "law", "smallest_step"), [(ulaw_codes, "ULAW", 8), (alaw_codes, "ALAW", 16)])
def test_every_sample_comes_back_within_its_step(codes: Codes, law: str, smallest_step: int) -> None:
    back = decoded(encoded(EVERY_SAMPLE, codes), law)
    magnitude = np.abs(EVERY_SAMPLE.astype(np.int32))
    # The step doubles with each segment: at most a sixteenth of the magnitude, besides clipping at the very top.
    assert (np.abs(back - EVERY_SAMPLE) <= np.maximum(smallest_step, magnitude / 16 + smallest_step)).all()


@pytest.mark.parametrize(("codes", "level", "law"), LAWS)
def test_what_was_decoded_encodes_to_itself(codes: Codes, level: Level, law: str) -> None:
    again = encoded(decoded(EVERY_CODE, law).astype(np.int16), codes)
    if law == "ULAW":  # two codes of zero
        assert again.replace(b"\xff", b"\x7f") == EVERY_CODE.replace(b"\xff", b"\x7f")
    else:
        assert again == EVERY_CODE


@pytest.mark.parametrize(("codes", "level", "law"), LAWS)
def test_levels_are_those_of_libsndfile(codes: Codes, level: Level, law: str) -> None:
    assert [level(code) for code in EVERY_CODE] == decoded(EVERY_CODE, law).tolist()


@pytest.mark.parametrize(
    ("codes", "above", "below"),
    [  # decision values of tables 1a and 2a, in 16 bits; half way between the levels would be 16,512 and 16,380
        (alaw_codes, 16_384, 16_383),
        (ulaw_codes, 16_252, 16_251),
    ],
)
def test_a_segment_begins_at_its_decision_value(codes: Codes, above: int, below: int) -> None:
    assert codes()[above] != codes()[below]
    assert len({codes()[sample] for sample in range(above, above + 256)}) == 1
