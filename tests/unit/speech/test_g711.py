"""G.711 against libsndfile, which decodes and encodes it independently."""

from __future__ import annotations

import io

import numpy as np
import pytest
import soundfile

from speech.g711 import to_alaw, to_mulaw

pytestmark = pytest.mark.unit

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)


def decoded(codes: bytes, law: str) -> np.ndarray:
    raw = {"channels": 1, "samplerate": 8000, "format": "RAW"}
    return soundfile.read(io.BytesIO(codes), subtype=law, dtype="int16", **raw)[0].astype(np.int32)


@pytest.mark.parametrize(("encode", "law", "smallest_step"), [(to_mulaw, "ULAW", 8), (to_alaw, "ALAW", 16)])
def test_every_sample_comes_back_within_its_step(encode, law: str, smallest_step: int) -> None:  # type: ignore[no-untyped-def]
    back = decoded(encode(EVERY_SAMPLE), law)
    error = np.abs(back - EVERY_SAMPLE.astype(np.int32))
    # The step doubles with each segment: at most a sixteenth of the magnitude, besides clipping at the very top.
    assert (error <= np.maximum(smallest_step, np.abs(EVERY_SAMPLE.astype(np.int32)) / 16 + smallest_step)).all()


@pytest.mark.parametrize(("encode", "law"), [(to_mulaw, "ULAW"), (to_alaw, "ALAW")])
def test_what_was_decoded_encodes_to_itself(encode, law: str) -> None:  # type: ignore[no-untyped-def]
    codes = bytes(range(256))
    again = encode(decoded(codes, law).astype(np.int16))
    if law == "ULAW":  # two codes of zero
        assert again.replace(b"\xff", b"\x7f") == codes.replace(b"\xff", b"\x7f")
    else:
        assert again == codes
