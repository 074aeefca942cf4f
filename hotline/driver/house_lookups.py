"""Lookups that the house answers itself: a flow asks `house:case_state` as it asks a service, a step `answer` whether
it is approved."""

import asyncio
import time
from pathlib import Path
from typing import Any

from calls.errors import BadInput
from hotline.cases.asking import asked_by_phone
from hotline.governing import answers
from hotline.versions.store import Versions
from ivr.steps import ANSWER_STANDING, CASE_STATE


class HouseLookups:
    """Answers out of the store."""

    def __init__(self, database: Path, versions: Versions | None = None) -> None:
        """`versions` has the answers; without it none is approved."""
        self._database = database
        self._versions = versions

    async def __call__(self, url: str, body: dict[str, Any]) -> Any:
        """The answer. Raises OSError where there is none: nobody of that name, or the store is away."""
        if url == ANSWER_STANDING:
            return {"refused": await asyncio.to_thread(self._refused, body)}
        if url != CASE_STATE:
            raise OSError(f"the house does not answer {url}")
        case, digits, caller = (str(body.get(name) or "") for name in ("case", "digits", "caller"))
        try:
            return await asyncio.to_thread(asked_by_phone, self._database, case, digits, caller, time.time())
        except BadInput as error:
            raise OSError(str(error)) from error

    def _refused(self, body: dict[str, Any]) -> str:
        """Why an answer may not be said; empty: it may."""
        name, version, call_version = (str(body.get(word) or "") for word in ("answer", "version", "call_version"))
        if self._versions is None:
            return "there are no versions here"
        return answers.refused(self._versions, self._database, call_version, name, version, time.time())
