"""An agent in a browser, as far as SIP goes: registered over secure WebSocket (RFC 7118) at a real FreeSWITCH."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from pathlib import Path

import aiohttp
import pytest

from phones.digest import Credentials, authorization, parse_challenge
from phones.sip import Headers, Request, Response, encode, parse
from switch.freeswitch.instance.upkeep import ask
from switch.freeswitch.wire import Api
from tests.live.conftest import until
from tests.live.freeswitch import own_freeswitch
from tests.ports import free_port

pytestmark = pytest.mark.live

DOMAIN = "hotline"


def _make_certificates(folder: Path) -> None:
    """A certificate of our own for both files that the profile wants: key and certificate in one."""
    folder.mkdir()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    for name in ("wss.pem", "dtls-srtp.pem"):
        (folder / name).write_text(certificate.read_text() + key.read_text())


def _register(user: str, number: int, **proof: str) -> bytes:
    fields = {
        "Via": f"SIP/2.0/WSS web.invalid;branch=z9hG4bK{number}",
        "Max-Forwards": "70",
        "From": f"<sip:{user}@{DOMAIN}>;tag=web",
        "To": f"<sip:{user}@{DOMAIN}>",
        "Call-ID": "web-phone",
        "CSeq": f"{number} REGISTER",
        "Contact": f"<sip:{user}@web.invalid;transport=ws>",
        "Expires": "300",
        **proof,
    }
    return encode(Request("REGISTER", f"sip:{DOMAIN}", Headers(fields.items()), b""))


async def _answer(web: aiohttp.ClientWebSocketResponse) -> Response:
    async with asyncio.timeout(10):
        while True:
            message = await web.receive()
            assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
            data = message.data.encode() if isinstance(message.data, str) else message.data
            answer = parse(data)
            if isinstance(answer, Response) and answer.status >= 200:
                return answer


async def test_a_phone_registers_over_a_secure_web_socket_and_only_with_its_password(tmp_path: Path) -> None:
    certificates = tmp_path / "certificates"
    _make_certificates(certificates)
    port = free_port(socket.SOCK_STREAM)
    trusted = ssl.create_default_context(cafile=str(certificates / "certificate.pem"))
    async with own_freeswitch(tmp_path / "run", web_socket_port=port, certificates_dir=certificates) as process:
        account = process.settings.accounts[0]
        assert "wss-bind-url" in await ask(process.settings, Api("sofia", "xmlstatus profile hotline"))
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"wss://127.0.0.1:{port}", protocols=("sip",), ssl=trusted) as web,
        ):
            assert web.protocol == "sip"
            for number, password, status in ((1, "wrong", 403), (3, account.secret, 200)):
                await web.send_str(_register(account.user, number).decode())
                asked = await _answer(web)
                assert asked.status == 401
                challenge = parse_challenge(asked.headers.require("WWW-Authenticate"))
                credentials = Credentials(account.user, password)
                proof = authorization(challenge, credentials, "REGISTER", f"sip:{DOMAIN}", cnonce=f"web{number}")
                await web.send_str(_register(account.user, number + 1, Authorization=proof).decode())
                assert (await _answer(web)).status == status

            async def known() -> bool:
                return account.user in await ask(process.settings, Api("show", "registrations"))

            await until(known)
