"""Options of whoever approves and withdraws: scenes, answers, policies."""

from typing import Annotated

import typer

AsOption = Annotated[str, typer.Option("--as", help="Who says so; unless given, the user of this machine.")]
ReasonOption = Annotated[str, typer.Option("--reason", "-r", help="Why; it stands in the audit log.")]
BeginsOption = Annotated[str, typer.Option("--from", help="The first day or instant; unless given, at once.")]
EndsOption = Annotated[str, typer.Option("--until", help="The last day, or the instant at which it ends.")]
