"""Logs: one JSON object a line, with the call's id wherever there is a call, numbers masked before they get here."""

import logging
import sys
from typing import TextIO

import orjson
import structlog


def configure(stream: TextIO | None = None, level: str = "info") -> None:
    """Send all logs of this process to `stream` (default: standard error) as JSON lines."""
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(serializer=lambda row, **_: orjson.dumps(row, default=str).decode()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=True,
    )
