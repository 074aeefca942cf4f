"""Trained models of a site's intents, kept by their content: the same intents and engine are trained once.

    var/understanding/HASH.msgpack    of a book of intents, the engine of sentence vectors, and the code's format

`hotline publish` trains; a server that finds none (the folder was cleared, the engine was installed since) does, too.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from hotline.site.site import Site
from ivr.program import Program
from ivr.steps import Understand
from speech.sentence_vectors import SentenceVectors, engine_name, is_installed
from understanding.intents import IntentBook
from understanding.lexicon import LEXICON
from understanding.matching import FORMAT, RIDGE, SHARPNESS, WEIGHTS, Matcher, Model, decode, encode, train

_KEPT = 20
_JUST_TRAINED: dict[str, Model] = {}
"""The last one: who publishes several sites of one sample trains once."""
_ENCODER = msgspec.json.Encoder(order="deterministic")


def content_of(book: IntentBook) -> str:
    """Hash of all that a model is made of here."""
    made_of = (FORMAT, WEIGHTS, RIDGE, SHARPNESS, engine_name(), sorted(LEXICON.items()), book)
    return hashlib.sha256(_ENCODER.encode(made_of)).hexdigest()[:32]


def trained(site: Site, book: IntentBook) -> Model | None:
    """The model of a book, trained now if it is not kept; None for a book with fewer than two intents."""
    folder, content = site.state / "understanding", content_of(book)
    path = folder / f"{content}.msgpack"
    try:
        return decode(path.read_bytes())
    except (OSError, msgspec.DecodeError):
        pass
    model = _JUST_TRAINED.get(content) or train(book, SentenceVectors() if is_installed() else None)
    if model is not None:
        _JUST_TRAINED.clear()
        _JUST_TRAINED[content] = model
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{path.name}.{os.getpid()}"
        unfinished.write_bytes(encode(model))
        unfinished.replace(path)
        _prune(folder)
    return model


def matcher_of(site: Site, book: IntentBook) -> Matcher | None:
    """The matcher of a book, with the sentence vectors that its model needs; None for fewer than two intents."""
    model = trained(site, book)
    return None if model is None else Matcher(model, SentenceVectors() if model.needs_vectors else None)


def listens(program: Program) -> bool:
    """Whether a flow understands callers: only then a model is made at publish."""
    return any(isinstance(step, Understand) for flow in program.flows.values() for step in flow.steps.values())


def _prune(folder: Path) -> None:
    """Keep those that were trained last; an older version that is called for again is trained again."""
    kept = sorted(folder.glob("*.msgpack"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in kept[_KEPT:]:
        path.unlink(missing_ok=True)
