"""Trunks of dialplans/trunks.yaml, read and checked; and what in the folder calls out that no trunk carries."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import phonenumbers

from calls.numbers import REGIONS, e164, nearest_region
from calls.trunks import Tls, Trunk, carriers
from dsl.records import decoding_problem
from dsl.spelling import nearest_hint
from dsl.tree import Mark, Node, Problem
from hotline.versions.routing import RoutingConfiguration
from ivr.program import Program
from ivr.steps import Const, Transfer

TRUNKS = "dialplans/trunks.yaml"
CODECS = ("alaw", "ulaw", "g722", "opus")
_TEL = "tel:"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_USER = re.compile(r"[^\s;\"'<>@$\\]{1,64}")
_SECRET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PREFIX = re.compile(r"\+?[0-9*#]{0,12}")
_CARRIED = re.compile(r"\+?[0-9]{1,15}")


class CallOut(msgspec.Struct, frozen=True):
    """Something of a version that calls a number outside: in words, and the number; empty: one that is not known."""

    what: str
    number: str
    mark: Mark | None = None
    by_flow: bool = False


def read_trunks(
    root: Node | None, region: str, secrets: Path | None, problems: list[Problem]
) -> tuple[dict[str, Trunk], Tls | None]:
    """The trunks by name, and the settings of TLS. What is wrong goes to `problems`.

    `region` is the site's. A secret without a file in `secrets` is a warning: it may be there where the site runs.
    """
    if root is None or root.value is None:
        return {}, None
    if not root.is_mapping:
        problems.append(Problem(root.mark, "trunk", f"a mapping is wanted, not {root.kind}"))
        return {}, None
    for word, node in root.items.items():
        if word not in ("trunks", "tls", "about"):
            hint = nearest_hint(word, ("trunks", "tls", "about"))
            problems.append(_problem(node, f"`{word}` is not known here; there are trunks, tls, about{hint}"))
    tls = _converted(root, ("tls",), Tls, problems) if "tls" in root.items else None
    if isinstance(tls, Tls):
        problems += _tls(root.items["tls"], tls)
    trunks = {}
    section = root.items.get("trunks")
    for name, node in section.items.items() if section is not None else ():
        if not _NAME.fullmatch(name):
            problems.append(_problem(node, f"{name!r}: a trunk's name has small letters, digits and _, at most 30"))
            continue
        trunk = _converted(root, ("trunks", name), Trunk, problems)
        if isinstance(trunk, Trunk):
            problems += _checked(node, trunk, region, secrets)
            trunks[name] = trunk
    return trunks, tls if isinstance(tls, Tls) else None


def calls_out(
    program: Program,
    routing: RoutingConfiguration,
    queues: Node | None = None,
    steps: Mapping[str, Mapping[str, Mark]] | None = None,
) -> Iterator[CallOut]:
    """All that calls numbers outside: callbacks, to a number of the region, and transfers to `tel:`."""
    for queue, treatment in routing.treatments.items():
        if treatment.callback is not None:
            node = queues.find(("queues", queue, "callback")) if queues is not None else None
            mark = None if node is None else node.key_mark or node.mark
            yield CallOut(f"callbacks of {queue}", _mobile(program.region), mark)
    for flow_name, flow in program.flows.items():
        for name, step in flow.steps.items():
            if not isinstance(step, Transfer):
                continue
            mark = steps[flow_name][name] if steps is not None else None
            to = str(step.to.value) if isinstance(step.to, Const) else ""
            if to.startswith(_TEL):
                yield CallOut(f"{to} in {flow_name}", e164(to.removeprefix(_TEL), program.region), mark, True)
            elif not to:
                yield CallOut(f"{name} in {flow_name}", "", mark, True)


def uncarried(program: Program, routing: RoutingConfiguration) -> list[str]:
    """What calls out and no trunk can carry, in words."""
    found = calls_out(program, routing)
    return [out.what for out in found if out.number and not carriers(routing.trunks, out.number, program.region)]


def gaps(
    program: Program, routing: RoutingConfiguration, queues: Node, steps: Mapping[str, Mapping[str, Mark]]
) -> list[Problem]:
    """Warnings for what calls out where no trunk can carry it; one in all where there is no trunk.

    `queues` is the root of queues.yaml, `steps` has the marks by flow and step.
    """
    trunks = routing.trunks
    found = []
    for out in calls_out(program, routing, queues, steps):
        if out.number and out.mark is not None and not carriers(trunks, out.number, program.region):
            found.append(out)
    if found and not trunks:
        what = ", ".join(dict.fromkeys(out.what for out in found))
        message = f"nothing can carry a call out, and these call out: {what}; name a trunk in {TRUNKS}"
        mark = found[0].mark
        return [Problem(mark, "no-trunk", message, warning=True)] if mark is not None else []
    left_out = f"no trunk carries such a number; `carries` of {', '.join(trunks)} leaves it out"
    return [
        Problem(out.mark, "no-trunk", f"{out.what}: {left_out}", warning=True) for out in found if out.mark is not None
    ]


def _mobile(region: str) -> str:
    """A number that callers of this region have, to ask with; never called."""
    example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    example = example or phonenumbers.example_number(region)
    return phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164) if example else "+"


def _converted(root: Node, path: tuple[str, ...], kind: type, problems: list[Problem]) -> Any:
    node = root.find(path)
    try:
        return msgspec.convert(node.plain(), kind)
    except msgspec.ValidationError as error:
        found = decoding_problem(error, kind, path)
        at = root.find(found.path)
        hint = f"; did you mean {found.suggestion}?" if found.suggestion else ""
        problems.append(Problem(at.key_mark or at.mark, "trunk", found.message + hint))
        return None


def _checked(node: Node, trunk: Trunk, region: str, secrets: Path | None) -> Iterator[Problem]:
    def at(word: str) -> Node:
        return node.items.get(word, node)

    if not _is_address(trunk.address):
        yield _problem(at("address"), f"{trunk.address!r} is no HOST or HOST:PORT")
    for source in trunk.sources:
        if not _is_source(source):
            yield _problem(at("sources"), f"{source!r} is no address, network (203.0.113.0/28) or name of a host")
    for word in ("user", "from_user"):
        if (value := getattr(trunk, word)) and not _USER.fullmatch(value):
            yield _problem(at(word), f"{value!r} cannot be the user part of a SIP address")
    if trunk.secret and not _SECRET.fullmatch(trunk.secret):
        yield _problem(at("secret"), f"{trunk.secret!r} is no name of a file in var/secrets")
    elif trunk.secret and secrets is not None and not (secrets / trunk.secret).is_file():
        message = f"there is no file {secrets / trunk.secret}: write the password into it, and nothing else"
        yield _problem(at("secret"), message, warning=True)
    if (trunk.register or trunk.secret) and not trunk.user:
        yield _problem(at("register"), "`user` is missing: the name that the gateway knows us by")
    if (trunk.register or trunk.user) and not trunk.secret:
        yield _problem(at("user"), "`secret` is missing: the name of a file in var/secrets with the password")
    if trunk.region and trunk.region not in REGIONS:
        near = nearest_region(trunk.region)
        hint = f"; did you mean {near}?" if near else ""
        yield _problem(at("region"), f"{trunk.region!r} is no region: two letters of ISO 3166, as DE{hint}")
        return
    for codec in trunk.codecs:
        if codec not in CODECS:
            yield _problem(at("codecs"), f"{codec!r} is no codec of ours{nearest_hint(codec, CODECS)}")
    for number in trunk.caller_ids:
        if not e164(number, trunk.region or region).lstrip("+").isdigit():
            yield _problem(at("caller_ids"), f"{number!r} is no number")
    for beginning in trunk.carries:
        if not _CARRIED.fullmatch(beginning):
            yield _problem(at("carries"), f"{beginning!r} is no beginning of a number, such as +86")
        elif beginning.startswith("0"):
            yield _problem(at("carries"), f"{beginning!r}: numbers begin with + and the country here, as +86")
    for way in ("outgoing", "incoming"):
        prefix = getattr(trunk, way).prefix
        if not _PREFIX.fullmatch(prefix):
            yield _problem(at(way), f"{prefix!r} is no prefix: digits, * and #")
    for word in ("max_calls", "calls_per_s", "probe_s"):
        if getattr(trunk, word) < 0:
            yield _problem(at(word), f"`{word}` is a whole number of at least 1, or left out")
    if trunk.progress_s <= 0:
        yield _problem(at("progress_s"), "a number above 0 is wanted")
    if trunk.srtp and trunk.transport != "tls":
        message = "the keys of the audio go in the clear by this transport: use `transport: tls`"
        yield _problem(at("srtp"), message, warning=True)


def _tls(node: Node, tls: Tls) -> Iterator[Problem]:
    if not 0 < tls.port < 65536:
        yield _problem(node.items.get("port", node), f"{tls.port} is no port")
    if bool(tls.certificate) is not bool(tls.key):
        yield _problem(node, "`certificate` and `key` belong together")
    for word in ("certificate", "key", "authorities"):
        path = getattr(tls, word)
        if path and (not path.startswith("/") or re.search(r"[\s;$\"'<>]", path)):
            yield _problem(node.items.get(word, node), f"{path!r}: an absolute path without blanks and quotes")


def _is_address(address: str) -> bool:
    host, colon, port = address.rpartition(":")
    if not colon:
        return bool(_HOST.fullmatch(address))
    return bool(_HOST.fullmatch(host)) and port.isdecimal() and 0 < int(port) < 65536


def _is_source(source: str) -> bool:
    try:
        ipaddress.ip_network(source)
    except ValueError:
        return bool(_HOST.fullmatch(source)) and "/" not in source
    return True


def _problem(node: Node, message: str, *, warning: bool = False) -> Problem:
    return Problem(node.key_mark or node.mark, "trunk", message, warning)
