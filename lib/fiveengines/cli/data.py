"""The commands about data: fetch, import, doctor."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from fiveengines.base import paths
from fiveengines.base.errors import ParameterError
from fiveengines.cli.commands import DataDir, app, day

if TYPE_CHECKING:
    from fiveengines.data.fetch import Event

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
            report = run(Store(_folder(data_dir)), since=first, only=only, on_event=show)
        except KeyboardInterrupt:
            console.print("stopped; what had come is stored, and the next fetch goes on from there")
            return 130
    for outcome in report.outcomes:
        typer.echo(outcome.line())
    return report.exit_code


@app.command(name="import")
def import_files(
    folder: Annotated[Path, typer.Argument(help="A folder of downloads.")], data_dir: DataDir = None
) -> int:
    """Add a folder of downloads to the local store."""
    from fiveengines.data.store import Store

    added = Store(_folder(data_dir)).import_directory(folder.expanduser())
    typer.echo(
        f"{sum(added.values())} new rows in {sum(1 for rows in added.values() if rows)} series from {folder}"
    )
    return 0


@app.command()
def doctor(
    data_dir: DataDir = None,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the providers.")] = False,
) -> int:
    """Show what works, what is stale or odd, and the one command that corrects it."""
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
    rows = examine(Store(_folder(data_dir)), ask=not offline)
    for row in rows:
        reach = "not asked" if row.reachable is None else "yes" if row.reachable else "no"
        due = "—" if row.next_release is None else f"{row.next_release:%Y-%m-%d %H:%M}"
        odd = (*row.overdue, *row.gaps, *row.jumps)
        shown = "; ".join(odd[:3]) + (f" and {len(odd) - 3} more" if len(odd) > 3 else "")
        table.add_row(row.title, Text(reach), row.key, str(row.newest or "—"), due, Text(shown))
    console.print(table)
    for row in rows:
        if row.reachable is False:
            console.print(Text(f"{row.title}: {row.answer}"), soft_wrap=True)
    for row in rows:
        if row.remedy:
            console.print(Text(f"{row.title} → {row.remedy}"), soft_wrap=True)
    return 0 if all(each.ok for each in checks) else 1
