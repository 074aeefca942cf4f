"""Endpoints of pjsip.conf, read as Asterisk reads them."""

from switch.asterisk.instance.settings import AsteriskSettings


def endpoints(settings: AsteriskSettings) -> dict[str, dict[str, str]]:
    """Each endpoint of pjsip.conf as Asterisk reads it, with what is included: its settings by name."""
    lines: list[str] = []

    def read(name: str) -> None:
        for line in (settings.etc_dir / name).read_text().splitlines():
            if line.startswith("#include "):
                read(line.removeprefix("#include "))
            elif line and not line.startswith(";"):
                lines.append(line)

    read("pjsip.conf")
    sections: list[tuple[str, dict[str, str]]] = []
    for line in lines:
        if line.startswith("["):
            sections.append((line.strip("[]"), {}))
        else:
            name, _, value = line.partition(" = ")
            before = sections[-1][1].get(name, "") if name == "set_var" else ""
            sections[-1][1][name] = f"{before}\n{value}".strip()
    return {name: section for name, section in sections if section["type"] == "endpoint"}
