"""The contract as an AsyncAPI 3 document: `python -m hotline.bus.asyncapi > docs/asyncapi.yaml`."""

import sys
from typing import Any

import msgspec
import yaml

from hotline.bus import words


def document() -> dict[str, Any]:
    """AsyncAPI 3.0.0 of all channels, https://www.asyncapi.com/docs/reference/specification/v3.0.0."""
    payloads = list(dict.fromkeys(channel.payload for channel in words.CHANNELS))
    _, schemas = msgspec.json.schema_components(payloads, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hotline",
            "version": words.VERSION,
            "description": (words.__doc__ or "").strip(),
        },
        "servers": {
            "broker": {
                "host": "{host}:{port}",
                "protocol": "mqtt",
                "protocolVersion": "5",
                "description": "Any MQTT 5 broker; hotline.yaml, `bus`, names it.",
                "variables": {"host": {"default": "127.0.0.1"}, "port": {"default": "1883"}},
            }
        },
        "channels": {channel.name: _channel(channel) for channel in words.CHANNELS},
        "operations": {channel.name: _operation(channel) for channel in words.CHANNELS},
        "components": {"schemas": schemas},
    }


def _channel(channel: words.Channel) -> dict[str, Any]:
    names = ["prefix", "site", *([_name(channel)] if "{" in channel.address else [])]
    return {
        "address": f"{{prefix}}/{words.VERSION}/{{site}}/{channel.address}",
        "description": channel.promise,
        "parameters": {name: {"description": _PARAMETERS[name]} for name in names},
        "messages": {
            channel.payload.__name__: {
                "contentType": "application/json",
                "payload": {"$ref": f"#/components/schemas/{channel.payload.__name__}"},
            }
        },
    }


def _operation(channel: words.Channel) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "action": "receive" if channel.incoming else "send",
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retained}},
    }
    if channel is words.COMMAND:
        operation["reply"] = {
            "address": {"location": "$message.payload#/reply_to"},
            "channel": {"$ref": f"#/channels/{words.REPLY.name}"},
        }
    return operation


def _name(channel: words.Channel) -> str:
    return channel.address.partition("{")[2].partition("}")[0]


_PARAMETERS = {
    "prefix": "`bus.prefix` of hotline.yaml; `hotline` unless it says otherwise",
    "site": "`bus.site` of hotline.yaml, or the name of the site's folder",
    "agent": "an agent of dialplans/agents.yaml",
    "queue": "a queue of dialplans/queues.yaml",
    "override": "the number of an override, as `hotline overrides` shows it",
    "campaign": "a campaign of dialplans/campaigns/",
    "call": "the call's id, as `hotline calls` shows it; `/`, `+`, `#` and `%` are percent-encoded",
    "client": "a name of the client's own choice",
}


def text() -> str:
    """The file."""
    body = yaml.safe_dump(document(), sort_keys=False, allow_unicode=True, width=110)
    return f"# Made of hotline/bus/words.py by `python -m hotline.bus.asyncapi`; a test holds them together.\n{body}"


if __name__ == "__main__":
    sys.stdout.write(text())
