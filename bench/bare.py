"""The reference of the live bench: the least code that does the same calls over ARI, in a process of its own.

aiohttp, one WebSocket for events and REST, a dict a call. No journal, no log, no versions, no rules, no recovery: what
our controller costs above this is the price of those. `python -m bench.bare`, settings as JSON on standard input.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import Any

import aiohttp
import msgspec
import orjson

APPLICATION = "bench-bare"


class Settings(msgspec.Struct, frozen=True):
    """The switch, and what the calls need there."""

    url: str
    headers: dict[str, str]
    first: str
    """Path of the first prompt without its ending; so `second`."""
    second: str
    agents: list[str]
    """Users of the agents' SIP accounts."""


class Client:
    """Answer, prompt with barge-in, second prompt, music, the agent that was idle longest, hang up."""

    def __init__(self, settings: Settings, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._settings = settings
        self._socket = socket
        self._out: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._requests = 0
        self._room = f"{APPLICATION}-room"
        self._pressed: set[str] = set()
        self._waiting: deque[str] = deque()
        self._idle = deque(settings.agents)
        self._agent_of: dict[str, str] = {}  # by the agent's channel
        self._caller_of: dict[str, str] = {}
        self._agent_channel_of: dict[str, str] = {}
        self._on: dict[str, Callable[[dict[str, Any]], None]] = {
            "StasisStart": self._on_start,
            "ChannelDtmfReceived": self._on_digit,
            "PlaybackFinished": self._on_played,
            "ChannelDestroyed": self._on_gone,
        }

    async def run(self) -> None:
        """Until the WebSocket ends."""
        self._request("POST", f"bridges?type=holding&bridgeId={self._room}")
        self._request("POST", f"bridges/{self._room}/moh")
        writing = asyncio.create_task(self._write())
        try:
            async for message in self._socket:
                event = orjson.loads(message.data)
                act = self._on.get(event["type"])
                if act is not None:
                    act(event)
        finally:
            writing.cancel()

    def _request(self, method: str, uri: str, body: dict[str, Any] | None = None) -> None:
        self._requests += 1
        request = {"type": "RESTRequest", "request_id": str(self._requests), "method": method, "uri": uri}
        if body is not None:
            request |= {"content_type": "application/json", "message_body": orjson.dumps(body).decode()}
        self._out.append(orjson.dumps(request))
        self._wake.set()

    async def _write(self) -> None:
        while True:
            while self._out:
                await self._socket.send_frame(self._out.popleft(), aiohttp.WSMsgType.TEXT)
            self._wake.clear()
            await self._wake.wait()

    def _on_start(self, event: dict[str, Any]) -> None:
        channel = event["channel"]["id"]
        if event["args"][0] == "caller":
            self._request("POST", f"channels/{channel}/answer")
            self._request(
                "POST", f"channels/{channel}/play/first-{channel}", {"media": f"sound:{self._settings.first}"}
            )
        elif channel in self._caller_of:
            bridge = f"talk-{channel}"
            self._request("POST", f"bridges/{bridge}?type=mixing")
            self._request("POST", f"bridges/{bridge}/addChannel?channel={self._caller_of[channel]},{channel}")
        else:  # the caller left while the phone rang
            self._request("DELETE", f"channels/{channel}")

    def _on_digit(self, event: dict[str, Any]) -> None:
        channel = event["channel"]["id"]
        if channel not in self._pressed:
            self._pressed.add(channel)
            self._request("DELETE", f"playbacks/first-{channel}")
            body = {"media": f"sound:{self._settings.second}"}
            self._request("POST", f"channels/{channel}/play/second-{channel}", body)

    def _on_played(self, event: dict[str, Any]) -> None:
        name, _, channel = event["playback"]["id"].partition("-")
        if name == "second" and channel in self._pressed:
            self._request("POST", f"bridges/{self._room}/addChannel?channel={channel}")
            self._waiting.append(channel)
            self._match()

    def _match(self) -> None:
        while self._waiting and self._idle:
            caller, agent = self._waiting.popleft(), self._idle.popleft()
            channel = f"agent-{caller}"
            self._agent_of[channel], self._caller_of[channel], self._agent_channel_of[caller] = agent, caller, channel
            body = {"endpoint": f"PJSIP/{agent}", "app": APPLICATION, "appArgs": "agent", "timeout": 20}
            self._request("POST", f"channels/{channel}", body)

    def _on_gone(self, event: dict[str, Any]) -> None:
        channel = event["channel"]["id"]
        agent = self._agent_of.pop(channel, None)
        if agent is not None:
            self._request("DELETE", f"bridges/talk-{channel}")
            caller = self._caller_of.pop(channel)
            if self._agent_channel_of.pop(caller, None) is not None:
                self._request("DELETE", f"channels/{caller}")
            self._idle.append(agent)
            self._match()
            return
        self._pressed.discard(channel)
        agents_channel = self._agent_channel_of.pop(channel, None)
        if agents_channel is not None:
            self._request("DELETE", f"channels/{agents_channel}")
        elif channel in self._waiting:
            self._waiting.remove(channel)


async def _serve() -> None:
    settings = msgspec.json.decode(await asyncio.to_thread(sys.stdin.buffer.readline), type=Settings)
    url, params = f"{settings.url}/events", {"app": APPLICATION}
    async with (
        aiohttp.ClientSession(headers=settings.headers) as session,
        session.ws_connect(url, params=params, compress=0) as socket,
    ):
        sys.stdout.write("{}\n")
        sys.stdout.flush()
        await Client(settings, socket).run()


if __name__ == "__main__":
    asyncio.run(_serve())
