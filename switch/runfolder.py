"""The run directory of a switch has places that are alike whichever switch it is."""

from __future__ import annotations

import os
from pathlib import Path


class RunFolder:
    """For the settings of a switch that has a `run_dir`, and a `spool_dir` where the spool is elsewhere."""

    run_dir: Path
    spool_dir: Path | None

    @property
    def etc_dir(self) -> Path:
        """Where its configuration is written at each start."""
        return self.run_dir / "etc"

    @property
    def spool(self) -> Path:
        """What calls leave behind: recordings, voicemail, and the fallback's log."""
        return self.spool_dir or self.run_dir / "spool"

    @property
    def recording_dir(self) -> Path:
        """Where the switch puts recordings; the adapter is given the same folder."""
        return self.spool / "recording"

    @property
    def voicemail_dir(self) -> Path:
        """Where messages go that callers leave with the fallback."""
        return self.spool / "voicemail"

    @property
    def fallback_log(self) -> Path:
        """One line for each call that met the fallback; the switch's `imported` module reads it."""
        return self.spool / "fallback.log"


def write_private(path: Path, text: str) -> None:
    """For its owner only. A reload sees the old file or the new one, never half of one."""
    unfinished = path.with_name(f".{path.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.replace(path)
