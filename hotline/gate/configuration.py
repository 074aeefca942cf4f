"""The proxy's configuration: `gate/kamailio.cfg` with a site's settings filled in."""

import re
from collections.abc import Mapping
from pathlib import Path

from calls.errors import BadInput
from hotline.site.gate import GateSource, host_and_port

TEMPLATE = Path(__file__).resolve().parents[2] / "gate" / "kamailio.cfg"
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}")
_TRUNK = re.compile(r"sip:[A-Za-z0-9.:\[\]-]{1,200}(;transport=(udp|tcp))?")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,100}")


class ConfigurationError(BadInput):
    """A value that the configuration cannot hold; the message names it."""


def configuration(
    *,
    address: str,
    port: int,
    decider_port: int,
    secret: str,
    sources: Mapping[str, GateSource],
    modules: Path,
    workers: int = 4,
    patience_ms: int = 1_000,
    log_level: int = 2,
) -> str:
    """The text of kamailio.cfg. Raises ConfigurationError for a value that could be taken for configuration itself."""
    _check(_ADDRESS, "address", address)
    _check(_SECRET, "secret", secret)
    values = {
        "address": f"[{address}]" if ":" in address else address,
        "port": str(port),
        "decider_port": str(decider_port),
        "secret": secret,
        "sources": "\n".join(_source(name, source) for name, source in sources.items()),
        "modules": str(modules),
        "workers": str(workers),
        "patience_ms": str(patience_ms),
        "log_level": str(log_level),
    }
    return _PLACEHOLDER.sub(lambda found: values[found[1]], TEMPLATE.read_text())


def _source(name: str, source: GateSource) -> str:
    _check(_WORD, "name of a source", name)
    _check(_TRUNK, f"trunk of {name}", source.trunk)
    host, port = host_and_port(source.address)
    _check(_ADDRESS, f"address of {name}", host)
    condition = f'$si == "{host}"' + (f" && $sp == {int(port)}" if port else "")
    return "\n".join(
        [
            f"    if ({condition}) {{",
            f'        $var(source) = "{name}";',
            f'        $var(mode) = "{source.mode}";',
            f'        $var(trunk) = "{source.trunk}";',
            "    }",
        ]
    )


def _check(pattern: re.Pattern[str], what: str, value: str) -> None:
    if not pattern.fullmatch(value):
        raise ConfigurationError(f"{what} {value!r} must match {pattern.pattern}")
