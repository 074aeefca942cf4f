"""The wallboard in the terminal: calls by place, queues, agents, the last events. Drawn from what /live says."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_PLACES = (
    ("menu", "in menus", "cyan"),
    ("waiting", "waiting", "yellow"),
    ("offered", "ringing", "magenta"),
    ("talking", "talking", "green"),
)
_STATES = {
    "idle": "green",
    "offered": "magenta",
    "talking": "bold green",
    "wrap_up": "blue",
    "paused": "yellow",
    "offline": "dim",
}


def span(seconds: float) -> str:
    """`seconds` as people read a clock: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def draw(
    view: dict[str, Any],
    title: str,
    most_events: int = 9,
    zone: tzinfo = UTC,
    cases: Sequence[dict[str, Any]] = (),
) -> RenderableType:
    """The whole board. `view` is the JSON of /live, `cases` that of /cases/list."""
    head = Text.assemble((" ☎ ", "bold green"), (title, "bold"), f"   version {view['version']}")
    if not view["switch_up"]:
        head.append("   the switch is away: calls go on, the link is tried again", "bold red")
    return Group(
        head,
        *_overrides(view, zone),
        *_campaigns(view),
        *cases_in_lines(cases),
        Columns([_places(view), _totals(view)], expand=True),
        Columns([_agents(view), _queues(view)], expand=True),
        _events(view, most_events, zone),
    )


def cases_in_lines(cases: Sequence[dict[str, Any]]) -> list[Text]:
    """A line for each of the newest cases: how it goes its way."""
    lines = []
    for row in cases:
        line = Text(f" ✎ {row['case']}", "bold yellow")
        stage = f"in {row['into']}" if row["link"] == "merged" else row["stage"]
        line.append(f"  {row['category']}  {row['grade'] or 'not graded'}  {stage}", "yellow")
        line.append(f"  → {row['department']}" if row["department"] else "")
        line.append(f", {row['handler']}" if row["handler"] else "")
        lines.append(line)
    return lines


def _campaigns(view: dict[str, Any]) -> list[Text]:
    """A line for each campaign that was started."""
    lines = []
    for row in view.get("campaigns", ()):
        if row["state"] == "ready":
            continue
        line = Text(f" ☏ {row['title'] or row['campaign']}", "bold cyan")
        line.append(f"  {row['state']}, {row['mode']}", "cyan")
        words = ("live", "dialled", "answered", "connected", "abandoned", "denied", "deferred")
        line.append("   " + "  ".join(f"{word} {row[word]}" for word in words))
        lines.append(line)
    return lines


def _overrides(view: dict[str, Any], zone: tzinfo) -> list[Text]:
    """A line for each override: it is why callers are treated in another way than the flows say."""
    lines = []
    for one in view.get("overrides", ()):
        until = "until it is lifted"
        if one["ends_at"] is not None:
            until = f"until {datetime.fromtimestamp(one['ends_at'], zone):%d %b %H:%M}"
        line = Text(f" {one['number']}  {one['kind']} of {one['target']} {until}", "bold yellow")
        line.append(f"   {one['author']}: {one['reason']}", "yellow")
        lines.append(line)
    return lines


def _places(view: dict[str, Any]) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for place, name, style in _PLACES:
        count = view["places"].get(place, 0)
        table.add_row(Text(name, style), Text(f"{count:>3}", f"bold {style}"), Text("█" * min(count, 30), style))
    return Panel(table, title="calls now", box=box.ROUNDED, border_style="dim")


def _totals(view: dict[str, Any]) -> RenderableType:
    totals = view["totals"]
    answered = totals["answered"]
    wait = f"{totals['waited_s'] / answered:.1f} s" if answered else "–"
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_row("offered", f"[bold]{totals['offered']}", "answered", f"[bold green]{answered}")
    table.add_row("abandoned", f"[bold yellow]{totals['abandoned']}", "average wait", f"[bold]{wait}")
    table.add_row(
        "cases", f"[bold]{totals['cases']}", "lost", f"[bold {'red' if totals['lost'] else 'dim'}]{totals['lost']}"
    )
    talk = f"{totals['talked_s'] / totals['talks']:.1f} s" if totals.get("talks") else "–"
    table.add_row("calls ended", f"[bold]{totals['ended']}", "average talk", f"[bold]{talk}")
    return Panel(table, title="since the start", box=box.ROUNDED, border_style="dim")


def _queues(view: dict[str, Any]) -> RenderableType:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for column in ("queue", "waiting", "longest"):
        table.add_column(column, justify="left" if column == "queue" else "right")
    for name, row in sorted(view["queues"].items()):
        table.add_row(name, str(row["waiting"]), span(row["longest_s"]))
    if not view["queues"]:
        table.add_row("[dim]nobody waits", "", "")
    return Panel(table, title="queues", box=box.ROUNDED, border_style="dim")


def _agents(view: dict[str, Any]) -> RenderableType:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for column in ("agent", "state", "for", ""):
        table.add_column(column, justify="right" if column == "for" else "left")
    held = {call["agent"]: call["held_s"] for call in view["calls"] if call.get("held_s") is not None}
    for row in sorted(view["agents"], key=lambda agent: agent["agent"]):
        style = _STATES.get(row["state"], "")
        why = f"on hold {span(held[row['agent']])}" if row["agent"] in held else row["reason"]
        table.add_row(row["agent"], Text(row["state"].replace("_", "-"), style), span(row["for_s"]), why)
    return Panel(table, title="agents", box=box.ROUNDED, border_style="dim")


def _events(view: dict[str, Any], most: int, zone: tzinfo) -> RenderableType:
    table = Table(box=None, show_header=False, padding=(0, 1))
    for event in view["last"][:most]:
        at = datetime.fromtimestamp(event["at"], zone).strftime("%H:%M:%S")
        words = "  ".join(f"[dim]{name}[/] {word}" for name, word in event["words"].items() if name != "level")
        style = "red" if event["words"].get("level") == "error" else ""
        table.add_row(f"[dim]{at}", Text(event["what"], style), words)
    return Panel(table, title=f"last events, {zone}", box=box.ROUNDED, border_style="dim")
