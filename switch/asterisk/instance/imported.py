"""Reads what calls came to while the controller was away; context hotline-fallback-log of extensions.conf writes it.

Asterisk opens the file anew for each line, so it may be renamed under it at any time.
"""

from __future__ import annotations

from pathlib import Path

from switch.missed import FallbackCall, UnreadableLine, parse_line


class FallbackLog:
    """The file of one Asterisk. Take the calls, make them durable, then forget them.

    A crash between the two repeats the take: whoever imports knows a call by its id.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unreadable_path = path.with_name(path.name + ".unreadable")
        self._taken: dict[Path, int] = {}  # files that `take` has read, and how many bytes of each
        self._unreadable: list[UnreadableLine] = []

    def take(self) -> tuple[list[FallbackCall], list[UnreadableLine]]:
        """All calls since the last `forget`, oldest first, each id once; and the lines that are none."""
        self._set_aside()
        calls: dict[str, FallbackCall] = {}
        self._taken, self._unreadable = {}, []
        for path in self._set_aside_files():
            content = path.read_bytes()
            self._taken[path] = len(content)
            for number, text in enumerate(content.decode(errors="replace").splitlines(), start=1):
                try:
                    call = parse_line(text)
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
        for path, size in self._taken.items():
            # Asterisk may have opened it just before it was set aside, and written after it was read.
            if path.stat().st_size == size:
                path.unlink()
        self._taken, self._unreadable = {}, []

    def _set_aside(self) -> None:
        """Moves the file away; the next call begins another."""
        if self._path.exists():
            last = max((int(path.suffix[1:]) for path in self._set_aside_files()), default=0)
            self._path.replace(self._path.with_name(f"{self._path.name}.{last + 1}"))

    def _set_aside_files(self) -> list[Path]:
        files = [path for path in self._path.parent.glob(f"{self._path.name}.*") if path.suffix[1:].isdigit()]
        return sorted(files, key=lambda path: int(path.suffix[1:]))
