"""hotline subject: what is kept of one person, given to them or erased, with a receipt."""

import getpass
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from calls.errors import BadInput
from hotline.cli.common import JsonOption, SiteOption, err, open_site, out, print_json, print_table, told
from hotline.cli.parties import AuthorOption, ReasonOption, party_of
from hotline.persons import subject_requests
from hotline.persons.subject_requests import Receipt
from hotline.site.site import Site
from hotline.store.person_data import Kept, Subject

app = typer.Typer(add_completion=False, no_args_is_help=True)

NumbersOption = Annotated[list[str] | None, typer.Option("--number", help="A number in any form. Repeat it.")]
AccountsOption = Annotated[list[str] | None, typer.Option("--account", help="A contract's key. Repeat it.")]
PersonOption = Annotated[
    str, typer.Option("--person", help="Their key at the site: numbers and accounts of the register, too.")
]


@app.callback()
def subject() -> None:
    """What is kept of one person: exported for them, or erased. Each leaves a receipt, and lines in the audit log.

    Somebody has made sure before that whoever asks is the one whom it is about.

    Examples:

      hotline subject export --number 13800138000 --output wang.zip --reason "letter of 2026-11-28"

      hotline subject erase --number 13800138000 --account A17 --reason "letter of 2026-11-28" --dry-run

      hotline subject check receipt.json --number 13800138000
    """


@app.command()
def export(
    output: Annotated[Path, typer.Option("--output", "-o", help="The archive (.zip), which must not be there yet.")],
    reason: ReasonOption,
    number: NumbersOption = None,
    account: AccountsOption = None,
    person: PersonOption = "",
    author: AuthorOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Write all rows about somebody, whole, and their recordings into one archive, with the receipt.

    Examples:

      hotline subject export --number 13800138000 --output wang.zip --reason "letter of 2026-11-28"
    """
    opened = open_site(site)
    with told():
        whom = _whom(opened, number, account, person)
        if output.exists():
            raise BadInput(f"{output} is there already")
        receipt = subject_requests.export(opened, whom, output, *_by(author, reason))
    _print(receipt, json)


@app.command()
def erase(
    reason: ReasonOption,
    number: NumbersOption = None,
    account: AccountsOption = None,
    person: PersonOption = "",
    author: AuthorOption = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go, and what would stay.")] = False,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The receipt as a file, to be sent.")] = None,
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Erase calls, recordings, messages, closed cases, follow-ups, answers and rows of lists of somebody.

    What must stay stays, and the receipt says why: what is on legal hold, open cases, what they refused (do-not-call,
    consents), the ledger of placed calls. The server may run.

    Examples:

      hotline subject erase --number 13800138000 --reason "letter of 2026-11-28" --dry-run

      hotline subject erase --person C1017 --reason "letter of 2026-11-28" --output receipt.json
    """
    opened = open_site(site)
    with told():
        whom = _whom(opened, number, account, person)
        by = _by(author, reason)
        if dry_run:
            gone, kept = subject_requests.planned(opened, whom)
        else:
            receipt = subject_requests.erase(opened, whom, *by)
            if output is not None:
                output.write_bytes(msgspec.json.format(msgspec.json.encode(receipt), indent=1))
    if not dry_run:
        _print(receipt, json)
    elif json:
        print_json({"would_go": gone, "would_stay": msgspec.to_builtins(kept)})
    else:
        _print_rows("would go", "would stay", gone, kept)


@app.command()
def check(
    receipt: Annotated[Path, typer.Argument(help="A receipt, or the archive of an export unpacked: receipt.json.")],
    number: NumbersOption = None,
    account: AccountsOption = None,
    person: PersonOption = "",
    site: SiteOption = Path(),
    json: JsonOption = False,
) -> None:
    """Say whether a receipt is one that was given here and was not changed; with the same names, whether it is theirs.

    Exits with 1 where it is not.

    Examples:

      hotline subject check receipt.json

      hotline subject check receipt.json --number 13800138000 --account A17
    """
    opened = open_site(site)
    with told():
        whom = _whom(opened, number, account, person) if number or account or person else None
        done = subject_requests.check(opened, receipt.read_bytes(), whom)
    if json:
        print_json(msgspec.to_builtins(done))
    elif done.fault:
        err.print(f"receipt {done.receipt}: {done.fault}", style="red", markup=False)
    else:
        about = {None: "", True: "; it is about them", False: "; it is about somebody else"}[done.is_about]
        out.print(f"receipt {done.receipt} was given here{about}", markup=False)
    if done.fault or done.is_about is False:
        raise typer.Exit(1)


def _whom(site: Site, numbers: list[str] | None, accounts: list[str] | None, person: str) -> Subject:
    parties = [party_of(site, "", number, "") for number in numbers or []]
    parties += [party_of(site, "", "", account) for account in accounts or []]
    parties += [party_of(site, person, "", "")] if person else []
    if not parties:
        raise BadInput("say whom: --number, --account or --person")
    return subject_requests.subject_of(site.database, parties)


def _by(author: str, reason: str) -> tuple[str, str]:
    if not reason.strip():
        raise BadInput("say why: --reason, such as the letter that asks for it")
    return author or getpass.getuser(), reason.strip()


def _print(receipt: Receipt, json: bool) -> None:
    if json:
        print_json(msgspec.to_builtins(receipt))
        return
    done = "exported" if receipt.kind == "export" else "erased"
    _print_rows(done, "kept", receipt.counts, receipt.kept)
    out.print(f"receipt {receipt.receipt}, kept in var/receipts", style="dim", markup=False)


def _print_rows(done: str, left: str, gone: dict[str, int], kept: "tuple[Kept, ...] | list[Kept]") -> None:
    rows = [(done, what, count, "") for what, count in gone.items()]
    rows += [(left, one.what, one.count, one.why) for one in kept]
    print_table(("", "what", "how many", "why"), rows, "nothing is kept of them")
