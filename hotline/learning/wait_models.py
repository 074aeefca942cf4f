"""The fits of the wait forecast that a site has: a folder of files that never change, and one word: which one holds.

    var/wait_models/20261122T033012-3f9a21bc.npz
    var/wait_models/current          the name of the fit that holds, replaced in one rename

The journal says when the server took up which, and a replay needs the same: so old fits stay as long as the journal.
"""

import hashlib
import os
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from acd.forecast.ensemble import Ensemble
from calls.errors import BadInput
from hotline.learning import modelfile

_KEPT = 2  # the one that speaks, and the next: whoever takes it up has just looked whether it can be read


class WaitModels:
    """The fits below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded = lru_cache(maxsize=_KEPT)(modelfile.load)

    def current(self) -> str:
        """The name of the fit that holds; empty before the first."""
        try:
            return (self._folder / "current").read_text().strip()
        except FileNotFoundError:
            return ""

    def load(self, name: str) -> tuple[Ensemble, modelfile.About]:
        """Raises BadInput for one that is not here, is none, or was fitted for another version's features."""
        if Path(name).name != name:
            raise BadInput(f"{name!r} is no name of a fit")
        path = self._path(name)
        return (self._loaded if path.exists() else modelfile.load)(path)  # one that was pruned is told as not there

    def add(self, model: Ensemble, fitted_on: int, now: float) -> str:
        """Write a fit down, read it back, and let it hold. `now`: UTC epoch seconds. Raises BadInput; then all is as
        before."""
        self._folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        for values in model.to_arrays().values():
            digest.update(values.tobytes())
        name = f"{time.strftime('%Y%m%dT%H%M%S', time.gmtime(now))}-{digest.hexdigest()[:8]}"
        modelfile.save(self._path(name), model, fitted_on)
        self.load(name)
        self.choose(name)
        return name

    def choose(self, name: str) -> None:
        """Let this fit hold; the server takes it up within a second."""
        beside = self._folder / "current.new"
        with beside.open("w") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._folder / "current")

    def prune(self, before: float, needed: frozenset[str]) -> None:
        """Delete fits written before this instant (UTC epoch seconds), but the one that holds and those `needed`."""
        kept = needed | {self.current()}
        for path in self._folder.glob("*.npz"):
            with suppress(FileNotFoundError):  # whoever prunes beside us was faster
                if path.stem not in kept and path.stat().st_mtime < before:
                    path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npz"
