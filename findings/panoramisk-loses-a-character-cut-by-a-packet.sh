#!/usr/bin/env bash
# panoramisk 1.4: a character of which one packet brings the first bytes and the next one the rest is gone, without a word.
#
# Each packet of the manager interface is decoded by itself, and what cannot be decoded is left out. A caller's name of two
# Chinese characters, six bytes of UTF-8, arrives whole in one packet; cut inside the second character it is one character
# long. TCP may cut anywhere, and on a busy link it does.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install panoramisk==1.4 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import asyncio

from panoramisk import Manager

NAME = "王芳"
EVENT = f"Event: Newchannel\r\nChannel: PJSIP/8001-1\r\nCallerIDName: {NAME}\r\n\r\n".encode()


async def heard(cut: int) -> str:
    """The name as a manager hears it; `cut` bytes of its last character come in the first of two packets."""
    name: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def asterisk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        login = (await reader.readuntil(b"\r\n\r\n")).decode()
        action = next(line for line in login.split("\r\n") if line.startswith("ActionID"))
        writer.write(f"Response: Success\r\n{action}\r\nMessage: Authentication accepted\r\n\r\n".encode())
        at = EVENT.index(NAME[-1].encode()) + cut
        for packet in (EVENT[:at], EVENT[at:]) if cut else (EVENT,):
            await asyncio.sleep(0.2)
            writer.write(packet)
        await name
        writer.close()

    server = await asyncio.start_server(asterisk, "127.0.0.1", 0)
    manager = Manager(
        host="127.0.0.1", port=server.sockets[0].getsockname()[1], username="watch", secret="x", encoding="utf-8"
    )
    manager.register_event("Newchannel", lambda manager, event: name.set_result(event.CallerIDName))
    await manager.connect()
    said = await asyncio.wait_for(name, 10)
    await asyncio.sleep(0.1)
    manager.close()
    server.close()
    return said


for cut, seen in ((0, "王芳"), (1, "王"), (2, "王")):
    said = asyncio.run(heard(cut))
    print(f"{cut} bytes of the second character in the first packet: {said}")
    assert said == seen, said
PY
echo "as described"
