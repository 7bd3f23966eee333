"""The commands about data: fetch, import, doctor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from fiveengines.base import paths
from fiveengines.base.errors import ParameterError, StoreError, sentence
from fiveengines.base.formats import age, counted
from fiveengines.cli.commands import AsOf, DataDir, Source, app, day
from fiveengines.data.file_summary import summary

if TYPE_CHECKING:
    import pandas as pd

    from fiveengines.data.dataset import Dataset, FileRecord, Notice
    from fiveengines.data.fetch import Event
    from fiveengines.data.store import Store

Only = Annotated[list[str] | None, typer.Option("--only", help="A provider; may be given several times.")]


def _folder(data_dir: Path | None) -> Path:
    return data_dir.expanduser() if data_dir else paths.store_dir()


@app.command()
def fetch(
    since: Annotated[
        str | None, typer.Option("--since", help="Fetch again from this date (YYYY-MM-DD).")
    ] = None,
    only: Only = None,
    data_dir: DataDir = None,
) -> int:
    """Refresh the local store from the official providers."""
    from fiveengines.data.fetch import fetch as run
    from fiveengines.data.store import Store

    first = day(since, "since") if since is not None else None
    if first is not None and first > dt.date.today():
        raise ParameterError(f"--since {first} is in the future.", remedy="Choose today or an earlier date.")
    store = Store(_folder(data_dir))
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        tasks: dict[str, object] = {}

        def show(event: Event) -> None:
            if event.stage == "waiting":
                console.print(Text(event.text))
                return
            task = tasks.get(event.provider)
            if task is None:
                task = tasks[event.provider] = progress.add_task(event.provider, total=None, note="")
            progress.update(task, completed=event.done, total=event.total or None, note=event.text)  # type: ignore[arg-type]

        try:
            report = run(store, since=first, only=only, on_event=show)
        except KeyboardInterrupt:
            console.print("stopped; what had come is stored, and the next fetch goes on from there")
            return 130
    for outcome in report.outcomes:
        typer.echo(outcome.line())
    typer.echo(report.last_line(store))
    return report.exit_code


@app.command(name="import")
def import_files(
    folder: Annotated[Path, typer.Argument(help="A folder of downloads.")], data_dir: DataDir = None
) -> int:
    """Add a folder of downloads to the local store."""
    from fiveengines.data.folder import files
    from fiveengines.data.store import Store

    read = files.load(folder.expanduser())
    added = Store(_folder(data_dir)).import_dataset(read)
    notices, _ = _cross_examined(read, None)
    _show_notices(notices)
    if line := summary(read.files).line():
        typer.echo(line)
    typer.echo(
        f"{sum(added.values())} new rows in {sum(1 for rows in added.values() if rows)} series from {folder}"
    )
    return 1 if any(each.level == "error" for each in notices) else 0


def _show_notices(notices: Iterable[Notice]) -> None:
    """Notices on the error stream, errors first."""
    order = ("error", "warning", "info")
    for each in sorted(notices, key=lambda each: order.index(each.level)):
        typer.echo(f"{each.level}: {each.text}", err=True)


def _show_ages(console: Console, store: Store) -> None:
    """The newest date and the age of every series in the store."""
    try:
        found, line = store.ages(), store.age_line()
    except StoreError as error:  # the table above says which file is damaged
        console.print(Text(str(error)), soft_wrap=True)
        return
    table = Table("series", "newest", "age", "from", title="Series in the store", title_justify="left")
    today = dt.date.today()
    for each in found:
        table.add_row(each.series, str(each.newest), age((today - each.newest).days), each.source)
    if found:
        console.print(table)
    console.print(Text(line), soft_wrap=True)


def _doctor_files(data_dir: Path | None, as_of: str | None) -> int:
    """Every file by its full name: series, dates and rows, or why it was left out and what mends it."""
    import pandas as pd

    from fiveengines.data import calendars
    from fiveengines.data.folder import files

    if data_dir is None:
        raise ParameterError("--source files needs a folder.", remedy="Name it with --data-dir.")
    found = files.read(data_dir.expanduser())
    for each in found.files:
        typer.echo(f"{each.path}: {_word(each)}")
    if as_of is None:
        notices, line = _cross_examined(found, None)
    else:
        session = pd.Timestamp(day(as_of, "as-of"))
        evening = calendars.evening_of(session)
        notices, line = _cross_examined(found.until(evening, session), evening)
    _show_notices(notices)
    typer.echo(summary(found.files).line() or f"{data_dir} holds no file.")
    if line:
        typer.echo(line)
    return 1 if any(each.level == "error" for each in notices) else 0


def _cross_examined(data: Dataset, evening: pd.Timestamp | None) -> tuple[tuple[Notice, ...], str]:
    """The notices of `data` as a reader has them at `evening` (default: now), relations that failed among them, and how
    many were looked at; empty without a series."""
    from fiveengines.base import parameters
    from fiveengines.data import calendars
    from fiveengines.data.consistency_checks.examine import examine

    verdict = examine(data, parameters.load().consistency)
    moment = evening or calendars.utc_now()
    failed = replace(data, notices=verdict.notices).notices_at(moment)
    looked = f"{counted(verdict.checked, 'relation')} between series looked at"
    told = f"{looked}, {counted(len(failed), 'failure')} told above." if failed else f"{looked}; all hold."
    return (*data.notices_at(moment), *failed), told if data.series else ""


def _word(record: FileRecord) -> str:
    if record.left_out is not None:
        remedy = f" {record.left_out.remedy}" if record.left_out.remedy else ""
        return f"left out ({record.left_out.reason}): {sentence(record.left_out.why)}{remedy}"
    if record.use:
        return f"used as {record.use}"
    spans = (f"{s.series} {s.first} to {s.last}, {counted(s.rows, 'row')}" for s in record.read)
    return f"read as {'; '.join(spans)}"


@app.command()
def doctor(
    data_dir: DataDir = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the providers.")] = False,
    source: Source = None,
    as_of: AsOf = None,
) -> int:
    """Show what works, what is stale or odd, and the one command that corrects it.

    With --source files: what each file of --data-dir was read as, or why it was left out.
    """
    if source == "files":
        return _doctor_files(data_dir, as_of)
    if source not in {None, "live"}:
        raise ParameterError(f"--source {source}: it has no data to look at.", remedy="Choose files or live.")
    if as_of is not None:
        raise ParameterError("--as-of goes with --source files.", remedy="Add it or leave --as-of out.")
    from fiveengines.cli.doctor import examine
    from fiveengines.cli.doctor_setup import check_setup
    from fiveengines.data.store import Store

    console = Console()
    setup = Table("check", "result", "what to do", title="This installation", title_justify="left")
    checks = check_setup()
    for each in checks:
        setup.add_row(each.name, Text(("✓ " if each.ok else "✗ ") + each.found), each.remedy)
    console.print(setup)
    table = Table(
        "provider",
        "reach",
        "key",
        "newest",
        "next release (UTC)",
        "overdue, gaps, jumps",
        title="Providers and store",
        title_justify="left",
    )
    store = Store(_folder(data_dir))
    rows = examine(store, ask=not offline)
    for row in rows:
        reach = "not asked" if row.reachable is None else "yes" if row.reachable else "no"
        due = "—" if row.next_release is None else f"{row.next_release:%Y-%m-%d %H:%M}"
        odd = (*row.overdue, *row.gaps, *row.jumps)
        shown = "; ".join(odd[:3]) + (f" and {len(odd) - 3} more" if len(odd) > 3 else "")
        table.add_row(row.title, Text(reach), row.key, str(row.newest or "—"), due, Text(shown))
    console.print(table)
    _show_ages(console, store)
    for row in rows:
        if row.reachable is False:
            console.print(Text(f"{row.title}: {row.answer}"), soft_wrap=True)
    for row in rows:
        if row.remedy:
            console.print(Text(f"{row.title} → {row.remedy}"), soft_wrap=True)
    return 0 if all(each.ok for each in checks) else 1
