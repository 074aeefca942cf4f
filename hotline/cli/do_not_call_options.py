"""Options that commands about lists of numbers share."""

from typing import Annotated

import typer

ListOption = Annotated[
    str, typer.Option("--list", help="do_not_call; or group, vulnerable, vip, white, partner_x …: policies name them.")
]

ScopeOption = Annotated[
    str, typer.Option("--scope", help="Only for campaign:NAME, scene:NAME or category:NAME; left out: everywhere.")
]

ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; it is kept, and told with each refusal.")]

AuthorOption = Annotated[str, typer.Option("--author", help="Who; unless given, the user of this machine.")]

UntilOption = Annotated[
    str,
    typer.Option(help="The last day, 2027-12-01, or its end, 2027-12-01T18:00, in the house's zone; else: for good."),
]

RegionOption = Annotated[str, typer.Option(help="ISO 3166: how numbers are dialled there; unless given, the site's.")]
