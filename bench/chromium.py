"""Debian's Chromium without a screen, by its own protocol (Chrome DevTools Protocol) over a WebSocket."""

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp

from bench.children import die_with_parent, within

PICTURES = Path(os.environ["HOTLINE_PICTURES"]) if os.environ.get("HOTLINE_PICTURES") else None
"""The folder of pictures that are kept."""
_START_S = 60.0
_LOOK_S = 0.05
_ANSWER_S = 240.0
"""What axe-core looks at takes a page a while on a busy machine."""


class Page:
    """One page. `problems` are errors of its scripts, and what its content policy has refused."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.problems: list[str] = []
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.hearing = asyncio.create_task(self._hear())

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        """A command of the protocol, and its result."""
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": given})
        found: dict[str, Any] | None = await within(_ANSWER_S, answer)
        if found is None:
            raise TimeoutError(f"the page did not answer {method} within {_ANSWER_S:g} s")
        return found

    async def open(self, address: str) -> None:
        """Go there; returns before it is loaded."""
        await self.ask("Page.navigate", url=address)

    async def tell(self, script: str) -> Any:
        """The value of a script in the page, awaited."""
        found = await self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    async def until(self, script: str, seconds: float = 60.0) -> None:
        """Return once the script's value is true; one that fails is not true yet: the page is still being loaded.

        `seconds` are counted in looks: on a machine that has no time for us the page has none either.
        """
        tried = f"(() => {{ try {{ return {script} }} catch {{ return false }} }})()"
        for _ in range(round(seconds / _LOOK_S)):
            if await self._is_so(tried):
                return
            await asyncio.sleep(_LOOK_S)
        text = await self.tell("document.body?.innerText")
        raise AssertionError(f"never true: {script}\nthe page says:\n{text}\nproblems: {self.problems}")

    async def _is_so(self, script: str) -> bool:
        """Whether the script's value is true; it is not while the page that it was asked of goes."""
        found = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        return bool(found.get("result", {}).get("value"))

    async def click(self, text: str, seconds: float = 60.0) -> None:
        """Click the button that begins with this text, once it is there."""
        found = f"[...document.querySelectorAll('button')].find((one) => one.innerText.startsWith({json.dumps(text)}))"
        await self.until(f"!!{found} && !{found}.disabled", seconds)
        await self.tell(f"{found}.click(); null")

    async def says(self, words: str, seconds: float = 60.0) -> None:
        """Return once the page shows these words."""
        await self.until(f"document.body.innerText.includes({json.dumps(words)})", seconds)

    async def before_each_page(self, script: str) -> None:
        """Run a script in each page that is opened from now on, before its own."""
        await self.ask("Page.addScriptToEvaluateOnNewDocument", source=script)

    async def press(self, key: str) -> None:
        """Press a key that writes a character."""
        for kind in ("keyDown", "keyUp"):
            await self.ask("Input.dispatchKeyEvent", type=kind, key=key, text=key if kind == "keyDown" else "")

    async def size(self, width: int, height: int) -> None:
        """The window's size, in pixels."""
        await self.ask(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    async def picture(self, name: str) -> None:
        """Keep what it looks like as NAME.png, for whoever wants to look and has named a folder."""
        if PICTURES is not None:
            shot = await self.ask("Page.captureScreenshot", format="png")
            PICTURES.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread((PICTURES / f"{name}.png").write_bytes, base64.b64decode(shot["data"]))

    async def _hear(self) -> None:
        async for message in self._socket:
            heard = json.loads(message.data)
            answer = self._answers.pop(heard.get("id", 0), None)
            if answer is not None and not answer.done():
                answer.set_result(heard.get("result", {}))
            elif heard.get("method") == "Runtime.exceptionThrown":
                self.problems.append(str(heard["params"]["exceptionDetails"]))
            elif heard.get("method") == "Log.entryAdded" and heard["params"]["entry"]["level"] == "error":
                self.problems.append(heard["params"]["entry"]["text"])


@contextlib.asynccontextmanager
async def chromium(folder: Path, language: str = "en-GB", says: Path | None = None) -> AsyncIterator[Page]:
    """A page of a browser of its own, which ends with it. `says`: a WAV file that its microphone hears, over and over;
    without it there is no microphone."""
    program = shutil.which("chromium")
    assert program is not None, "apt-get install chromium; `make test-console` does"
    flags: tuple[str, ...] = (
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
        *(f"--user-data-dir={folder}", f"--accept-lang={language}", "--remote-debugging-port=0", "about:blank"),
    )
    if says is not None:
        flags += (
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={says}",
            "--autoplay-policy=no-user-gesture-required",
            "--disable-features=WebRtcHideLocalIpsWithMdns",
        )
    process = await asyncio.create_subprocess_exec(
        program,
        *flags,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with_parent,  # a bench that is killed would leave a browser behind that draws for ever
    )
    try:
        async with aiohttp.ClientSession() as session:
            port = await _port(folder)
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                (target, *_) = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                for domain in ("Runtime", "Log", "Page"):
                    await page.ask(f"{domain}.enable")
                yield page
                page.hearing.cancel()
                await asyncio.gather(page.hearing, return_exceptions=True)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _port(folder: Path) -> int:
    """The port that the browser has chosen: it writes it down once it listens."""
    async with asyncio.timeout(_START_S):
        while True:
            with contextlib.suppress(FileNotFoundError):
                port, end, _ = (folder / "DevToolsActivePort").read_text().partition("\n")
                if end:
                    return int(port)
            await asyncio.sleep(0.05)
