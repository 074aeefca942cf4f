"""A receiver of webhooks: a real HTTP server, as a process of its own that can be killed and brought back.

What it took is in a file, a line of JSON for each request. A second file says how it answers: `STATUS`, `STATUS WORD`
(only requests that have the word in them, else 204), `STATUS URL` with a redirect, `STATUS after=S` with Retry-After.
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.ports import free_port


class Receiver:
    """The server from outside. `folder` has its files; `start` before anything is sent, `kill` at the end."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.port = free_port(socket.SOCK_STREAM)
        self.url = f"http://127.0.0.1:{self.port}/events"
        self._taken, self._answer = folder / "taken", folder / "answer"
        self._taken.touch()
        self._process: asyncio.subprocess.Process | None = None
        self.answers("204")

    async def start(self) -> None:
        """Until it listens."""
        command = (sys.executable, "-m", "tests.unit.hotline.webhooks.receiver", str(self.port))
        root = Path(__file__).parents[4]
        self._process = await asyncio.create_subprocess_exec(*command, str(self._taken), str(self._answer), cwd=root)
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    async def kill(self) -> None:
        """As a crash would end it."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)
            await self._process.wait()

    def answers(self, how: str) -> None:
        """From the next request on."""
        unfinished = self._answer.with_suffix(".new")
        unfinished.write_text(how)
        unfinished.replace(self._answer)

    def requests(self) -> list[dict[str, Any]]:
        """All that came, whatever was answered: `path`, `headers` (names in small letters), `body`, `status`, `at`."""
        written = self._taken.read_text()
        whole = written[: written.rfind("\n") + 1]  # the last one may be half there
        return [json.loads(line) for line in whole.splitlines()]

    def taken(self) -> list[dict[str, Any]]:
        """The messages that were answered with 204, in order."""
        return [json.loads(request["body"]) for request in self.requests() if request["status"] == 204]


def _serve(port: int, taken: Path, answer: Path) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status, _, more = answer.read_text().partition(" ")
            sent_elsewhere = more.startswith("http")
            after = more.removeprefix("after=") if more.startswith("after=") else ""
            given = 204 if more and not sent_elsewhere and not after and more not in body else int(status)
            headers = {name.lower(): value for name, value in self.headers.items()}
            row = {"path": self.path, "headers": headers, "body": body, "status": given, "at": time.time()}
            with taken.open("a") as file:
                file.write(json.dumps(row) + "\n")
            self.send_response(given)
            if sent_elsewhere:
                self.send_header("Location", more)
            if after:
                self.send_header("Retry-After", after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
