"""The `hotline` command."""

import typer

from hotline.cli import bench, demo, flows, publish, records, serve, simulate

app = typer.Typer(
    name="hotline",
    help="A telephony IVR and ACD server: menus as YAML, skill-based queues, cases. Start with `make run`.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold numbers and secrets
    rich_markup_mode=None,
)

for group in (serve, publish, flows, records, simulate, demo, bench):
    app.registered_commands += group.app.registered_commands
