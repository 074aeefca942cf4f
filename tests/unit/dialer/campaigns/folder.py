"""A folder of campaigns in memory, and what is around it."""

from datetime import date

from dialer.campaigns.reading import Around, CampaignReading, read_campaigns
from dialer.scenes.book import Book, BookedScene
from dialer.scenes.settings import Retry, Ring, Settings
from dsl.hours import Hours
from dsl.tree import parse

_OPEN = Hours("Asia/Shanghai", (((540, 1080),),) * 7)
_SHUT = Hours("Asia/Shanghai", ((),) * 7)


def _scene(name: str, **words: object) -> BookedScene:
    return BookedScene(name=name, settings=Settings(**words), content="x")  # type: ignore[arg-type]


BOOK = Book(
    {
        "reminder": _scene(
            "reminder",
            category="service",
            channel="human",
            list="due",
            hours="outbound",
            ring=Ring("40 s", "15 s"),
            retry=Retry(3, "2 h", {"busy": "10 min", "refusal": "never"}),
        ),
        "offer": _scene("offer", category="marketing", channel="human"),
        "survey": _scene("survey", category="survey", channel="ivr", script="ask", list="talks"),
        "notices": _scene("notices", category="service", channel="ai", script_elsewhere="bot 7", list="due"),
        "never": _scene("never", category="service", channel="human", list="due", hours="shut"),
    },
    hours={"outbound": _OPEN, "shut": _SHUT},
)
AROUND = Around(
    BOOK,
    ("loans", "front_desk"),
    ("ask", "main"),
    ("safe_harbour", "sorry"),
    date(2026, 11, 30),
    hours={"office": _OPEN, "shut": _SHUT},
)
PATH = "dialplans/campaigns/a.yaml"


def read(text: str, **others: str) -> CampaignReading:
    """The reading of dialplans/campaigns/a.yaml, and of others by name."""
    files = {PATH: text} | {f"dialplans/campaigns/{name}.yaml": one for name, one in others.items()}
    return read_campaigns({path: parse(one, path) for path, one in files.items()}, AROUND)


def told(reading: CampaignReading) -> list[str]:
    """The problems as people see them, without the path."""
    return [str(problem).removeprefix(f"{PATH}:") for problem in reading.problems]
