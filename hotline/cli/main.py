"""The `hotline` command. A command's module is loaded only when it is called: a look at a call needs no web server."""

import importlib
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

_COMMANDS = {
    "serve": ("serve", "Serve a site until stopped; calls outlive the server."),
    "init": ("init", "Make a new site from the sample."),
    "lint": ("flows", "Find mistakes in dialplans/ and prompts/, by file, line and column."),
    "try": ("flows", "Run the test cases of dialplans/tests/, without a switch."),
    "understand": ("understand", "What a sentence is taken for by dialplans/intents, how sure, and why."),
    "answers": ("answers", "Answers to callers' questions: what is said, approve, withdraw."),
    "unanswered": ("unanswered", "Questions that nobody answered: list, show, add to an intent, dismiss."),
    "call": ("flows", "Walk a flow in the terminal, as a caller."),
    "schema": ("flows", "Print the JSON Schema of dialplans/, for an editor's completion."),
    "publish": ("publish", "Lint, try, build the prompts, and put it in force for new calls."),
    "voice": ("voice", "Which voice speaks which language, and what of the prompts is recorded or comes ready."),
    "rollback": ("publish", "Put an earlier version in force for new calls."),
    "versions": ("publish", "List the published versions."),
    "calls": ("records", "The call log, newest first."),
    "why": ("why", "Tell one call's story, step by step, with the reasons."),
    "transcribe": ("transcribe", "What was said in a call, from its recordings: sides apart, masked, words marked."),
    "cases": ("records", "Cases, newest first."),
    "case": ("case", "Cases with stage, grade, department: list, show, every act, matches."),
    "case-intake": ("case_intake", "Take cases in: a text, e-mails, a mailbox, a CSV file, a regulator's transfer."),
    "followups": ("followups", "Follow-up visits: who is due, results, skipped, tried again; answers as CSV."),
    "report": ("report", "Reports of a day, a week, a month; the monthly sample, and reviews of recordings."),
    "audit": ("audit", "Whether anybody altered the audit logs: of cases, and of looks at numbers and recordings."),
    "callbacks": ("records", "Callbacks and their outcomes, newest first."),
    "govern": ("govern", "The gate of outgoing calls: ask it, approve scenes, watch, replay past calls."),
    "ledger": ("ledger", "Outgoing calls: where each came from, what was refused and by which rule; exports."),
    "gate": ("gate", "The SIP gate before other systems' trunks: its configuration, and whether it is open."),
    "sources": ("sources", "Other systems whose calls are counted: their call records, and how they are watched."),
    "status": ("status", "The outer parts: up or down, since when, last error, next try; exit status for monitoring."),
    "people": ("people", "People who sign in: roles, passwords, one-time codes; who may do what."),
    "sign-in": ("sign_in", "Print a link that signs in to the pages once: the wallboard in a browser."),
    "secrets": ("secrets", "The secrets: what for, how old; never their values. Write a new one on purpose."),
    "retention": ("retention", "What is kept for how long, and what would go now."),
    "subject": ("subject", "What is kept of one person: exported for them, or erased; each with a receipt."),
    "legal-hold": ("legal_hold", "Calls of which nothing is deleted."),
    "trunks": ("trunks", "The trunks: up or down and why, calls now, last failures."),
    "overrides": ("overrides", "A bad night's switches: closed queues and lines, announcements, other hours today."),
    "do-not-call": ("do_not_call", "Numbers that are not called: add, remove, import, check, share."),
    "persons": ("persons", "Whose a number is, tiers, lists of persons: what the gate knows of a callee."),
    "consents": ("consents", "Who wished calls for a purpose, or refused them: give, withdraw, undo, import."),
    "exceptions": ("exceptions", "Exceptions of policies granted to one person, number or account, each with an end."),
    "lists": ("lists", "People to be called: lists from CSV and spreadsheets, their bad rows."),
    "campaign": ("campaign", "Campaigns: start, pause, drain, stop; whom each has called, and what came of it."),
    "webhooks": ("webhooks", "The webhooks: state, events that wait, last failures; --test sends one."),
    "demo": ("demo", "The sample hotline, live: `make run`."),
    "simulate": ("simulate", "Run queues, or the whole house, in virtual time, with the code that serves live calls."),
    "tune": ("simulate", "Search a policy's weights by simulation."),
    "whatif": ("whatif", "Live a real day again under another policy, or with other flows."),
    "fit": ("fit", "Fit the wait forecast from this site's own waits."),
    "backtest": ("backtest", "Score the wait forecast on a call log."),
    "bench": ("bench", "Measure, beside target and reference."),
    "soak": ("soak", "Minutes or hours of calls with everything on, kills and publishes; then every check."),
}
"""By command: its module, and its line in the list."""


class _Lazy(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        loaded: Any = get_command(importlib.import_module(f"hotline.cli.{_COMMANDS[cmd_name][0]}").app)
        return getattr(loaded, "commands", {}).get(cmd_name, loaded)  # one of several, or a group of its own

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in _COMMANDS.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], _COMMANDS, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            ctx.fail(f"no command {args[0]}.{hint}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=_Lazy,
    name="hotline",
    help="A telephony IVR and ACD server: menus as YAML, skill-based queues, cases. Start with `make run`.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,  # locals may hold numbers and secrets
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    pass
