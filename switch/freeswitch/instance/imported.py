"""The log of the fallback's calls is read from the file that the switch's logger keeps for them.

The hook of extension away in `freeswitch/conf/dialplan.xml` logs a line at the end of each call, and a profile of
mod_logfile writes those lines, and no others, to a file of their own, with the logger's own words before them. The
switch holds that file open, so it is neither renamed nor cut: how much of it has been taken is kept beside it.
"""

from __future__ import annotations

from pathlib import Path

from switch import missed

_RECORD = "v=1 "


class FallbackLog(missed.FallbackLog):
    """The file of one FreeSWITCH."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._mark_path = path.with_name(path.name + ".taken")
        self._taken: int | None = None  # how far `take` has read

    def _read(self) -> None:
        self._taken = None
        if not self._path.exists():
            return
        began = self._mark()
        if self._path.stat().st_size < began:
            began = 0  # somebody has begun the file anew
        with self._path.open("rb") as file:
            file.seek(began)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]  # a line that is being written is for the next time
        self._taken = began + len(whole)
        for number, text in enumerate(whole.decode(errors="replace").splitlines(), start=1):
            if text.strip():
                self._line(number, text, _RECORD + text.partition(_RECORD)[2])

    def _drop(self) -> None:
        if self._taken is not None and self._taken != self._mark():
            unfinished = self._mark_path.with_name(f".{self._mark_path.name}.new")
            unfinished.write_text(str(self._taken))
            unfinished.replace(self._mark_path)
        self._taken = None

    def _mark(self) -> int:
        try:
            return int(self._mark_path.read_text())
        except (FileNotFoundError, ValueError):
            return 0
