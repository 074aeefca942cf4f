"""Phrase files: `prompts/<language>.yaml`, a mapping of key to text, read for all languages and compared.

All languages of a key have the same places, so that a flow need not know which language the caller chose.
`ivr.phrases` has the form of one text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from dsl.spelling import nearest_hint
from dsl.tree import Node, Problem
from ivr.phrases import PhraseError, Template, parse_template
from ivr.spoken import speaks

_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Phrases:
    """Phrases of a site: templates by language and key. The first language is the one the others follow."""

    def __init__(self, templates: Mapping[str, Mapping[str, Template]]) -> None:
        self._templates = templates

    @property
    def languages(self) -> tuple[str, ...]:
        """BCP 47 tags of the languages that there are texts in, the first one first."""
        return tuple(self._templates)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys that any language has, in the order of the files."""
        return tuple(dict.fromkeys(key for templates in self._templates.values() for key in templates))

    def template(self, key: str, language: str) -> Template:
        """Template of `key`. Raises PhraseError, which names the nearest key, where this language has none."""
        templates = self._templates.get(language)
        if templates is None:
            raise PhraseError(f"no phrases in {language}; there are {', '.join(self._templates)}")
        if key not in templates:
            raise PhraseError(f"no phrase {key!r} in {language}{nearest_hint(key, list(templates))}")
        return templates[key]

    def places(self, key: str) -> Mapping[str, str]:
        """Kind by name of the values that a phrase needs, in any language. Raises PhraseError for no phrase."""
        for templates in self._templates.values():
            if key in templates:
                return templates[key].places
        raise PhraseError(f"no phrase {key!r}{nearest_hint(key, self.keys)}")

    def render(self, key: str, values: Mapping[str, object], language: str) -> str:
        """Render the sentence to be said. Raises PhraseError or SpokenError."""
        return self.template(key, language).render(values, language)

    def static(self) -> Iterator[tuple[str, str, str]]:
        """Phrases whose sound can be built before a call, as (key, language, sentence)."""
        for language, templates in self._templates.items():
            for key, template in templates.items():
                if template.is_static:
                    yield key, language, template.render({}, language)


def read_phrases(files: Mapping[str, Node]) -> tuple[Phrases, list[Problem]]:
    """Read the `prompts/<language>.yaml` files, by language, parsed by `dsl.tree`; and find what is wrong with them.

    A phrase with a problem of its own is left out. The first language is the reference: what another lacks, has beyond
    it, or says with other places, is a problem of that other.
    """
    problems: list[Problem] = []
    templates: dict[str, dict[str, Template]] = {}
    for language, root in files.items():
        if not speaks(language):
            tag = language.replace("_", "-")
            meant = f": the file is called {tag}.yaml" if tag != language and speaks(tag) else ""
            problems.append(Problem(root.mark, "phrase-language", f"no values can be said in {language}{meant}"))
        templates[language] = _read_language(root, problems)
    if files:
        reference = next(iter(files))
        for language, root in files.items():
            if language != reference:
                _compare(
                    language, root, templates[language], reference, files[reference], templates[reference], problems
                )
    return Phrases(templates), problems


def _read_language(root: Node, problems: list[Problem]) -> dict[str, Template]:
    if not root.is_mapping:
        problems.append(Problem(root.mark, "phrase-file", f"a mapping of key to text is wanted, not {root.kind}"))
    templates: dict[str, Template] = {}
    for key, node in root.items.items():
        if not _KEY.fullmatch(key):
            message = f"key {key!r}: small letters, digits and _ are wanted, as it names the recording's file"
            problems.append(Problem(node.key_mark or node.mark, "phrase-key", message))
        elif not isinstance(node.value, str):
            problems.append(Problem(node.mark, "phrase-text", f"{key}: text is wanted, not {node.kind}; quote it"))
        else:
            try:
                templates[key] = parse_template(node.value)
            except PhraseError as error:
                message = f"{key}, character {error.position}: {error.message}"
                problems.append(Problem(node.mark, "phrase-text", message))
    return templates


def _compare(
    language: str,
    root: Node,
    templates: Mapping[str, Template],
    reference: str,
    reference_root: Node,
    reference_templates: Mapping[str, Template],
    problems: list[Problem],
) -> None:
    for key, node in reference_root.items.items():
        if key not in root.items:
            message = f"{key} has no text in {language}"
            problems.append(Problem(node.key_mark or node.mark, "phrase-missing", message))
    for key, node in root.items.items():
        if key not in reference_root.items:
            hint = nearest_hint(key, list(reference_root.items))
            message = f"{key} has no text in {reference}{hint}"
            problems.append(Problem(node.key_mark or node.mark, "phrase-missing", message))
        elif key in templates and key in reference_templates:
            here, there = templates[key].places, reference_templates[key].places
            if here != there:
                message = f"{key} needs {_listed(here)}, but {_listed(there)} in {reference}"
                problems.append(Problem(node.mark, "phrase-places", message))


def _listed(places: Mapping[str, str]) -> str:
    return " ".join(f"{{{name}:{kind}}}" for name, kind in sorted(places.items())) or "no value"
