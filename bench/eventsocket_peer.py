"""The other end of `bench.eventsocket`, in a process of its own so that its work is not counted: lets in, sends events
when asked (`api events PLAIN|JSON COUNT`), answers every other `api` with `+OK`. Prints its port and serves until its
standard input ends.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from urllib.parse import quote

import msgspec

SAMPLE = Path(__file__).parent / "data" / "channel_answer.json"
"""One event of a real FreeSWITCH 1.10.12."""
_SAFE = "/!'()*-._~"


def sample() -> dict[str, str]:
    """The headers of the event that is sent."""
    return msgspec.json.decode(SAMPLE.read_bytes(), type=dict[str, str])


def json_body() -> bytes:
    """It in JSON form."""
    return msgspec.json.encode(sample())


def plain_body() -> bytes:
    """It in plain form."""
    lines = [f"{name}: {quote(value, safe=_SAFE) or '_undef_'}\n" for name, value in sample().items()]
    return ("".join(lines) + "\n").encode()


def frame(form: str) -> bytes:
    """It as it stands on the wire. `form`: json or plain."""
    body = json_body() if form == "json" else plain_body()
    return b"Content-Length: %d\nContent-Type: text/event-%s\n\n" % (len(body), form.encode()) + body


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    answer = b"Content-Type: api/response\nContent-Length: 4\n\n+OK\n"
    writer.write(b"Content-Type: auth/request\n\n")
    try:
        while True:
            command = (await reader.readuntil(b"\n\n")).strip()
            words = command.split()
            if words[:2] == [b"api", b"events"]:
                writer.write(answer)
                data = frame(words[2].decode())
                for _ in range(int(words[3]) // 50):
                    writer.write(data * 50)
                    await writer.drain()
            elif command.startswith(b"api"):
                writer.write(answer)
            else:
                writer.write(b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_main())
