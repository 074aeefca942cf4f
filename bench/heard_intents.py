"""What the ear makes of the sentences of bench/data/intents-zh: `python -m bench.heard_intents` writes heard-zh.tsv.

One sentence an intent of each fold, spoken by Kokoro, at 8 kHz, µ-law, with noise 15 dB under the voice, heard without
hints. The texts stand in the repository, so that the bench of understanding needs neither voice nor ear, and two ways
of matching are judged on the same errors. Takes some ten minutes; sentences that the file has already are left as they
are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bench import judge
from bench.ear import LANGUAGE, with_noise
from ivr.spoken.figures import EDITION, in_words
from speech.kokoro.voice import Kokoro
from speech.levelling import Levelling
from speech.whisper.transcriber import Transcriber

HEARD = Path(__file__).parent / "data" / "intents-zh" / "heard-zh.tsv"

Row = tuple[str, str]
"""Intent and sentence."""


def read() -> dict[str, str]:
    """What was heard by what was said; empty where the file is not there."""
    if not HEARD.exists():
        return {}
    lines = HEARD.read_text(encoding="utf-8").splitlines()
    return {said: heard for _, said, heard in (line.split("\t") for line in lines)}


def chosen(rows: Sequence[Row], fold_of: Sequence[int]) -> list[Row]:
    """The first sentence of each intent in each fold."""
    first: dict[tuple[str, int], Row] = {}
    for row, fold in zip(rows, fold_of, strict=True):
        first.setdefault((row[0], fold), row)
    return list(first.values())


async def write(rows: Sequence[Row]) -> None:
    """Say and hear all of these that are not there yet. Raises SpeechError where voice or ear is not installed."""
    known = read()
    kokoro, transcriber = Kokoro(in_words, EDITION), Transcriber()
    try:
        for number, (intent, said) in enumerate(rows):
            if said in known:
                continue
            sound = Levelling().apply(await kokoro.synthesise(said, LANGUAGE))
            line = judge.through_a_telephone(with_noise(sound.samples, number))
            heard = transcriber.transcribe(line, LANGUAGE).text.replace("\t", " ")
            with HEARD.open("a", encoding="utf-8") as file:
                file.write(f"{intent}\t{said}\t{heard}\n")
            print(f"{number + 1} of {len(rows)}: {said} | {heard}")
    finally:
        await kokoro.close()


if __name__ == "__main__":
    from bench.understanding import folds, labelled

    every = labelled()
    asyncio.run(write(chosen(every, folds(every))))
