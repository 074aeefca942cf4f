"""Numbers of the fallback: a dialplan compares signs, so each is there in every form that a trunk may deliver."""

from collections.abc import Iterator, Mapping
from typing import get_args

import phonenumbers

from calls.trunks import Form, Trunk, normalised, written
from ivr.program import Program
from switch.fallback import NUMBER


def forms_of(number: str, program: Program, trunks: Mapping[str, Trunk]) -> Iterator[str]:
    """The forms of a number of entry.yaml that lead to its flow when the controller is there; the number first.

    Those that anybody dials in the region, those of each trunk, and those with a trunk's prefix.
    """
    flow = program.entries[number]
    ways = [(None, "", program.region), *((trunk, trunk.incoming.prefix, trunk.region) for trunk in trunks.values())]
    seen = set()
    for trunk, prefix, region in ways:
        for form in _written(number, region or program.region):
            delivered = prefix + form
            read = delivered if trunk is None else normalised(delivered, trunk, program.region)
            if delivered not in seen and NUMBER.fullmatch(delivered) and program.entry(read) == flow:
                seen.add(delivered)
                yield delivered


def _written(number: str, region: str) -> Iterator[str]:
    yield number
    for form in get_args(Form):
        yield written(number, form, region)
    if number.startswith("+"):
        try:
            parsed = phonenumbers.parse(number)
        except phonenumbers.NumberParseException:
            return
        significant = phonenumbers.national_significant_number(parsed)
        yield significant
        yield f"0{significant}"
        yield f"00{number[1:]}"
