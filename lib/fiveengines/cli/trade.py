"""The commands of the trade ledger: open, close, amend, list, import, export. Nothing is sent anywhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fiveengines.base import parameters
from fiveengines.base.errors import ParameterError
from fiveengines.base.formats import dollars, number
from fiveengines.cli.commands import DataDir, Params, Portfolio, Source, Who, Why, app, checked, day

if TYPE_CHECKING:
    from fiveengines.base.parameters.rotation import RotationParameters
    from fiveengines.portfolio.trades import Trade

trades = typer.Typer(
    help="The trade ledger, portfolio/trades.csv: the same file and trail that the notebook's panel writes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(trades, name="trade")

Id = Annotated[str, typer.Argument(help="Id of the trade, as `trade list` shows it.")]
Date = Annotated[
    str | None, typer.Option("--date", help="Day it takes effect (YYYY-MM-DD; default: the last session).")
]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Show the ledger as of this day (YYYY-MM-DD).")]
Stop = Annotated[float | None, typer.Option("--stop", help="Price at which the trade is wrong.")]
Target = Annotated[float | None, typer.Option("--target", help="Price hoped for.")]
Thesis = Annotated[str | None, typer.Option("--thesis", help="Why, for whoever reads it next year.")]
PointValue = Annotated[
    float | None, typer.Option("--point-value", help="Dollars that one unit gains a point.")
]


class _Place:
    """Which ledger a command is about: source, folder, rules and prices."""

    def __init__(
        self, source: str | None, data_dir: Path | None, params: Path | None, portfolio: str | None
    ) -> None:
        from fiveengines.portfolio.folders import portfolio_folder

        self.run = checked(source=source, data_dir=data_dir, params_file=params)
        self.params = parameters.load(self.run.params_file)
        self.folder = portfolio_folder(self.params, self.run, portfolio)
        self.portfolio = portfolio

    @property
    def rules(self) -> RotationParameters:
        """params/rotation.yaml."""
        from fiveengines.base import yaml_files
        from fiveengines.base.parameters.rotation import RotationParameters

        return yaml_files.load_model(self.params.beside("rotation.yaml"), RotationParameters)

    def session(self, on: str | None) -> Any:
        """The session of `on`, with its prices."""
        from fiveengines.companions.session import Session

        return Session.load(on, **self.run.model_dump(mode="json", exclude={"as_of"}))

    def day(self, on: str | None) -> dt.date:
        """`on` as a date; without one the last session."""
        from fiveengines.data import calendars

        if on is not None:
            found = day(on, "date")
            if found > dt.date.today():
                raise ParameterError(
                    f"--date {found} is in the future.", remedy="Choose today or an earlier date."
                )
            return found
        asked = self.params.weekly.as_of or dt.date.today()
        return calendars.last_completed_session(asked).date()

    def close(self, instrument: str, on: dt.date, option: str) -> float:
        """The data's close of that day; ParameterError when there is none."""
        from fiveengines.companions.rotation.inputs import close_on

        found = close_on(self.session(str(on)), instrument, on)
        if found is None:
            raise ParameterError(
                f"the data have no close of {instrument} on {on}.", remedy=f"Give a price with {option}."
            )
        return found


@trades.command(name="open")
def open_(
    instrument: Annotated[str, typer.Argument(help="Ticker: SPY, ES_F, …")],
    size: Annotated[float, typer.Option("--size", help="Shares or contracts, above zero.")],
    side: Annotated[str, typer.Option("--side", help="long or short.")] = "long",
    entry: Annotated[
        float | None, typer.Option("--entry", help="Price paid (default: the day's close in the data).")
    ] = None,
    stop: Stop = None,
    target: Target = None,
    thesis: Thesis = None,
    date: Date = None,
    point_value: PointValue = None,
    why: Why = "",
    who: Who = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Open a trade."""
    from fiveengines.portfolio import ledger

    place = _Place(source, data_dir, params, portfolio)
    ticker, on = instrument.strip().upper(), place.day(date)
    values = {
        "instrument": ticker,
        "side": side.strip().lower(),
        "size": size,
        "entry": entry if entry is not None else place.close(ticker, on, "--entry"),
        "opened": on,
        "stop": stop,
        "target": target,
        "thesis": thesis,
        "point_value": point_value or place.rules.ledger.point_values.get(ticker),
    }
    trade = ledger.open_trade(place.folder, values, why=why, who=who)
    risk = f", {dollars(trade.risk, 2)} at risk" if trade.risk else ", no stop: its risk has no bound"
    typer.echo(f"{_line(trade)}{risk}")
    return 0


@trades.command()
def close(
    trade_id: Id,
    price: Annotated[
        float | None, typer.Option("--price", help="Price received (default: the day's close in the data).")
    ] = None,
    size: Annotated[float | None, typer.Option("--size", help="Close only so much of it.")] = None,
    date: Date = None,
    why: Why = "",
    who: Who = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Close a trade, or a part of it."""
    from fiveengines.portfolio import ledger

    place = _Place(source, data_dir, params, portfolio)
    on = place.day(date)
    instrument = ledger.load(place.folder)[trade_id].instrument
    at = price if price is not None else place.close(instrument, on, "--price")
    trade = ledger.close_trade(place.folder, trade_id, at, on, size=size, why=why, who=who)
    multiple = trade.r_multiple(at)
    shown = "" if multiple is None else f", {number(multiple, 2, ' R', sign=True)}"
    typer.echo(
        f"{_line(trade)}, closed at {at:g} on {on}: {dollars(trade.dollars(at), 2)}, "
        f"{number(trade.percent(at), 1, ' %', sign=True)}{shown}"
    )
    return 0


@trades.command()
def amend(
    trade_id: Id,
    stop: Stop = None,
    target: Target = None,
    size: Annotated[float | None, typer.Option("--size", help="Mended size.")] = None,
    entry: Annotated[float | None, typer.Option("--entry", help="Mended entry.")] = None,
    thesis: Thesis = None,
    point_value: PointValue = None,
    mark: Annotated[
        float | None, typer.Option("--mark", help="Price by hand, where the data have none.")
    ] = None,
    split: Annotated[
        float | None, typer.Option("--split", help="Shares for one: 2 for two for one, 0.1 for one for ten.")
    ] = None,
    clear: Annotated[
        list[str] | None, typer.Option("--clear", help="Take stop, target or mark away; may be repeated.")
    ] = None,
    date: Date = None,
    why: Why = "",
    who: Who = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Change a trade from a day on; the trail keeps what stood before."""
    from fiveengines.portfolio import ledger

    place = _Place(source, data_dir, params, portfolio)
    given = {
        "stop": stop, "target": target, "size": size, "entry": entry, "thesis": thesis, "point_value": point_value,
        "mark": mark, "split": split,
    }  # fmt: skip
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    for name in clear or ():
        if name not in {"stop", "target", "mark"}:
            raise ParameterError(f"--clear {name!r} is not possible.", remedy="Choose stop, target or mark.")
        changes[name] = None
    trade = ledger.amend_trade(place.folder, trade_id, changes, place.day(date), why=why, who=who)
    typer.echo(_line(trade))
    return 0


@trades.command(name="list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Closed trades too.")] = False,
    as_of: AsOf = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Show trades at their marks, open risk, and closed trades counted."""
    from fiveengines.companions.rotation import inputs
    from fiveengines.companions.rotation.ledger import record

    place = _Place(source, data_dir, params, portfolio)
    session = place.session(as_of)
    held = inputs.ledger(session, place.rules, portfolio)
    if held.simulated:
        typer.echo("Simulated trades: the demo's own ledger.")
    if not held.at(session.as_of.date()):
        typer.echo(f"No trades by {session.as_of.date()} in {place.folder}.")
        return 0
    found = record(held, session, place.rules)
    for each in found["open"]:
        typer.echo(_row(each, each["mark"]))
        if each["note"]:
            typer.echo(f"       {each['note']}")
    for each in found["closed"] if every else ():
        typer.echo(f"{_row(each, each['exit'])}  closed {each['closed']}")
    totals = found["totals"]
    typer.echo(
        f"{totals['n_open']} open: {dollars(totals['open_result'], 2)}, "
        f"{dollars(totals['open_risk'], 2)} to their stops"
        + (f" ({', '.join(totals['without_stop'])} without one)" if totals["without_stop"] else "")
    )
    if totals["n_closed"]:
        line = f"{totals['n_closed']} closed: {dollars(totals['closed_result'], 2)}, {totals['gains']} with a gain"
        if totals["mean_r"] is not None:
            line += f", {number(totals['mean_r'], 2, ' R', sign=True)} on average of {totals['n_r']}"
        typer.echo(line + (" (a small sample)" if totals["small_sample"] else ""))
    return 0


@trades.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV with the ledger's columns.")],
    why: Why = "",
    who: Who = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Add the trades of a CSV file: all of them or none; what is there already is left out."""
    from fiveengines.portfolio import ledger

    place = _Place(source, data_dir, params, portfolio)
    new = ledger.import_trades(place.folder, file, why=why, who=who)
    typer.echo(f"{len(new)} trades added to {place.folder / ledger.TRADES}.")
    return 0


@trades.command()
def export(
    file: Annotated[Path, typer.Argument(help="CSV file to write.")],
    as_of: AsOf = None,
    portfolio: Portfolio = None,
    source: Source = None,
    data_dir: DataDir = None,
    params: Params = None,
) -> int:
    """Write the ledger as CSV."""
    from fiveengines.base.atomic_io import write_text
    from fiveengines.portfolio import ledger

    place = _Place(source, data_dir, params, portfolio)
    found = ledger.load(place.folder)
    chosen = found.trades if as_of is None else found.at(day(as_of, "as-of"))
    write_text(file, ledger.to_csv(chosen))
    typer.echo(f"{len(chosen)} trades: {file}")
    return 0


def _line(trade: Trade) -> str:
    stop = "" if trade.stop is None else f", stop {trade.stop:g}"
    target = "" if trade.target is None else f", target {trade.target:g}"
    return f"{trade.id}: {trade.side} {trade.size:,.10g} {trade.instrument} at {trade.entry:g}{stop}{target}"


def _row(each: dict[str, Any], price: float) -> str:
    """A trade of the ledger's record on one line, at its mark or its exit."""
    multiple = "" if each["r"] is None else f"  {number(each['r'], 2, ' R', sign=True)}"
    bought = f"{each['id']:<7} {each['side']:<5} {each['size']:>10,.10g} {each['instrument']:<8}"
    result = f"{dollars(each['result'], 2):>14}  {number(each['result_pct'], 1, ' %', sign=True):>8}"
    return f"{bought} {each['entry']:>12,.6g} → {price:<12,.6g} {result}{multiple}"
