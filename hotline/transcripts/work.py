"""Transcribing: recordings without a transcript, each heard side by side, masked, marked and written down.

Runs in a process of its own (`hotline transcribe`), at the lowest priority: no call waits for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeAlias

import msgspec
import numpy as np
import soundfile
from numpy.typing import NDArray

from calls.errors import BadInput
from hotline.ledger.opening import Place
from hotline.ledger.port import LedgerAway
from hotline.ledger.searching import AttemptSearch, Reader
from hotline.site.site import Site
from hotline.store.statements import upsert
from hotline.store.transactions import looking, writing
from hotline.transcripts.document import Line, Marked, Marks, Side, in_order, marks, masked_line, said
from speech.levelling import resample
from speech.utterances import Understood

Sound: TypeAlias = NDArray[np.float32]

RATE = 16_000
_SIDES: dict[str, tuple[Side, ...]] = {"talk": ("caller", "house"), "message": ("caller",)}
_COLUMNS = "path, call, talk, language, engine, made_at, scene, lines, missing, forbidden, said"
_PUT = upsert("transcripts", "path", " ".join(_COLUMNS.replace(",", "").split()[1:]))
_WANTED = (
    "SELECT r.path, r.call, r.talk, r.kind, c.language, c.direction FROM recordings AS r JOIN calls AS c"
    " ON c.call = r.call LEFT JOIN transcripts AS t ON t.path = r.path WHERE {} ORDER BY c.arrived_at, r.talk"
)


class Hearing(Protocol):
    """What hears a side: `speech.whisper.transcriber.Transcriber`."""

    def turns(self, sound: Sound) -> list[tuple[float, float]]:
        """Where somebody speaks, in seconds."""
        ...

    def transcribe(self, sound: Sound, language: str) -> Understood:
        """What is said in one breath."""
        ...


class Recording(NamedTuple):
    """A recording, of a talk or a message, of a call that is over."""

    path: str
    call: str
    talk: int
    kind: str
    language: str
    direction: str


class Document(msgspec.Struct, frozen=True):
    """A conversation: all that was said in the recordings of a call, in order of talk and time."""

    call: str
    scene: str
    engine: str
    made_at: float
    """UTC epoch seconds; of its newest part."""
    talks: tuple[tuple[int, tuple[Line, ...]], ...]
    """Lines by the number of the talk; 0: a message."""
    missing: tuple[str, ...]
    forbidden: tuple[Marked, ...]


def without_transcript(site: Site, most: int) -> list[Recording]:
    """The oldest recordings that have none. Raises BadInput for a store of another release."""
    with looking(site.database) as connection:
        rows = connection.execute(f"{_WANTED.format('t.path IS NULL')} LIMIT ?", (most,)).fetchall()
    return [Recording(*row) for row in rows]


def of_call(site: Site, call: str, *, again: bool) -> list[Recording]:
    """The recordings of a call that have no transcript, or all. Raises BadInput where it has no recording."""
    with looking(site.database) as connection:
        rows = [Recording(*row) for row in connection.execute(_WANTED.format("r.call = ?"), (call,))]
        have = {path for (path,) in connection.execute('SELECT path FROM transcripts WHERE "call" = ?', (call,))}
    if not rows:
        raise BadInput(f"call {call} has no recording; hotline why {call} shows what it had")
    return [one for one in rows if again or one.path not in have]


def transcribe(site: Site, one: Recording, hearing: Hearing, engine: str, now: float) -> int:
    """Hear a recording and write its transcript down at `now` (UTC epoch seconds); the number of its lines.

    Raises BadInput: the file is gone or no sound, the store cannot be written, the ledger does not answer.
    """
    lines = [masked_line(line, site.settings.region) for line in _heard(one, hearing)]
    scene = _scene_of(site, one)
    found = marks(lines, site.settings.transcripts.of(scene))
    plain = [msgspec.json.encode(part).decode() for part in (lines, found.missing, found.forbidden)]
    row = (one.path, one.call, one.talk, one.language, engine, now, scene, *plain, said(lines))
    with writing(site.database) as connection:
        if connection.execute("SELECT 1 FROM recordings WHERE path = ?", (one.path,)).fetchone() is None:
            raise BadInput(f"the recording {Path(one.path).name} was deleted meanwhile")
        connection.execute(_PUT, row)
    return len(lines)


def document(site: Site, call: str) -> Document:
    """The conversation of a call. Raises BadInput where nothing of it is transcribed."""
    with looking(site.database) as connection:
        query = f'SELECT {_COLUMNS} FROM transcripts WHERE "call" = ? ORDER BY talk'
        rows = connection.execute(query, (call,)).fetchall()
    if not rows:
        raise BadInput(f"no recording of call {call} is transcribed; hotline transcribe {call} does it")
    parts = [_part(row) for row in rows]
    marked = [found for _, _, found in parts]
    return Document(
        call,
        next((scene for scene in (row[6] for row in rows) if scene), ""),
        rows[-1][4],
        max(row[5] for row in rows),
        tuple((talk, lines) for talk, lines, _ in parts),
        tuple(dict.fromkeys(word for found in marked for word in found.missing)),
        tuple(word for found in marked for word in found.forbidden),
    )


def _part(row: tuple[Any, ...]) -> tuple[int, tuple[Line, ...], Marks]:
    lines = msgspec.json.decode(row[7], type=tuple[Line, ...])
    missing = msgspec.json.decode(row[8], type=tuple[str, ...])
    return row[2], lines, Marks(missing, msgspec.json.decode(row[9], type=tuple[Marked, ...]))


def _heard(one: Recording, hearing: Hearing) -> list[Line]:
    try:
        sound, rate = soundfile.read(one.path, dtype="float32", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise BadInput(f"{one.path}: {error}") from error
    sides = _SIDES.get(one.kind, ("caller",))[: sound.shape[1]]
    return in_order(
        line
        for number, side in enumerate(sides)
        for line in _lines(np.ascontiguousarray(sound[:, number]), rate, side, one.language, hearing)
    )


def _lines(sound: Sound, rate: int, side: Side, language: str, hearing: Hearing) -> Iterator[Line]:
    at_rate = np.asarray(resample(sound.astype(np.float64), rate, RATE), np.float32)
    for begin_s, end_s in hearing.turns(at_rate):
        before = max(0, round((begin_s - 0.2) * RATE))
        heard = hearing.transcribe(at_rate[before : round((end_s + 0.2) * RATE)], language)
        if heard.text:
            yield Line(side, round(begin_s, 2), round(end_s, 2), heard.text, round(heard.confidence, 2))


def _scene_of(site: Site, one: Recording) -> str:
    """The scene of an outgoing call, as the ledger has it; empty for others. Raises BadInput where it is away."""
    if one.direction != "out":
        return ""
    try:
        page = asyncio.run(Reader(Place.of(site)).attempts(AttemptSearch(call=one.call), 1))
    except LedgerAway as error:
        raise BadInput(f"the ledger, which knows the scene of the call, is away: {error}") from error
    return str(page.rows[0]["scene"]) if page.rows else ""
