"""The fitted layer as a file: arrays of numbers in a .npz, never pickled objects; written beside and moved in place."""

import os
import zipfile
from pathlib import Path

import msgspec
import numpy as np

from acd.forecast.ensemble import LEVELS, Ensemble
from acd.forecast.features import FEATURES
from calls.errors import BadInput


class About(msgspec.Struct, frozen=True):
    """The description inside a model file."""

    features: tuple[str, ...]
    levels: tuple[float, ...]
    kinds: tuple[str, ...]
    fitted_on: int
    """Callers answered whose waits it was fitted on."""


def save(path: Path, model: Ensemble, fitted_on: int) -> None:
    """Write `model` to `path`; a reader sees the old file or the new one, never a half."""
    about = msgspec.json.encode(About(FEATURES, LEVELS, model.kinds, fitted_on))
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, about=np.frombuffer(about, dtype=np.uint8), **model.to_arrays())
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(path: Path) -> tuple[Ensemble, About]:
    """Read a model. Raises BadInput for a file that is none, or was fitted for other features than this version's."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        about = msgspec.json.decode(arrays.pop("about").tobytes(), type=About)
        if about.features != FEATURES or about.levels != LEVELS:
            raise BadInput(f"{path}: fitted for other features than this version has: fit it again")
        return Ensemble.from_arrays(about.kinds, arrays), about
    except (OSError, EOFError, ValueError, KeyError, IndexError, zipfile.BadZipFile, msgspec.MsgspecError) as error:
        raise BadInput(f"{path}: no model of the wait forecast: {error}") from error
