"""The release of the time zone database that this machine has: another one may decide otherwise on the same policy."""

import importlib.metadata
import zoneinfo
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def zone_data() -> str:
    """Such as `tzdata 2026a`: of the system's files, which come first, else of the package; empty: nobody says."""
    for folder in zoneinfo.TZPATH:
        for name, begin in (("tzdata.zi", "# version "), ("+VERSION", "")):
            try:
                with (Path(folder) / name).open(encoding="ascii") as file:
                    first = file.readline().strip()
            except (OSError, UnicodeDecodeError):
                continue
            if first.startswith(begin):
                return f"tzdata {first.removeprefix(begin)}"
    try:
        return f"tzdata {importlib.metadata.version('tzdata')}"
    except importlib.metadata.PackageNotFoundError:
        return ""
