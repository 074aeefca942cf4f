"""Recordings that people made: any format, read at publish. `prompts/recordings/<language>/<key>.<ending>` wins over
a voice.

libsndfile (soundfile) decodes the usual formats without other programs; pydub mixes channels and widths, and through
ffmpeg, where that is installed, reads the formats of mobile phones.
"""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import numpy as np
import soundfile

from speech.voice import Pcm, SoundError

with warnings.catch_warnings():
    # pydub warns at import of a missing ffmpeg, which most sites do not need, and imports the deprecated audioop.
    warnings.simplefilter("ignore")
    from pydub import AudioSegment
    from pydub.exceptions import CouldntDecodeError

SNDFILE_ENDINGS = (".wav", ".flac", ".ogg", ".mp3")
FFMPEG_ENDINGS = (".m4a", ".aac", ".amr", ".wma")
ENDINGS = SNDFILE_ENDINGS + FFMPEG_ENDINGS
"""In the order of preference when a key has several: lossless first."""

LONGEST_S = 600.0


def read_recording(path: Path) -> Pcm:
    """Decode to mono at the recording's own rate. Raises SoundError that names the file and what to do."""
    segment = _decode(path)
    if segment.duration_seconds > LONGEST_S:
        raise SoundError(f"{path}: {segment.duration_seconds:.0f} s long; at most {LONGEST_S:.0f} s are played")
    if segment.frame_rate < 8000:
        raise SoundError(f"{path}: {segment.frame_rate} samples a second; a telephone has 8000")
    mono = segment.set_channels(1).set_sample_width(2)
    return Pcm(np.array(mono.get_array_of_samples(), dtype=np.int16), mono.frame_rate)


def _decode(path: Path) -> AudioSegment:
    if path.suffix.lower() in SNDFILE_ENDINGS:
        try:
            samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
        except (soundfile.SoundFileError, OSError) as error:
            raise SoundError(f"{path}: cannot be read as sound: {error}") from error
        return AudioSegment(samples.tobytes(), sample_width=2, frame_rate=rate, channels=samples.shape[1])
    if shutil.which("ffprobe") is None:
        raise SoundError(f"{path}: {path.suffix} needs ffmpeg: apt-get install ffmpeg, or record as .wav or .flac")
    try:
        with path.open("rb") as file:  # given a path, pydub forgets to close it when ffmpeg fails
            return AudioSegment.from_file(file, format=path.suffix[1:].lower())
    except (CouldntDecodeError, IndexError) as error:  # IndexError: ffprobe found no stream
        raise SoundError(f"{path}: ffmpeg cannot read it; record as .wav or .flac") from error


def find_recordings(folder: Path, language: str) -> dict[str, list[Path]]:
    """Recordings of a language by key, best format first. One look at the folder, however many phrases there are."""
    found: dict[str, list[Path]] = {}
    try:
        paths = sorted((folder / language).iterdir())
    except FileNotFoundError:
        return {}
    for path in paths:
        if path.suffix.lower() in ENDINGS:
            found.setdefault(path.stem, []).append(path)
    for choices in found.values():
        choices.sort(key=lambda path: ENDINGS.index(path.suffix.lower()))
    return found
