"""What else moved with the index, and the pattern that it makes.

Pure functions; the thresholds come from params/selloff.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

from fiveengines.base.parameters.selloff import PatternRules

# name → (title, ids in order of choice, unit). Bonds by price, so that up is up everywhere.
ASSETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "index": ("S&P 500", ("SPX",)),
    "bonds": ("Treasuries", ("TLT", "IEF", "ZN_F")),
    "credit": ("High-yield credit", ("HYG", "JNK", "LQD")),
    "dollar": ("Dollar", ("DX_F", "UUP")),
    "gold": ("Gold", ("GC_F", "GLD")),
    "silver": ("Silver", ("SI_F", "SLV")),
    "copper": ("Copper", ("HG_F",)),
    "oil": ("Oil", ("CL_F", "USO", "DCOILWTICO")),
    "bitcoin": ("Bitcoin", ("BTC_USD",)),
    "yen": ("Yen", ("6J_F",)),
}
CREDIT = "credit leads: spreads widened by more than such a fall explains"
RATES = "bonds fell with stocks: rates"
RISK_BUDGETS = "everything down but cash: risk budgets cut"
GROWTH = "bonds up, what depends on growth down: growth scare"
SAFETY = "bonds up, the rest mixed: flight to safety"
STOCKS = "no pattern across assets: the fall is in stocks"
_RISK = ("silver", "copper", "oil", "bitcoin", "credit")


def pattern(z: Mapping[str, float], credit_excess: float | None, rules: PatternRules) -> str:
    """The name of the pattern; empty where no name fits or too few assets are there.

    z: asset → standard deviations of its move over the window; bonds by price or by the fall of the 10-year yield.
    credit_excess: standard deviations by which high-yield spreads widened beyond the usual in a fall of this size.
    """
    if len(z) < rules.assets or "bonds" not in z:
        return ""
    moved = rules.moved
    bonds, gold = z["bonds"], z.get("gold")
    risk = [z[each] for each in _RISK if each in z]
    down = sum(each < -moved for each in risk)
    most = bool(risk) and down > len(risk) / 2
    names = (
        (credit_excess is not None and credit_excess > 2.0 * moved and bonds > 0, CREDIT),
        (bonds < -moved, RATES),
        (gold is not None and gold < -moved and most and bonds < moved, RISK_BUDGETS),
        (bonds > moved and most, GROWTH),
        (bonds > moved, SAFETY),
    )
    return next((name for holds, name in names if holds), STOCKS)
