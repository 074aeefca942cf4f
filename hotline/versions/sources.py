"""The sources of a version: the YAML files of a site, as text."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from calls.errors import BadInput
from calls.numbers import REGION
from dsl.tree import Mark, Problem
from hotline.site.site import Site


def read_files(site: Site) -> tuple[dict[str, str], dict[str, Path]]:
    """Text and path of every YAML file, by its name from the site's folder. Raises BadInput for what is not UTF-8."""
    texts, paths, unreadable = readable_files(site)
    if unreadable:
        raise BadInput(str(unreadable[0]))
    return texts, paths


def readable_files(site: Site) -> tuple[dict[str, str], dict[str, Path], list[Problem]]:
    """As `read_files`, but files that are not UTF-8 are problems. Raises BadInput where a folder is missing."""
    texts: dict[str, str] = {}
    paths: dict[str, Path] = {}
    unreadable: list[Problem] = []
    for prefix, folder in (("dialplans", site.dialplans), ("prompts", site.prompts)):
        if not folder.is_dir():
            raise BadInput(f"{folder}: no such folder; hotline.yaml, {prefix}: names it")
        for path in sorted(folder.rglob("*.yaml")):
            name = f"{prefix}/{path.relative_to(folder).as_posix()}"
            try:
                texts[name] = path.read_text(encoding="utf-8")
                paths[name] = path
            except UnicodeDecodeError as error:
                line = path.read_bytes()[: error.start].count(b"\n") + 1
                unreadable.append(Problem(Mark(name, line, 1), "encoding", "not UTF-8; save the file as UTF-8"))
    return texts, paths, unreadable


def hash_of(texts: Mapping[str, str], region: str, zone: str | None = None) -> str:
    """One hash of all files, of the region, and of a zone that is set: a version of it is the same as the folder."""
    digest = hashlib.sha256()
    if region != REGION:  # the hash of a house without this setting is that of its files alone
        digest.update(f"region\0{region}\0".encode())
    if zone is not None:
        digest.update(f"zone\0{zone}\0".encode())
    for name, text in sorted(texts.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()
