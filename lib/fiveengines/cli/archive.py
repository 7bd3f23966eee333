"""The commands about many reports: backfill and archive.

Each is a few lines: read the arguments, call one function, say what became of it.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import partial
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from fiveengines.base.errors import ParameterError
from fiveengines.cli.commands import (
    NO_INDEX,
    DataDir,
    End,
    Out,
    Params,
    Portfolios,
    Source,
    Start,
    With,
    about_portfolios,
    app,
    checked,
    day,
    span,
    with_companions,
)

if TYPE_CHECKING:
    from fiveengines.report.store import ReportStore

Again = Annotated[
    str | None, typer.Option("--again", help="Render this week again as it was asked for (YYYY-MM-DD).")
]


@app.command()
def backfill(
    start: Start,
    end: End,
    workers: Annotated[int, typer.Option("--workers", help="Weeks made at the same time.")] = 1,
    source: Source = None,
    data_dir: DataDir = None,
    out: Out = None,
    params: Params = None,
    companions: With = None,
    portfolio: Portfolios = None,
    executor: Annotated[
        str, typer.Option("--executor", help="local, or dask:ADDRESS of a scheduler.")
    ] = "local",
    force: Annotated[
        bool, typer.Option("--force", help="Also write weeks whose report is up to date.")
    ] = False,
) -> int:
    """Write many weekly reports; call it again to go on where it stopped."""
    from fiveengines.archive import rebuild
    from fiveengines.cli.progress import steps
    from fiveengines.report.backfill import backfill as run_weeks
    from fiveengines.report.store import store_of

    first, last = span(start, end)
    run = checked(source=source, data_dir=data_dir, params_file=params, out_dir=out)
    # What weekly.yaml names goes with the week at hand; many weeks are made alone unless they are asked for.
    chosen = about_portfolios(
        with_companions("none" if companions is None else companions, run), portfolio, run
    )
    try:
        with steps("Reports", remaining=True) as show:
            summary = run_weeks(
                run,
                first,
                last,
                companions=chosen,
                count=workers,
                executor=executor,
                force=force,
                on_progress=show,
            )
    except (Exception, KeyboardInterrupt):
        store = store_of(run)
        if store.local is None or store.local.is_dir():
            rebuild(store)
        raise
    built = rebuild(store_of(run), closes=summary.closes, params_file=run.params_file)
    for line in [*summary.lines(), f"Open {built.page}"]:
        typer.echo(line)
    return summary.exit_code


@app.command()
def archive(
    out: Out = None,
    base_url: Annotated[
        str | None,
        typer.Option(
            "--base-url",
            help="Where the archive is published, for the feed's links; remembered from then on.",
        ),
    ] = None,
    keep_weeks: Annotated[
        int | None, typer.Option("--keep-weeks", help="Remove all but this many newest weeks.")
    ] = None,
    keep_revisions: Annotated[
        int | None, typer.Option("--keep-revisions", help="Keep this many earlier renderings of each week.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and remove nothing.")
    ] = False,
    again: Again = None,
) -> int:
    """Rebuild the index of all reports; remove old ones; render one again."""
    from fiveengines.archive import archives, rebuild, retention
    from fiveengines.report.saving import SIMULATED
    from fiveengines.report.store import DEMO

    stores = archives(out)
    store = stores[0]
    if store.local is not None and not store.local.is_dir():
        raise ParameterError(
            f"{store.label}: there is no such folder.",
            remedy="Check --out, or write a first report with `fiveengines weekly`.",
        )
    if again is not None:
        others = {"--base-url": base_url, "--keep-weeks": keep_weeks, "--keep-revisions": keep_revisions}
        given = [name for name, value in others.items() if value is not None] + ["--dry-run"] * dry_run
        if given:
            raise ParameterError(
                f"--again renders one week and takes no {given[0]}.", remedy="Give them in two calls."
            )
        return _again(day(again, "again"), stores)
    if base_url and not _is_address(base_url):
        raise ParameterError(
            f"--base-url {base_url!r} is not an address.", remedy="Write it as https://example.org/reports."
        )
    if dry_run and keep_weeks is None and keep_revisions is None:
        raise ParameterError(
            "--dry-run shows what --keep-weeks or --keep-revisions would remove.", remedy="Give one of them."
        )
    plans = [retention.plan(each, keep_weeks=keep_weeks, keep_revisions=keep_revisions) for each in stores]
    for store, going in zip(stores, plans, strict=True):
        for each in going:
            if not dry_run:
                retention.remove(store, [each])
            inside = f"{DEMO}/" if store.simulated else ""
            typer.echo(f"{'would remove' if dry_run else 'removed'} {inside}{each.line()}")
    if dry_run:
        sizes = [each.size for going in plans for each in going]
        typer.echo(f"{len(sizes)} folders, {sum(sizes) / 1e6:.1f} MB; nothing was removed.")
        return 0
    # The real weeks last: rebuilding them may move simulated ones out, and their page links to the other.
    for store in reversed(stores):
        address = f"{base_url.rstrip('/')}/{DEMO}" if base_url and store.simulated else base_url
        lines = rebuild(store, base_url=address).lines()
        typer.echo("\n".join([f"{SIMULATED}. " * store.simulated + lines[0], *lines[1:]]))
    return 0


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not re.search(r"\s", text)


def _again(week: dt.date, stores: list[ReportStore]) -> int:
    import json

    from fiveengines.archive import past_calls, rebuild
    from fiveengines.cli.progress import steps
    from fiveengines.companions.registry import labelled
    from fiveengines.report.afterwards import told_only
    from fiveengines.report.rerender import differences, original_companions, original_parameters
    from fiveengines.report.saving import READING
    from fiveengines.report.weekly import write_week

    name = week.isoformat()
    store = next((each for each in stores if name in each.folders()), stores[0])
    run, before = original_parameters(store, name, (store.above or store).url)
    run = checked(**run.model_dump())
    with steps("Again") as show:
        known = map(labelled, original_companions(before))
        companions = [each for each in known if each is not None]
        told = partial(past_calls, store, params_file=run.params_file)
        written = write_week(run, companions=companions, on_progress=show, past_calls=told)
        with told_only(NO_INDEX):
            rebuild(store, closes=written.made.closes, params_file=run.params_file)
    if not written.made.failures:
        found = differences(
            before, json.loads(store.read([f"{name}/{READING}"])[f"{name}/{READING}"] or b"{}")
        )
        for line in found:
            typer.echo(line)
        typer.echo("Not the same as before; see above." if found else "The same reading as before.")
    return written.report_to_terminal()
