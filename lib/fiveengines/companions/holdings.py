"""What the session's own portfolio holds; companions that plan or stress it ask here.

Finds and reads; nothing is planned here.
"""

from __future__ import annotations

from pathlib import Path

from fiveengines.base.errors import DataError
from fiveengines.companions.session import Session
from fiveengines.portfolio import demo_holdings
from fiveengines.portfolio.folders import portfolio_folder, portfolio_names
from fiveengines.portfolio.holdings import FILE, Holdings, read_holdings


def folder_of(session: Session) -> Path:
    """The folder of the session's portfolio; it need not exist."""
    return portfolio_folder(session.params, session.run, session.portfolio or None)


def holdings(session: Session, missing: list[str]) -> Holdings | None:
    """What is held: holdings.csv of the session's portfolio; the demo's simulated one while it has none.

    DataError for a file that cannot be read as one, and for a portfolio with a name that has none.
    """
    path = folder_of(session) / FILE
    if path.is_file():
        return read_holdings(path)
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
