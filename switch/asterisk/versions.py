"""Versions of Asterisk, and what each can do. A version is as Asterisk says it, such as "22.10.1~dfsg+~cs6.15"."""

import re


def hands_transfers_over(version: str) -> bool:
    """Whether an Asterisk of that version leaves a phone's REFER to us (`ari-only`) instead of carrying it out."""
    return _is_since(version, {20: 13, 21: 8, 22: 3})


def speaks_rest_over_websocket(version: str) -> bool:
    """Whether an Asterisk of that version ("22.10.1~dfsg...") takes requests over the WebSocket."""
    return _is_since(version, {20: 14, 21: 9, 22: 4})


def _is_since(version: str, firsts: dict[int, int]) -> bool:
    """Whether a version is one of these, the first release of each series, or later."""
    numbers = re.match(r"(?:GIT-)?(\d+)(?:\.(\d+))?", version)
    if not numbers:
        return False
    major, minor = int(numbers[1]), int(numbers[2] or 0)
    first = firsts.get(major)
    return minor >= first if first is not None else major > max(firsts)
