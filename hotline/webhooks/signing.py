"""Signatures of webhooks by the Standard Webhooks specification, version 1, symmetric.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: the signed text is
`id.timestamp.body`, the signature `v1,` and the base64 of its HMAC-SHA256, the secret `whsec_` and the base64 of 24 to
64 bytes. Of several secrets each signs: a receiver that knows one of them is content.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from calls.errors import BadInput
from hotline.site.site import Site
from hotline.site.webhooks import WebhookSettings

_PREFIX = "whsec_"
_BYTES = (24, 64)
_GENERATED_BYTES = 32

Secrets = tuple[bytes, ...]


def headers(signing: Secrets, message: str, at: int, body: bytes) -> Mapping[str, str]:
    """The three headers of message `message`, tried at `at` (UTC epoch seconds)."""
    signed = b"%b.%d.%b" % (message.encode(), at, body)
    signatures = (base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode() for secret in signing)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{signature}" for signature in signatures),
    }


def secret_path(site: Site, webhook: WebhookSettings) -> Path:
    """The file with the secrets of a webhook, whether it is there or not."""
    if webhook.secret_file is not None:
        return site.folder / webhook.secret_file
    return site.state / "secrets" / f"webhook-{webhook.name}"


def secrets_of(site: Site, webhook: WebhookSettings) -> Secrets:
    """The secrets of a webhook; where no file is named, one is made at first use. Raises BadInput for none."""
    path = secret_path(site, webhook)
    if webhook.secret_file is None and not path.exists():
        _make(path)
    try:
        lines = path.read_text(encoding="utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise BadInput(f"{path}: {told}; it is the secret of webhook {webhook.name}") from error
    if not lines:
        raise BadInput(f"{path}: empty; the secret of webhook {webhook.name} belongs there, {_PREFIX} and base64")
    return tuple(_read(path, line) for line in lines)


def _make(path: Path) -> None:
    """In one rename: a server and a command may come here together, and both have to know the same one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    made.touch(mode=0o600)
    made.write_text(_PREFIX + base64.b64encode(secrets.token_bytes(_GENERATED_BYTES)).decode() + "\n")
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    finally:
        made.unlink()


def _read(path: Path, line: str) -> bytes:
    try:
        secret = base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise BadInput(f"{path}: a line is no secret of Standard Webhooks: {_PREFIX} and base64") from error
    if not _BYTES[0] <= len(secret) <= _BYTES[1]:
        raise BadInput(f"{path}: a secret of {len(secret)} bytes; Standard Webhooks wants {_BYTES[0]} to {_BYTES[1]}")
    return secret
