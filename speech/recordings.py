"""Recordings that people made: any format, read at publish. `prompts/recordings/<language>/<key>.<ending>` wins over
a voice.

libsndfile (soundfile) decodes the usual formats without other programs; pydub, through ffmpeg where that is installed,
reads the formats of mobile phones.
"""

from __future__ import annotations

import shutil
import sys
import warnings
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

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

Samples = NDArray[np.int16]

_FULL = 32768.0
_NO_FLOAT = 8.0
"""Louder than any mix of sounds between -1 and 1."""
_RIFF_HEAD = 12
_GSM_BLOCK, _GSM_FRAMES = 65, 320
_OF_BLOCKS = frozenset({"GSM610", "IMA_ADPCM", "MS_ADPCM", "G721_32"})
"""WAVs whose last block is filled up."""


def read_recording(path: Path) -> Pcm:
    """Decode to mono at the recording's own rate. Raises SoundError that names the file and what to do."""
    read = _by_sndfile if path.suffix.lower() in SNDFILE_ENDINGS else _by_ffmpeg
    samples, rate = read(path)
    seconds = len(samples) / rate
    if seconds > LONGEST_S:
        raise SoundError(f"{path}: {seconds:.0f} s long; at most {LONGEST_S:.0f} s are played")
    if rate < 8000:
        raise SoundError(f"{path}: {rate} samples a second; a telephone has 8000")
    return Pcm(samples, rate)


def _by_sndfile(path: Path) -> tuple[Samples, int]:
    """Read as floats, which hold what is louder than full scale; as integers libsndfile lets it wrap (Vorbis), and
    takes the whole range of a float for one step."""
    try:
        with soundfile.SoundFile(path) as file:
            counted = file.frames if file.format != "WAV" else min(file.frames, _frames_of_header(path, file.subtype))
            floats = file.read(counted, dtype="float32", always_2d=True)
            rate = file.samplerate
    except (soundfile.SoundFileError, OSError) as error:
        raise SoundError(f"{path}: cannot be read as sound: {error}") from error
    mono = np.nan_to_num(floats.mean(axis=1, dtype=np.float64), posinf=1.0, neginf=-1.0)
    if len(mono) and np.abs(mono).max() > _NO_FLOAT:  # floats that count as 16-bit integers do
        mono /= _FULL
    return np.round(mono * _FULL).clip(-_FULL, _FULL - 1).astype(np.int16), rate


def _frames_of_header(path: Path, subtype: str) -> int:
    """The length that a WAV of blocks says itself (`fact`), or that its whole blocks have.

    A chunk of odd length is followed by a byte that is no sound (RIFF), which libsndfile takes for the begin of another
    block: GSM 6.10 ended in 40 ms of noise.
    """
    frames = sys.maxsize
    with path.open("rb") as file:
        file.seek(_RIFF_HEAD)
        while len(head := file.read(8)) == 8:
            name, size = head[:4], int.from_bytes(head[4:], "little")
            if name == b"data":
                if subtype == "GSM610":
                    frames = min(frames, size // _GSM_BLOCK * _GSM_FRAMES)
                return frames
            body = file.read(size + size % 2)
            if name == b"fact" and subtype in _OF_BLOCKS and (told := int.from_bytes(body[:4], "little")):
                frames = told
    return frames


def _by_ffmpeg(path: Path) -> tuple[Samples, int]:
    if shutil.which("ffprobe") is None:
        raise SoundError(f"{path}: {path.suffix} needs ffmpeg: apt-get install ffmpeg, or record as .wav or .flac")
    try:
        with path.open("rb") as file:  # given a path, pydub forgets to close it when ffmpeg fails
            segment = AudioSegment.from_file(file, format=path.suffix[1:].lower())
    except (CouldntDecodeError, IndexError) as error:  # IndexError: ffprobe found no stream
        raise SoundError(f"{path}: ffmpeg cannot read it; record as .wav or .flac") from error
    mono = segment.set_channels(1).set_sample_width(2)
    return np.array(mono.get_array_of_samples(), dtype=np.int16), mono.frame_rate


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
