"""Secrets of a running server: told when their files vanish or change; those that it has read stay in force."""

import asyncio

import structlog

from hotline.site.secrets import SecretsWatch

log = structlog.get_logger("hotline")

_EVERY = 5
"""Looks of the upkeep."""


class KeptSecrets:
    """A step of the upkeep. `warnings` is what is not as it was."""

    def __init__(self, watch: SecretsWatch) -> None:
        self._watch = watch
        self._looks = 0
        self._troubles: list[str] = []

    def warnings(self) -> list[str]:
        """In words, for `/health`."""
        return [f"secrets: {trouble}; the server's own stays in force" for trouble in self._troubles]

    async def look(self) -> None:
        """Every few seconds: compare, and tell what is new."""
        self._looks += 1
        if (self._looks - 1) % _EVERY:
            return
        troubles = await asyncio.to_thread(self._watch.look)
        for trouble in troubles:
            if trouble not in self._troubles:
                advice = "put it back from the backup: a restart reads the file, or makes a new one where there is none"
                log.error("secret gone or changed", detail=trouble, advice=advice)
        if self._troubles and not troubles:
            log.info("secrets are as they were")
        self._troubles = troubles
