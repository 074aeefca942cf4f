"""A gateway of the telephone network for live tests: it knows its customer by a password, and phones of ours answer."""

from __future__ import annotations

import re
from typing import Any

from phones.digest import Challenge, Credentials, respond
from phones.endpoint import Endpoint
from phones.sip import Request, parse_name_addr
from phones.transactions import Address, ServerTransaction

_CHALLENGE = Challenge(realm="gateway", nonce="2026", qop="auth")
_PARAM = re.compile(r'(\w+)="?([^",]*)"?')


class Gateway(Endpoint):
    """Numbers behind it are phones at this endpoint. With `credentials` it asks for them by 401."""

    credentials: Credentials | None = None
    silent = False
    """It answers nothing at all."""
    answers_with = 0
    """The status that each INVITE gets; 0: what the phone says."""
    calls_per_invite: list[str]
    registered = False

    @classmethod
    async def at(cls, host: str, credentials: Credentials | None = None) -> Gateway:
        """Open it on a free port."""
        gateway = await cls.open(host)
        assert isinstance(gateway, Gateway)
        gateway.credentials = credentials
        gateway.calls_per_invite = []
        return gateway

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def as_trunk(self, user: str, shown: str) -> dict[str, Any]:
        """The trunk in trunks.yaml that registers here as `user`, with the secret `carrier`."""
        return {
            "address": self.address,
            "register": True,
            "user": user,
            "secret": "carrier",
            "caller_ids": [shown],
            "probe_s": 1,
            "outgoing": {"form": "national"},
        }

    def _receive_request(self, request: Request, peer: Address, at: float) -> None:
        if self.silent:
            return
        begins = request.method == "REGISTER" or (
            request.method == "INVITE" and not parse_name_addr(request.headers.require("to")).tag
        )
        if not begins:
            super()._receive_request(request, peer, at)
            return
        transaction = ServerTransaction(self, request, peer)
        if not self._knows(request):
            challenge = f'Digest realm="{_CHALLENGE.realm}", nonce="{_CHALLENGE.nonce}", algorithm=MD5, qop="auth"'
            transaction.respond(401, "Unauthorized", to_tag=self.token(), extra=(("WWW-Authenticate", challenge),))
        elif request.method == "REGISTER":
            self.registered = request.headers.get("expires") != "0"
            contact = (("Contact", request.headers.require("contact")), ("Expires", "300"))
            transaction.respond(200, "OK", to_tag=self.token(), extra=contact)
        elif self.answers_with:
            transaction.respond(self.answers_with, "No", to_tag=self.token())
        else:
            self.calls_per_invite.append(request.uri)
            super()._receive_request(request, peer, at)

    def _knows(self, request: Request) -> bool:
        if self.credentials is None:
            return True
        given: dict[str, Any] = dict(_PARAM.findall(request.headers.get("authorization") or ""))
        if given.get("username") != self.credentials.username:
            return False
        count = int(given["nc"], 16)
        cnonce, uri = given["cnonce"], given["uri"]
        right = respond(_CHALLENGE, self.credentials, request.method, uri, cnonce=cnonce, nonce_count=count)
        return bool(given.get("response") == right)
