"""A folder of scenes in memory, and what is around it."""

from zoneinfo import ZoneInfo

from dialer.governor.binding import CallerId
from dialer.scenes.reading import Reading, read_scenes
from dialer.scenes.surroundings import Surroundings
from dsl.hours import Hours
from dsl.tree import parse

DAY = ((540, 1080),)
AROUND = Surroundings(
    flows={"remind": "f1", "offers/spring": "f2"},
    phrases={"sales_script": "p1", "this_is_recorded": "p2"},
    hours={"outbound": Hours("Asia/Shanghai", (*(DAY,) * 5, (), ()))},
    pools={"main": {"+8640095183": CallerId(certified=True), "+862150490000": CallerId()}},
    zone=ZoneInfo("Asia/Shanghai"),
)


def read(text: str, around: Surroundings = AROUND, **others: str) -> Reading:
    """The reading of dialplans/scenes/a.yaml, and of others by name."""
    files = {"dialplans/scenes/a.yaml": text} | {f"dialplans/scenes/{name}.yaml": one for name, one in others.items()}
    return read_scenes({path: parse(one, path) for path, one in files.items()}, around)


def told(reading: Reading) -> list[str]:
    """The problems as people see them."""
    return [str(problem) for problem in reading.problems]
