"""The commands of the portfolio: its order list as a file, a broker's export as holdings. Nothing is sent anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fiveengines.base import parameters
from fiveengines.base.errors import ParameterError
from fiveengines.cli.commands import DataDir, OnSession, Params, Portfolio, Source, Why, app, checked, day

if TYPE_CHECKING:
    from fiveengines.companions.rebalance import Result
    from fiveengines.companions.session import Session
    from fiveengines.portfolio.holdings import Holdings

holdings = typer.Typer(
    help="The holdings, portfolio/holdings.csv.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(holdings, name="holdings")


def _session(
    as_of: str | None, portfolio: str | None, source: str | None, data_dir: Path | None, params: Path | None
) -> Session:
    """The session that the options mean; ParameterError for a portfolio that is not there, with the nearest name."""
    from fiveengines.companions.session import Session
    from fiveengines.portfolio.folders import chosen_portfolios

    run = checked(as_of=as_of, source=source, data_dir=data_dir, params_file=params)
    if portfolio is not None:
        chosen_portfolios([portfolio], parameters.load(run.params_file), run)
    return Session.load(**run.model_dump(mode="json"), portfolio=portfolio)


def _held(session: Session) -> Holdings:
    from fiveengines.companions.holdings import holdings as read

    missing: list[str] = []
    found = read(session, missing)
    if found is None:
        raise ParameterError(missing[0])
    return found


@app.command()
def orders(
    as_of: OnSession = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write them to this CSV file, as brokers import it.")
    ] = None,
    ticket: Annotated[
        Path | None,
        typer.Option("--ticket", help="Write them to this page, a sheet to print (.html or .pdf)."),
    ] = None,
    choose: Annotated[
        bool, typer.Option("--choose", help="Note them as chosen; the next session compares what was done.")
    ] = False,
    why: Why = "",
) -> int:
    """List the orders that would bring the holdings to the week's target; nothing is sent anywhere."""
    from fiveengines.base.atomic_io import write_text
    from fiveengines.companions import rebalance
    from fiveengines.companions.order_list import orders_csv

    session = _session(as_of, portfolio, source, data_dir, params)
    found = rebalance.analyse(session)
    for each in found.orders:
        side = "buy" if each.shares > 0 else "sell"
        waits = f", {each.condition}" if each.condition else ""
        typer.echo(
            f"{side:<5}{abs(each.shares):>10,g} {each.ticker:<8} at {each.reference_price:,.2f}{waits}"
        )
    if out is not None:
        write_text(out, orders_csv(rebalance.order_lines(found.orders)))
    if ticket is not None:
        _write_ticket(session, found, ticket.expanduser())
    if choose:
        made = rebalance.chosen_now(session, why)
        typer.echo(f"{len(made.orders)} orders noted in {made.where}.")
    typer.echo(
        f"{'SIMULATED. ' * session.simulated}{found.bottom_line}{f' {out}' if out is not None else ''}"
    )
    return 0


def _write_ticket(session: Session, found: Result, place: Path) -> None:
    from fiveengines.base.atomic_io import write_bytes
    from fiveengines.companions.registry import companion
    from fiveengines.report.companion_json import companion_document
    from fiveengines.report.page.pdf import print_page
    from fiveengines.report.page.ticket import ticket, why_none

    if place.suffix.lower() not in {".html", ".pdf"}:
        raise ParameterError(f"--ticket {place}: neither a .html nor a .pdf file.")
    document = companion_document(session, found)
    if why := why_none(document):
        raise ParameterError(f"--ticket: {why}.")
    page = ticket(companion("rebalance").about(session.portfolio).page, document)
    write_bytes(place, print_page(page) if place.suffix.lower() == ".pdf" else page.encode())


@holdings.command("decide")
def decide(
    ticker: Annotated[str, typer.Argument(help="A ticker that is held.")],
    target: Annotated[float | None, typer.Option("--target", help="Price at which to take the gain.")] = None,
    stop: Annotated[float | None, typer.Option("--stop", help="Price at which to take the loss.")] = None,
    cap: Annotated[
        float | None, typer.Option("--cap", help="Most of the portfolio in it, a share such as 0.05.")
    ] = None,
    hold: Annotated[bool, typer.Option("--hold", help="Leave it alone.")] = False,
    exclude: Annotated[bool, typer.Option("--exclude", help="Sell it.")] = False,
    take_back: Annotated[
        bool, typer.Option("--take-back", help="Take back every decision about it first.")
    ] = False,
    why: Why = "",
    until: Annotated[str | None, typer.Option("--until", help="Last day it counts (YYYY-MM-DD).")] = None,
    as_of: OnSession = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Decide by hand about one position; holdings.csv stays as it is, and the trail keeps who, when and why."""
    from fiveengines.companions.holdings import folder_of
    from fiveengines.portfolio import decisions

    session = _session(as_of, portfolio, source, data_dir, params)
    name, found = ticker.strip().upper(), _held(session)
    given = {"target": target, "stop": stop, "cap": cap}
    given |= {"hold": decisions.YES if hold else None, "exclude": decisions.YES if exclude else None}
    place, on = folder_of(session), session.as_of.date()
    force = {each.kind for each in decisions.in_force(decisions.decisions(place), on) if each.ticker == name}
    changes = [
        (name, kind, given[kind])
        for kind in decisions.KINDS
        if given[kind] is not None or (take_back and kind in force)
    ]
    last = None if until is None else day(until, "until")
    added = decisions.decide(place, found.positions, changes, on, until=last, why=why)
    typer.echo(f"{len(added)} decided about {name} from {on}: {place / decisions.DECISIONS}")
    return 0


@holdings.command("list")
def list_holdings(
    as_of: OnSession = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """List what is held, and the decisions in force."""
    from fiveengines.companions.holdings import folder_of
    from fiveengines.portfolio import decisions

    session = _session(as_of, portfolio, source, data_dir, params)
    found = _held(session)
    for each in found.positions.values():
        paid = "" if each.cost is None else f" at {each.cost:,.2f}"
        typer.echo(f"{each.ticker:<8}{each.shares:>12,g}{paid}")
    typer.echo(f"{'CASH':<8}{found.cash:>12,.2f}")
    for one in decisions.in_force(decisions.decisions(folder_of(session)), session.as_of.date()):
        figure = "" if one.kind in {"hold", "exclude"} else f" {one.value:g}"
        typer.echo(f"{one.ticker}: {one.kind}{figure}, {one.who} on {one.on}: {one.why}")
    return 0


@holdings.command("import")
def import_holdings(
    file: Annotated[Path, typer.Argument(help="A broker's export of positions, as CSV.")],
    broker: Annotated[
        str, typer.Option("--broker", help="Whose export it is, by its name in params/rebalance.yaml.")
    ],
    cash: Annotated[
        float, typer.Option("--cash", help="Dollars in cash, which exports often leave out.")
    ] = 0.0,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Replace the holdings that are there; the old file is kept beside."),
    ] = False,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Write portfolio/holdings.csv from a broker's export of positions."""
    from fiveengines.base import yaml_files
    from fiveengines.base.atomic_io import write_text
    from fiveengines.base.parameters.rebalance import RebalanceParameters
    from fiveengines.portfolio.folders import portfolio_folder
    from fiveengines.portfolio.holdings import FILE, Holdings, holdings_csv, import_positions

    run = checked(source=source, data_dir=data_dir, params_file=params)
    read = parameters.load(run.params_file)
    known = yaml_files.load_model(read.beside("rebalance.yaml"), RebalanceParameters).brokers
    if broker not in known:
        hint = yaml_files.suggestion(broker, known)
        raise ParameterError(f"--broker {broker}: not in params/rebalance.yaml.{hint}")
    if cash < 0:
        raise ParameterError(f"--cash {cash:g}: cash cannot be below zero.")
    found = import_positions(file.expanduser(), known[broker])
    place = portfolio_folder(read, run, portfolio) / FILE
    if place.is_file():
        if not replace:
            raise ParameterError(
                f"{place}: there are holdings already.", remedy="Add --replace; the old file is kept beside."
            )
        write_text(place.with_suffix(".csv.before"), place.read_text(encoding="utf-8"))
    place.parent.mkdir(parents=True, exist_ok=True)
    write_text(place, holdings_csv(Holdings(found.positions, found.cash + cash)))
    typer.echo(f"{len(found.positions)} positions: {place}")
    return 0
