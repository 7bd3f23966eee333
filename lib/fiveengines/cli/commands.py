"""The commands about weeks: weekly, history, backfill, archive, lab; and the shared app.

Each is a few lines: read the arguments, call one function, say what to open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from fiveengines.base import parameters, paths
from fiveengines.base.errors import ParameterError

if TYPE_CHECKING:
    from fiveengines.companions.registry import Companion

app = typer.Typer(
    name="fiveengines",
    help="A weekly market workbook: five engines, one regime, a dated report. A decision aid; it promises no return.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

# What is told when the archive around a whole report could not be renewed.
NO_INDEX = "the archive's index is not up to date, so run `fiveengines archive` once this is mended"
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Read the last completed Friday on or before this date (YYYY-MM-DD)."),
]
Source = Annotated[str | None, typer.Option("--source", help="demo, files or live.")]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of downloads (files) or of the store (live).")
]
Params = Annotated[
    Path | None, typer.Option("--params", help="A weekly.yaml; its neighbours are read with it.")
]
Out = Annotated[str | None, typer.Option("--out", help="Folder of the reports, or an fsspec URL.")]
With = Annotated[
    str | None,
    typer.Option(
        "--with",
        help="Companions that run after the week: names with commas between, all or none. Left out, a week takes "
        "those of weekly.yaml and a backfill none.",
    ),
]
Portfolios = Annotated[
    list[str] | None,
    typer.Option(
        "--portfolio",
        help="Portfolios by name, with commas between, or all; the one without a name if left out.",
    ),
]
Pdf = Annotated[
    bool,
    typer.Option(
        "--pdf", help="Also print the page and a portfolio's ticket to PDF; needs Chromium or Chrome."
    ),
]
OnSession = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        help="As of the last session on or before this date (YYYY-MM-DD); the last one if left out.",
    ),
]
Portfolio = Annotated[
    str | None, typer.Option("--portfolio", help="One of several portfolios, by its folder's name.")
]
Why = Annotated[str, typer.Option("--why", help="The reason, for the trail.")]
Who = Annotated[str | None, typer.Option("--who", help="Who enters it (default: git or system user).")]
Start = Annotated[str, typer.Option("--start", help="First date (YYYY-MM-DD).")]
End = Annotated[str, typer.Option("--end", help="Last date (YYYY-MM-DD).")]


def checked(**values: Any) -> parameters.RunParameters:
    """Arguments as the schema that notebooks use; paths become absolute, for a kernel works elsewhere."""
    plain = {name: str(value) if value is not None else None for name, value in values.items()}
    for name, value in plain.items():
        if value == "":
            option = {"params_file": "params", "out_dir": "out"}.get(name, name).replace("_", "-")
            raise ParameterError(f"--{option} is empty.", remedy="Give it a value or leave it out.")
    for name in ("data_dir", "params_file"):
        if plain.get(name):
            plain[name] = str(Path(str(plain[name])).expanduser().resolve())
    run = parameters.run_parameters(plain)
    params = parameters.load(run.params_file)
    source, folder = params.source_of(run)
    if source == "files":
        if folder is None:
            raise ParameterError("source files needs a folder.", remedy="Name it with --data-dir.")
        if not Path(folder).is_dir():
            raise ParameterError(f"{folder}: there is no such folder.", remedy="Check --data-dir.")
    if source == "demo" and run.data_dir:
        raise ParameterError(
            f"--data-dir {run.data_dir}: the demo reads no folder.",
            remedy="Add --source files or --source live.",
        )
    return run


def span(start: str, end: str) -> tuple[dt.date, dt.date]:
    """First and last date of a history, or one clear line."""
    first, last = day(start, "start"), day(end, "end")
    if first > last:
        raise ParameterError(f"--start {first} is after --end {last}.", remedy="Swap them.")
    return first, last


def day(text: str, name: str) -> dt.date:
    """A date argument, or one clear line."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise ParameterError(f"--{name} {text!r} is not a date.", remedy="Write it as YYYY-MM-DD.") from None


def with_companions(text: str | None, run: parameters.RunParameters) -> tuple[Companion, ...]:
    """The companions that --with names, else those of weekly.yaml; one clear line for an unknown name."""
    from fiveengines.companions.registry import chosen

    if text is not None:
        return chosen(text, "--with")
    params = parameters.load(run.params_file)
    return chosen(params.weekly.companions, f"{params.file}: with")


def about_portfolios(
    companions: Sequence[Companion], names: list[str] | None, run: parameters.RunParameters
) -> tuple[Companion, ...]:
    """The companions, those about a portfolio once for each that --portfolio names; one clear line for a wrong one."""
    if names is None:
        return tuple(companions)
    from fiveengines.portfolio.folders import chosen_portfolios

    if not any(each.portfolios for each in companions):
        raise ParameterError(
            "--portfolio: nothing that was asked for is about a portfolio.",
            remedy="Ask for rebalance, or leave it out.",
        )
    wanted = chosen_portfolios(names, parameters.load(run.params_file), run)
    return tuple(
        one
        for each in companions
        for one in ([each.about(name) for name in wanted] if each.portfolios else [each])
    )


@app.command()
def weekly(
    as_of: AsOf = None,
    source: Source = None,
    data_dir: DataDir = None,
    out: Out = None,
    params: Params = None,
    companions: With = None,
    portfolio: Portfolios = None,
    pdf: Pdf = False,
    mail_out: Annotated[
        Path | None, typer.Option("--mail-out", help="Also write a message that is ready to send (.eml).")
    ] = None,
) -> int:
    """Read one week and write its report."""
    from fiveengines.archive import past_calls, rebuild
    from fiveengines.cli.progress import steps
    from fiveengines.report.afterwards import told_only
    from fiveengines.report.exports import Exports
    from fiveengines.report.store import store_of
    from fiveengines.report.weekly import write_week

    run = checked(as_of=as_of, source=source, data_dir=data_dir, params_file=params, out_dir=out)
    chosen = about_portfolios(with_companions(companions, run), portfolio, run)
    exports = Exports(pdf=pdf, mail_out=mail_out)
    with steps("This week") as show:
        store = store_of(run)
        told = partial(past_calls, store, params_file=run.params_file)
        written = write_week(run, companions=chosen, on_progress=show, exports=exports.add, past_calls=told)
        with told_only(NO_INDEX):
            built = rebuild(store, closes=written.made.closes, params_file=run.params_file)
            written = written.published_at(built.address)
    code = written.report_to_terminal()
    exports.after(written)
    return code


@app.command()
def companion(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which question; a wrong name lists them.")],
    as_of: OnSession = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Where the companion's window begins (YYYY-MM-DD).")
    ] = None,
    data_only: Annotated[
        bool, typer.Option("--data-only", help="Write NAME.json alone; no notebook runs.")
    ] = False,
    portfolio: Portfolios = None,
    pdf: Pdf = False,
    source: Source = None,
    data_dir: DataDir = None,
    out: Out = None,
    params: Params = None,
) -> int:
    """Answer one further question for one session and write its page."""
    from fiveengines.archive import rebuild
    from fiveengines.cli.progress import steps
    from fiveengines.companions.registry import companion as named
    from fiveengines.report.afterwards import told_only
    from fiveengines.report.companion import write_companions
    from fiveengines.report.exports import Exports
    from fiveengines.report.store import store_of

    if pdf and data_only:
        raise ParameterError("--data-only makes no page to print.", remedy="Leave --pdf out.")
    chosen, begin = named(name), None if start is None else day(start, "from")
    run = checked(as_of=as_of, source=source, data_dir=data_dir, params_file=params, out_dir=out)
    several, exports = about_portfolios([chosen], portfolio, run), Exports(pdf=pdf)
    with steps(chosen.title) as show:
        written = write_companions(
            several,
            run,
            begin,
            data_only=data_only,
            on_progress=show,
            exports=exports.add_to_companion,
        )
        with told_only(NO_INDEX):
            rebuild(store_of(run))
    return max(each.report_to_terminal() for each in written)


@app.command()
def claims(
    as_of: OnSession = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write them to this file: FILE.json or FILE.csv.")
    ] = None,
) -> int:
    """Mark every claim of the sources: true, false, depends on the window, or untestable."""
    from fiveengines.base.atomic_io import write_text
    from fiveengines.companions import answers
    from fiveengines.companions import claims as room
    from fiveengines.companions.registry import companion
    from fiveengines.companions.session import Session
    from fiveengines.report.companion_json import companion_document, json_text

    if out is not None and out.suffix.lower() not in {".json", ".csv"}:
        raise ParameterError(
            f"--out {out}: neither a .json nor a .csv file.", remedy="Give it one of these endings."
        )
    run = checked(as_of=as_of, source=source, data_dir=data_dir, params_file=params)
    session = Session.load(**run.model_dump(mode="json"))
    found = cast(room.Result, answers.answer(companion(room.NAME), session))
    if out is not None:
        text = json_text(companion_document(session, found))
        write_text(out, text if out.suffix.lower() == ".json" else room.as_csv(found))
    else:
        for each in found.claims:
            typer.echo(f"{each.verdict:<11} {each.id:<32} {each.claim}")
    typer.echo(
        f"{'SIMULATED. ' * session.simulated}{found.bottom_line}{f' {out}' if out is not None else ''}"
    )
    return 0


@app.command()
def history(
    start: Start,
    end: End,
    out: Annotated[Path, typer.Option("--out", help="CSV file to write.")],
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Write one row a week: scores, states, regime, aggressiveness, inflections."""
    from fiveengines.base.atomic_io import write_text
    from fiveengines.week import history_table

    first, last = span(start, end)
    if last > dt.date.today():
        raise ParameterError(f"--end {last} is in the future.", remedy="Choose today or an earlier date.")
    run = checked(source=source, data_dir=data_dir, params_file=params)
    table = history_table(first, last, source=run.source, data_dir=run.data_dir, params_file=run.params_file)
    write_text(out, table.to_csv(date_format="%Y-%m-%d", lineterminator="\n"))
    simulated = parameters.load(run.params_file).source_of(run)[0] == "demo"
    typer.echo(
        f"{'SIMULATED. ' * simulated}{len(table)} weeks, {table.index[0].date()} to {table.index[-1].date()}: {out}"
    )
    return 0


@app.command()
def lab(
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Port on localhost; the next free one when taken."),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
    allow_root: Annotated[bool, typer.Option("--allow-root", help="Run although you are root.")] = False,
) -> int:
    """Open JupyterLab on the notebooks, on this machine only."""
    import os
    import sys

    from fiveengines.base.jupyter_home import with_lab_settings
    from fiveengines.cli.run import until_stopped

    folder = paths.notebooks_dir()
    if paths.is_shipped(folder):
        raise ParameterError(
            "there is no project folder here, and notebooks are not opened inside the installed package.",
            remedy="Make one with `fiveengines init DIR` and call this in it.",
        )
    start = folder / "Start.ipynb"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.answer_yes=True",
    ]
    # the application's own default: the server's is overruled by JupyterLab's
    command += [f"--LabApp.default_url=/lab/tree/{start.name}"] if start.is_file() else []
    command += [f"--ServerApp.port={port}"] if port else []
    command += ["--no-browser"] if no_browser else []
    command += ["--allow-root"] if allow_root else []
    typer.echo(f"JupyterLab opens {folder}; stop it with Ctrl-C.")
    # kernels work in the folders of their notebooks and would look for the choice there
    own = {
        "FIVEENGINES_CHOICE": str(paths.choice_file().resolve()),
        paths.PROJECT: str(paths.working_root().resolve()),
    }
    return until_stopped(command, with_lab_settings({**os.environ, **own}))
