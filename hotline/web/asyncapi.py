"""The live wire as an AsyncAPI 3 document: `python -m hotline.web.asyncapi > docs/live.yaml`."""

import sys
from typing import Any

import msgspec
import yaml

from hotline.views import wire
from hotline.web.live_events import PATH

_MESSAGES: tuple[type[msgspec.Struct], ...] = (wire.Snapshot, wire.Changes)


def document() -> dict[str, Any]:
    """AsyncAPI 3.0.0, https://www.asyncapi.com/docs/reference/specification/v3.0.0."""
    _, schemas = msgspec.json.schema_components(_MESSAGES, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "hotline, live wire", "version": "v1", "description": (wire.__doc__ or "").strip()},
        "servers": {
            "house": {
                "host": "{host}:{port}",
                "protocol": "ws",
                "description": "hotline.yaml, `web`, has the address.",
                "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "8780"}},
                "security": [{"type": "http", "scheme": "bearer"}],
            }
        },
        "channels": {
            "live": {
                "address": PATH,
                "description": "A snapshot first, then changes, each for whoever stands at its `after`. Who reads too "
                "slowly gets a new snapshot in place of what they missed. At least every five seconds there is a "
                "message. Nothing is said to the house here: whoever does is cut off with code 1008.",
                "messages": {
                    one.__name__: {
                        "contentType": "application/json",
                        "payload": {"$ref": f"#/components/schemas/{one.__name__}"},
                    }
                    for one in _MESSAGES
                },
            }
        },
        "operations": {"live": {"action": "send", "channel": {"$ref": "#/channels/live"}}},
        "components": {"schemas": schemas},
    }


def text() -> str:
    """The file."""
    body = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)
    return f"# Made of hotline/views/wire.py by `python -m hotline.web.asyncapi`; a test holds them together.\n{body}"


if __name__ == "__main__":
    sys.stdout.write(text())
