"""The commands of the portfolio: its order list as a file, a broker's export as holdings. Nothing is sent anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fiveengines.base import parameters
from fiveengines.base.errors import ParameterError
from fiveengines.cli.commands import DataDir, Params, Source, app, checked

holdings = typer.Typer(
    help="The holdings, portfolio/holdings.csv.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(holdings, name="holdings")

Portfolio = Annotated[
    str | None, typer.Option("--portfolio", help="One of several portfolios, by its folder's name.")
]


@app.command()
def orders(
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", help="Plan as of the last session on or before this date (YYYY-MM-DD)."),
    ] = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write them to this CSV file, as brokers import it.")
    ] = None,
) -> int:
    """List the orders that would bring the holdings to the week's target; nothing is sent anywhere."""
    from fiveengines.base.atomic_io import write_text
    from fiveengines.companions import rebalance
    from fiveengines.companions.session import Session
    from fiveengines.portfolio.folders import chosen_portfolios

    run = checked(as_of=as_of, source=source, data_dir=data_dir, params_file=params)
    if portfolio is not None:
        chosen_portfolios([portfolio], parameters.load(run.params_file), run)
    session = Session.load(**run.model_dump(mode="json"), portfolio=portfolio)
    found = rebalance.analyse(session)
    for each in found.orders:
        side = "buy" if each.shares > 0 else "sell"
        waits = f", {each.condition}" if each.condition else ""
        typer.echo(
            f"{side:<5}{abs(each.shares):>10,g} {each.ticker:<8} at {each.reference_price:,.2f}{waits}"
        )
    if out is not None:
        write_text(out, rebalance.orders_csv(found))
    typer.echo(
        f"{'SIMULATED. ' * session.simulated}{found.bottom_line}{f' {out}' if out is not None else ''}"
    )
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
