#!/usr/bin/env bash
# panoramisk 1.4: a manager whose password is refused tells nobody, and says the same password again every two seconds.
#
# `await connect()` ends well, for that is the TCP connection; `on_login` is for those who are let in. Once the refusal is
# there `authenticated` is False and `authenticated_future` is None, which is what they are before anything was answered.
# Asterisk closes a connection that it has refused, and the library then connects and logs in anew by itself: an account
# whose password was changed looks like a link that is slow, while the other side counts a wrong password every two seconds.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install panoramisk==1.4 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import asyncio
import logging

from panoramisk import Manager

logging.disable(logging.CRITICAL)
logins: list[str] = []
told: list[str] = []


async def asterisk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Refuses each login as Asterisk does, and closes."""
    writer.write(b"Asterisk Call Manager/11.0.0\r\n")
    login = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    logins.append(next(line for line in login if line.startswith("Secret")))
    action = next(line for line in login if line.startswith("ActionID"))
    writer.write(f"Response: Error\r\n{action}\r\nMessage: Authentication failed\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()


async def main() -> None:
    server = await asyncio.start_server(asterisk, "127.0.0.1", 0)
    manager = Manager(
        host="127.0.0.1",
        port=server.sockets[0].getsockname()[1],
        username="watch",
        secret="of-last-month",
        on_login=lambda manager: told.append("let in"),
    )
    await manager.connect()
    await asyncio.sleep(0.1)  # the refusal has come by now
    print("after the refusal:", manager.authenticated, manager.authenticated_future, told)
    assert (manager.authenticated, manager.authenticated_future, told) == (False, None, [])
    await asyncio.sleep(5.5)
    print("logins in six seconds:", len(logins), "with", set(logins))
    assert len(logins) >= 3
    assert set(logins) == {"Secret: of-last-month"}
    manager.close()
    server.close()


asyncio.run(main())
PY
echo "as described"
