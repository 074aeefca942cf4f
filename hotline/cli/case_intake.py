"""hotline case-intake: what came in by other ways than a call."""

import time
import uuid
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from calls.errors import BadInput
from complaints.intake.contact import CHANNELS, Channel, Contact
from dsl.spelling import nearest_hint
from hotline.cases import files, intake, mail
from hotline.cases.categories import refuse_misspelt
from hotline.cases.mailbox import Box, take_in_new
from hotline.cli.case import rules_now
from hotline.cli.common import JsonOption, SiteOption, counted, err, open_site, out, print_json, told
from hotline.site.site import Site

app = typer.Typer(add_completion=False, no_args_is_help=True)

ChannelOption = Annotated[str, typer.Option(help="By which way it came; `regulator` for a transfer.")]
CategoryOption = Annotated[str, typer.Option(help="Its category, as grades.yaml has them.")]


@app.callback()
def case_intake() -> None:
    """Cases from other ways than a call: a text, e-mails, a mailbox, a CSV file. The same message is taken in once.

    Examples:

      hotline case-intake text "扣了我三千块，没有人通知" --caller 13800138000

      hotline case-intake csv transfers.csv --channel regulator
    """


@app.command()
def text(
    words: Annotated[str, typer.Argument(help="What was said.")],
    site: SiteOption = Path(),
    source: Annotated[str, typer.Option(help="Its own name, such as a letter's number: it is taken in once.")] = "",
    caller: Annotated[str, typer.Option(help="The customer's number.")] = "",
    account: Annotated[str, typer.Option(help="The customer's account.")] = "",
    name: Annotated[str, typer.Option(help="The customer's name.")] = "",
    reference: Annotated[str, typer.Option(help="What a regulator calls the matter.")] = "",
    product: Annotated[str, typer.Option(help="What it is about.")] = "",
    category: CategoryOption = "complaint",
    channel: ChannelOption = "agent",
    json: JsonOption = False,
) -> None:
    """One case from a text: an agent's form, a letter, a visit.

    Example:

      hotline case-intake text "扣了我三千块，没有人通知" --caller 13800138000
    """
    opened = open_site(site)
    with told():
        known: dict[str, Any] = {
            "caller": caller,
            "account": account,
            "name": name,
            "reference": reference,
            "product": product,
        }
        refuse_misspelt(lambda: rules_now(opened), [category])
        own = source or f"cli-{uuid.uuid4().hex}"
        contact = Contact(_channel(channel), own, time.time(), words, category=category, **known)
        _take_in(opened, [contact], [], json)


@app.command("mail")
def of_mail(
    paths: Annotated[list[Path], typer.Argument(help="Messages as files (.eml), or folders of such.")],
    site: SiteOption = Path(),
    category: CategoryOption = "complaint",
    channel: ChannelOption = "email",
    json: JsonOption = False,
) -> None:
    """E-mails from files, each once by its Message-ID.

    Example:

      hotline case-intake mail /var/spool/complaints/
    """
    opened = open_site(site)
    contacts, problems = [], []
    with told():
        refuse_misspelt(lambda: rules_now(opened), [category])
        for path in [one for given in paths for one in (sorted(given.glob("*.eml")) if given.is_dir() else [given])]:
            try:
                contacts.append(mail.contact_of(path.read_bytes(), path.stat().st_mtime, _channel(channel), category))
            except BadInput as error:
                problems.append(f"{path}: {error}")
        _take_in(opened, contacts, problems, json)


@app.command()
def mailbox(
    host: Annotated[str, typer.Argument(help="The server (IMAP).")],
    user: Annotated[str, typer.Argument(help="Whose mailbox.")],
    password_file: Annotated[Path, typer.Option(help="A file with the password.")],
    site: SiteOption = Path(),
    folder: Annotated[str, typer.Option(help="The folder.")] = "INBOX",
    port: Annotated[int, typer.Option(help="The port.")] = 993,
    plain: Annotated[bool, typer.Option("--plain", help="Without TLS: on this machine only.")] = False,
    category: CategoryOption = "complaint",
    json: JsonOption = False,
) -> None:
    """What a mailbox has that nobody has seen. A message is marked as seen once it is on disk here.

    Example:

      hotline case-intake mailbox mail.example complaints --password-file /etc/hotline/mailbox
    """
    opened = open_site(site)
    if plain and host not in ("localhost", "127.0.0.1", "::1"):
        err.print("--plain: the password would go over the network unencrypted; use TLS", style="red")
        raise typer.Exit(2)
    with told():
        refuse_misspelt(lambda: rules_now(opened), [category])
        password = password_file.read_text(encoding="utf-8").strip()
        box = Box(host, user, password, folder, port, not plain, category)
        done = take_in_new(opened.database, box, opened.settings.region, opened.zone)
    _tell(done.taken, done.problems, json)


@app.command("csv")
def of_csv(
    path: Annotated[Path, typer.Argument(help="A CSV file in any usual encoding, with a heading.")],
    site: SiteOption = Path(),
    channel: ChannelOption = "csv",
    json: JsonOption = False,
) -> None:
    """Rows of a CSV file, each once by its key. Bad rows are told, the others are taken in.

    Example:

      hotline case-intake csv transfers.csv --channel regulator
    """
    opened = open_site(site)
    with told():
        contacts, bad = files.read(path, opened.zone, opened.settings.region, _channel(channel), time.time())
        _take_in(opened, contacts, [f"row {one.row}: {one.reason}" for one in bad], json)


def _take_in(site: Site, contacts: list[Contact], problems: list[str], json: bool) -> None:
    checked = []
    rules = cache(lambda: rules_now(site))
    for contact in contacts:
        try:
            refuse_misspelt(rules, [contact.category])
            checked.append(intake.checked(contact, site.settings.region))
        except BadInput as error:
            problems.append(f"{contact.source}: {error}")
    taken = intake.take_in(site.database, checked, site.zone)
    problems += [
        f"{contact.source}: not taken in, for case {one.case} came under this name with other words: give it its own"
        for contact, one in zip(checked, taken, strict=True)
        if one.differs
    ]
    _tell(taken, problems, json)


def _tell(cases: list[intake.Taken], problems: list[str], json: bool) -> None:
    new = [one.case for one in cases if one.is_new]
    if json:
        print_json({"cases": [{"case": one.case, "new": one.is_new} for one in cases], "problems": problems})
    else:
        for case in new:
            out.print(case, markup=False)
        known = len(cases) - len(new)
        out.print(f"{counted(len(new), 'case')}{f', {known} known already' if known else ''}", style="dim")
    for problem in problems:
        err.print(problem, style="yellow", markup=False)
    if problems:
        raise typer.Exit(1)


def _channel(word: str) -> Channel:
    if word not in CHANNELS:
        raise BadInput(f"no channel {word}{nearest_hint(word, CHANNELS)}; there are {', '.join(CHANNELS)}")
    return word
