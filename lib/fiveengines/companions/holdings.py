"""What the session's own portfolio holds; companions that plan or stress it ask here.

Finds and reads; nothing is planned here.
"""

from __future__ import annotations

from pathlib import Path

from fiveengines.base import yaml_files
from fiveengines.base.errors import DataError
from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.companions.session import Session
from fiveengines.portfolio import demo_holdings, splits
from fiveengines.portfolio.folders import portfolio_folder, portfolio_names
from fiveengines.portfolio.holdings import FILE, Holdings, read_holdings


def folder_of(session: Session) -> Path:
    """The folder of the session's portfolio; it need not exist."""
    return portfolio_folder(session.params, session.run, session.portfolio or None)


def holdings(session: Session, missing: list[str]) -> Holdings | None:
    """What is held that evening: holdings.csv of the session's portfolio; the demo's simulated one while it has none.

    Lots bought later are left out, and those split since are in the shares of the price history; `notes` says so.
    DataError for a file that cannot be read as one, and for a portfolio with a name that has none.
    """
    path = folder_of(session) / FILE
    if path.is_file():
        return _on_that_evening(session, read_holdings(path), path.parent)
    if session.portfolio:
        raise DataError(
            "there is no such file.", where=str(path), remedy="One row a lot: ticker,shares,cost."
        )
    if session.simulated:
        prices = session.panel.prices(list(demo_holdings.DOLLARS))
        return demo_holdings.simulated_holdings(prices)
    others = portfolio_names(session.params, session.run)
    hint = f" Portfolios with a name: {', '.join(others)}; choose with --portfolio." if others else ""
    missing.append(f"The portfolio: no {FILE} in {path.parent.name}/, so there is nothing to plan.{hint}")
    return None


def _on_that_evening(session: Session, found: Holdings, folder: Path) -> Holdings:
    day = session.as_of.date()
    held = splits.held_on(found, day)
    # The trade ledger's rules: what a split is does not depend on who asks.
    rules = yaml_files.load_model(session.params.beside("rotation.yaml"), RotationParameters).ledger
    return splits.after_splits(
        held,
        session.panel.prices(list(held.positions)),
        splits.read_splits(folder / splits.FILE),
        day,
        rules.splits,
        tolerance=rules.split_tolerance,
        usual=rules.entry_tolerance,
    )
