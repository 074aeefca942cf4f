#!/usr/bin/env bash
# fastapi-offline 1.7.7 with an ASGI server that leaves the optional `root_path` out of the scope.
#
# ASGI says of an HTTP scope: root_path is optional, and "" where it is missing. FastAPI's own page at /docs links to
# "/openapi.json" then. The page of FastAPIOffline takes the missing value for text: its links begin with "None/", and
# the page finds neither its script nor its style. With `root_path: ""` in the scope they are right.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip -q --disable-pip-version-check install fastapi==0.165.0 fastapi-offline==1.7.7 2>&1 | grep -v WARNING || true
venv/bin/python - <<'PY'
import asyncio
import re

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline


async def links(app, **more):
    sent = []

    async def receive():
        return {"type": "http.request", "body": b""}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/docs", "headers": [], "query_string": b"", **more}
    await app(scope, receive, send)
    page = b"".join(message.get("body", b"") for message in sent).decode()
    return [link for link in re.findall(r'(?:src|href)="([^"]+)"', page)] + re.findall(r"url: '([^']+)'", page)


plain = asyncio.run(links(FastAPI()))
missing = asyncio.run(links(FastAPIOffline()))
given = asyncio.run(links(FastAPIOffline(), root_path=""))
print("FastAPI, no root_path:       ", plain[-1])
print("FastAPIOffline, no root_path:", missing)
print('FastAPIOffline, root_path "":', given)
assert plain[-1] == "/openapi.json"
assert missing and all(link.startswith("None/") for link in missing)
assert given and all(link.startswith("/") for link in given)
PY
echo "as described"
