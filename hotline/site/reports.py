"""Settings of reports that the server makes by itself."""

from datetime import time
from pathlib import Path
from typing import Literal

import pydantic

from hotline.site.keeping import Strict


class ReportSettings(Strict):
    """Reports at a time of the day in the house's zone; each of the last whole day, week or month. null: never."""

    daily: time | None = None
    weekly: time | None = None
    """On Mondays."""
    monthly: time | None = None
    """On the first."""
    tasks: bool = False
    """Whether a topic of cases that grows opens a task, before the week's report is made."""
    formats: tuple[Literal["json", "csv", "xlsx", "html", "pdf"], ...] = pydantic.Field(("html",), min_length=1)
    folder: Path = Path("var/reports")
    language: Literal["zh-CN", "en"] | None = None
    """Default: the site's first language."""

    @pydantic.field_validator("formats")
    @classmethod
    def _each_once(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(formats)) < len(formats):
            raise ValueError("a format stands there twice")
        return formats
