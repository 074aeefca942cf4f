"""Lookups that the house answers itself: a flow asks `house:case_state` as it asks a service."""

import asyncio
import time
from pathlib import Path
from typing import Any

from calls.errors import BadInput
from hotline.cases.asking import asked_by_phone
from ivr.program import CASE_STATE


class HouseLookups:
    """Answers out of the store."""

    def __init__(self, database: Path) -> None:
        self._database = database

    async def __call__(self, url: str, body: dict[str, Any]) -> Any:
        """The answer. Raises OSError where there is none: nobody of that name, or the store is away."""
        if url != CASE_STATE:
            raise OSError(f"the house does not answer {url}")
        case, digits, caller = (str(body.get(name) or "") for name in ("case", "digits", "caller"))
        try:
            return await asyncio.to_thread(asked_by_phone, self._database, case, digits, caller, time.time())
        except BadInput as error:
            raise OSError(str(error)) from error
