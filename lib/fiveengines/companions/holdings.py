"""What the session's own portfolio holds; companions that plan or stress it ask here.

Finds and reads; nothing is planned here.
"""

from __future__ import annotations

from fiveengines.base.errors import DataError
from fiveengines.companions.session import Session
from fiveengines.portfolio import demo_holdings
from fiveengines.portfolio.folders import portfolio_folder
from fiveengines.portfolio.holdings import FILE, Holdings, read_holdings


def holdings(session: Session, portfolio: str | None, missing: list[str]) -> Holdings | None:
    """What is held: holdings.csv of the source's own portfolio; the demo's simulated one while it has none."""
    path = portfolio_folder(session.params, session.run, portfolio) / FILE
    if path.is_file():
        return read_holdings(path)
    if portfolio:
        raise DataError(
            "there is no such file.", where=str(path), remedy="One row a lot: ticker,shares,cost."
        )
    if session.simulated:
        prices = session.panel.prices(list(demo_holdings.DOLLARS))
        return demo_holdings.simulated_holdings(prices)
    missing.append(f"The portfolio: no {FILE} in {path.parent.name}/, so there is nothing to plan.")
    return None
