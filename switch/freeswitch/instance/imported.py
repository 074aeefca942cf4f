"""Reads what calls came to while the controller was away, from the file that the switch's logger keeps for them.

The hook of extension away in `freeswitch/conf/dialplan.xml` logs a line at the end of each call, and a profile of
mod_logfile writes those lines, and no others, to a file of their own, with the logger's own words before them. The
switch holds that file open, so it is neither renamed nor cut: how much of it has been taken is kept beside it.
"""

from __future__ import annotations

from pathlib import Path

from switch.missed import FallbackCall, UnreadableLine, parse_line

_RECORD = "v=1 "


class FallbackLog:
    """The file of one FreeSWITCH. Take the calls, make them durable, then forget them.

    A crash between the two repeats the take: whoever imports knows a call by its id.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mark_path = path.with_name(path.name + ".taken")
        self._unreadable_path = path.with_name(path.name + ".unreadable")
        self._taken: int | None = None  # how far `take` has read
        self._unreadable: list[UnreadableLine] = []

    def take(self) -> tuple[list[FallbackCall], list[UnreadableLine]]:
        """All calls since the last `forget`, oldest first, each id once; and the lines that are none."""
        calls: dict[str, FallbackCall] = {}
        self._taken, self._unreadable = None, []
        if not self._path.exists():
            return [], []
        began = self._mark()
        if self._path.stat().st_size < began:
            began = 0  # somebody has begun the file anew
        with self._path.open("rb") as file:
            file.seek(began)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]  # a line that is being written is for the next time
        self._taken = began + len(whole)
        for number, text in enumerate(whole.decode(errors="replace").splitlines(), start=1):
            if not text.strip():
                continue
            try:
                call = parse_line(_RECORD + text.partition(_RECORD)[2])
            except ValueError as error:
                self._unreadable.append(UnreadableLine(number, text, str(error)))
            else:
                calls.setdefault(call.id, call)
        return sorted(calls.values(), key=lambda call: (call.started_at, call.id)), list(self._unreadable)

    def forget(self) -> None:
        """Call once what `take` gave is durable. Unreadable lines are kept in `fallback.log.unreadable` beside it."""
        if self._unreadable:
            with self._unreadable_path.open("a") as file:
                file.writelines(line.text + "\n" for line in self._unreadable)
        if self._taken is not None and self._taken != self._mark():
            unfinished = self._mark_path.with_name(f".{self._mark_path.name}.new")
            unfinished.write_text(str(self._taken))
            unfinished.replace(self._mark_path)
        self._taken, self._unreadable = None, []

    def _mark(self) -> int:
        try:
            return int(self._mark_path.read_text())
        except (FileNotFoundError, ValueError):
            return 0
