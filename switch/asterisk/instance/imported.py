"""The log of the fallback's calls is read here; context hotline-fallback-log of extensions.conf writes it.

Asterisk opens the file anew for each line, so it may be renamed under it at any time.
"""

from __future__ import annotations

from pathlib import Path

from switch import missed


class FallbackLog(missed.FallbackLog):
    """The file of one Asterisk."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._taken: dict[Path, int] = {}  # files that `take` has read, and how many bytes of each

    def _read(self) -> None:
        self._set_aside()
        self._taken = {}
        for path in self._set_aside_files():
            content = path.read_bytes()
            self._taken[path] = len(content)
            for number, text in enumerate(content.decode(errors="replace").splitlines(), start=1):
                self._line(number, text, text)

    def _drop(self) -> None:
        for path, size in self._taken.items():
            # Asterisk may have opened it just before it was set aside, and written after it was read.
            if path.stat().st_size == size:
                path.unlink()
        self._taken = {}

    def _set_aside(self) -> None:
        """Moves the file away; the next call begins another."""
        if self._path.exists():
            last = max((int(path.suffix[1:]) for path in self._set_aside_files()), default=0)
            self._path.replace(self._path.with_name(f"{self._path.name}.{last + 1}"))

    def _set_aside_files(self) -> list[Path]:
        files = [path for path in self._path.parent.glob(f"{self._path.name}.*") if path.suffix[1:].isdigit()]
        return sorted(files, key=lambda path: int(path.suffix[1:]))
