"""Settings of what a site keeps, and for how long: its log and, kind by kind, its records."""

from pathlib import Path

import pydantic


class Strict(pydantic.BaseModel):
    """Base of all settings: a word that is none is an error, and nothing changes after it was read."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class LogSettings(Strict):
    """The log file of `hotline serve`. Without `file` lines go to standard error, for the service manager's journal."""

    file: Path | None = None
    """Turned over at `max_mb` and at midnight (UTC), gzipped."""
    max_mb: int = pydantic.Field(50, ge=1)
    keep_days: int = pydantic.Field(30, ge=1)
    keep_files: int = pydantic.Field(30, ge=1)
    """At most so many, whatever their age."""


class KeepSettings(Strict):
    """Days that a site keeps what it has, by kind; null: for ever. `hotline retention --dry-run` says what would go."""

    recordings: int | None = pydantic.Field(None, ge=1)
    """Of talks, from the end of their call; those of a call with a case stay as long as the case."""
    voicemail: int | None = pydantic.Field(None, ge=1)
    """Messages of callers, likewise."""
    calls: int | None = pydantic.Field(None, ge=1)
    """The call log: a call with all that was logged of it. It stays as long as a recording or a case of it does."""
    cases: int | None = pydantic.Field(None, ge=1)
    """From the day they were opened."""
    followups: int | None = pydantic.Field(None, ge=1)
    """Visits of people without a case, from their end; others go with their case."""
    answers: int | None = pydantic.Field(None, ge=1)
    """To questionnaires, that came without a call; others go with their call or their follow-up."""
    waits: int | None = pydantic.Field(400, ge=1)
    """What the forecast of waits is fitted on: a year with its seasons."""
    agent_states: int | None = pydantic.Field(None, ge=1)
    overrides: int | None = pydantic.Field(None, ge=1)
    """Who closed, announced or opened what, and why: from its end."""
    unanswered: int | None = pydantic.Field(400, ge=1)
    """Questions of callers that nobody answered, from the last time that one was asked."""
    journal: int = pydantic.Field(90, ge=1)
    """For `hotline why` and for replays."""
