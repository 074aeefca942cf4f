"""Presets of the governor: the policies that come with the house, and hold only where a site's own policy applies
them."""

from functools import lru_cache
from importlib.resources import files

from dsl.tree import Node, parse


@lru_cache(maxsize=1)
def presets() -> dict[str, Node]:
    """All of them, parsed, by their path in the package."""
    folder = files("dialer").joinpath("presets")
    return {
        f"presets/{entry.name}": parse(entry.read_text(encoding="utf-8"), f"presets/{entry.name}")
        for entry in folder.iterdir()
        if entry.name.endswith(".yaml")
    }
