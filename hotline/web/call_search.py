"""A search of the call log as an address has it: its words, read, and looked at for who may ask them."""

import asyncio
from typing import Annotated

from fastapi import HTTPException, Query

from calls.errors import BadInput
from calls.numbers import e164, is_withheld
from control.messages.log_commands import CallOutcome, Direction
from hotline.site import audit
from hotline.site.instants import between
from hotline.store.said import search_words
from hotline.store.searches import CallSearch
from hotline.views.controller import Controller
from hotline.web import call_log
from hotline.web.rights import Client, Guard
from hotline.web.strictness import one_of


class AskedCalls:
    """The words of a search, a dependency of the routes that search."""

    def __init__(
        self,
        number: Annotated[
            str | None,
            Query(description="Who called, or was called; in any form. Audited.", examples=["13800138000"]),
        ] = None,
        since: Annotated[
            str | None, Query(description="Arrived then or later: a day, or with a time.", examples=["2026-11-29"])
        ] = None,
        until: Annotated[
            str | None, Query(description="Arrived before; a day is in it.", examples=["2026-11-30T18:00"])
        ] = None,
        agent: Annotated[str | None, Query(description="Had a talk in the call.", examples=["8001"])] = None,
        queue: Annotated[str | None, Query(description="That the call was in last.", examples=["care"])] = None,
        outcome: Annotated[CallOutcome | None, Query(examples=["abandoned"])] = None,
        direction: Annotated[Direction | None, Query(examples=["in"])] = None,
        said: Annotated[
            str | None,
            Query(
                max_length=100,
                description="Words that either side said, of transcribed calls. Audited.",
                examples=["refund"],
            ),
        ] = None,
    ) -> None:
        self.number = number
        self.since, self.until = since, until
        self.agent, self.queue = agent, queue
        self.outcome, self.direction = outcome, direction
        self.said = said

    async def search(self, controller: Controller, guard: Guard, client: Client) -> CallSearch:
        """The search. A number that is looked up, and words that were said, need an act of their own, and
        are written to the audit log before.

        Raises HTTPException 422 for what cannot be read, and for an agent or a queue that nobody knows; 403.
        """
        await _known(controller, self.agent, self.queue)
        try:
            first, last = between(self.since, self.until, controller.zone)
            wanted = CallSearch(
                number=None if self.number is None else _number(self.number, controller.region),
                since=first,
                until=last,
                agent=self.agent,
                queue=self.queue,
                outcome=self.outcome,
                direction=self.direction,
                said=None if self.said is None else search_words(self.said),
            )
        except BadInput as error:
            raise HTTPException(422, str(error)) from error
        if wanted.number is not None:
            await guard.allowed(client, "look_up_number", {})
            state, about = controller.database.parent, f"calls of {wanted.number}"
            await asyncio.to_thread(audit.note, state, "number looked up", about, client.name)
        if wanted.said is not None:
            await guard.allowed(client, "read_transcripts", {})
            state, about = controller.database.parent, f"calls in which {self.said!r} was said"
            await asyncio.to_thread(audit.note, state, "transcripts searched", about, client.name)
        return wanted

    def told(self) -> str:
        """The words that were given, for the audit log."""
        given = {name: value for name, value in vars(self).items() if value is not None}
        return ", ".join(f"{name} {value}" for name, value in given.items()) or "all"


def _number(given: str, region: str) -> str:
    if not any(sign.isdigit() for sign in given) and not is_withheld(given):
        raise BadInput(f"{given[:40]!r} is no telephone number")
    return e164(given.strip(), region)


async def _known(controller: Controller, agent: str | None, queue: str | None) -> None:
    """Refuse an agent or a queue that nobody knows: not the version that holds, and no call of the log."""
    database = controller.database
    if agent is not None and agent not in controller.agents() and not await call_log.is_known(database, agent=agent):
        raise one_of("agent", agent, controller.agents())
    if queue is not None and queue not in controller.queues() and not await call_log.is_known(database, queue=queue):
        raise one_of("queue", queue, controller.queues())
