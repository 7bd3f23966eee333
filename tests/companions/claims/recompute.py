"""Five claims of the ledger from raw files, with nothing of the package: `python recompute.py DATA_DIR LAST_DAY`.

Prints id → windows → figure, n and, where there is one, the 90 % interval, as JSON. Rules are those of
docs/COMPANIONS.md and params/claims.yaml, each written here a second time in about ten lines.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

FOLDER, LAST = Path(sys.argv[1]), sys.argv[2]
SECTORS = ["XLK", "XLF", "XLE", "XLV", "XLI", "XLY", "XLP", "XLU", "XLB", "XLRE", "XLC"]


def column(file: str, name: str) -> pd.Series:
    """One column of a CSV file by its dates, to the last day."""
    table = pd.read_csv(FOLDER / file, index_col=0, parse_dates=True, na_values=".")
    return table[name].dropna().loc[:LAST]


def falls(price: pd.Series, depth: float) -> list[tuple[pd.Series, float, bool]]:
    """Each stretch below a high that went `depth` per cent down: its closes from the high on, the high, and whether it
    ended back there."""
    high = price.cummax()
    parts = [part for _, part in price.groupby((price >= high).cumsum())]
    deep = [(part, part.iloc[0], part is not parts[-1]) for part in parts]
    return [each for each in deep if (each[0] <= each[1] * (1 - depth / 100)).any()]


def resolved(price: pd.Series, depth: float, back: pd.Series | None) -> tuple[float, int]:
    """Per cent of falls that made the old high before a new low, once they had won back half or their average."""
    outcomes = []
    for part, high, ended in falls(price, depth):
        own = part[(part <= high * (1 - depth / 100)).cummax()]
        won = own >= own.cummin() + (high - own.cummin()) / 2
        if back is not None:
            own_back = back.reindex(own.index)
            won = (own > own_back) & (own < own_back).cummax()
        if won.any():
            low = part.loc[: won.idxmax()].min()
            outcomes += [0.0] if (part.loc[won.idxmax() :] < low).any() else [100.0] if ended else []
    return float(np.mean(outcomes)), len(outcomes)


def half_retraced() -> dict:
    price = column("prices/SPX.csv", "close")
    return {f"falls of {depth} %": resolved(price, depth, None) for depth in (5, 10, 15)}


def first_pivot() -> dict:
    price = column("prices/SPX.csv", "close")
    average = price.rolling(200).mean()
    return {f"falls of {depth} %": resolved(price, depth, average) for depth in (5, 10, 15)}


def rate_beta() -> dict:
    """Per cent that NVIDIA loses for a tenth of a point of the 10-year, beside the index (yields are a day late)."""
    price, yields = column("prices/SPX.csv", "close"), column("fred/DGS10.csv", "DGS10").iloc[:-1]
    stock = pd.read_parquet(FOLDER / "prices/sp500_constituents.parquet", columns=["NVDA"])["NVDA"].astype(
        "float64"
    )
    daily = pd.DataFrame({"stock": 100 * stock.reindex(price.index).pct_change(fill_method=None)})
    daily = daily.assign(
        one=1.0, rate=yields.reindex(price.index).diff(), market=100 * price.pct_change()
    ).dropna()
    found = {}
    for count in (252, 504, 1260):
        part = daily.tail(count)
        x = part[["one", "rate", "market"]].to_numpy()
        found[f"{count} sessions"] = (
            -np.linalg.solve(x.T @ x, x.T @ part["stock"].to_numpy())[1] / 10,
            count,
        )
    return found


def losers_bounce() -> dict:
    """What the sectors that had lost most against the index gained on it, once it was 5 % above the low of a fall."""
    price = column("prices/SPX.csv", "close")
    funds = pd.DataFrame({name: column(f"prices/{name}.csv", "close") for name in SECTORS}).reindex(
        price.index
    )
    behind = funds.pct_change(63, fill_method=None).sub(price.pct_change(63), axis=0)
    score = (behind - behind.rolling(756, min_periods=378).mean()) / behind.rolling(
        756, min_periods=378
    ).std()
    ups = []
    for part, high, _ in falls(price, 10):
        own = part[(part <= 0.9 * high).cummax()]
        ups += [(own >= 1.05 * own.cummin()).idxmax()] if (own >= 1.05 * own.cummin()).any() else []
    found = {}
    for ahead in (21, 63, 126):
        gains = []
        for at in (price.index.get_loc(day) for day in ups if score.loc[day].notna().sum() >= 3):
            if at + ahead < len(price):
                worst = score.iloc[at].dropna().sort_values().index[: round(score.iloc[at].notna().sum() / 3)]
                gain = (funds[worst].iloc[at + ahead] / funds[worst].iloc[at]).mean()
                gains.append(100 * (gain - price.iloc[at + ahead] / price.iloc[at]))
        mean, side = np.mean(gains), 1.645 * np.std(gains, ddof=1) / np.sqrt(len(gains))
        found[f"{ahead} sessions"] = (mean, len(gains), mean - side, mean + side)
    return found


def discount_gain() -> dict:
    """What the index gained after sessions with the VIX below its realised volatility over all of four windows."""
    price = column("prices/SPX.csv", "close")
    vix = column("cboe/VIX_History.csv", "CLOSE").reindex(price.index)
    steps = np.log(price).diff()
    below = [vix < 100 * 252**0.5 * steps.rolling(n).std() for n in (10, 20, 30, 60)]
    cheap = pd.concat(below, axis=1).all(axis=1)
    found, chance = {}, np.random.default_rng(1)
    for ahead in (5, 21, 63):
        gain = (100 * (price.shift(-ahead) / price - 1)).dropna()
        flag, values = cheap.reindex(gain.index).to_numpy(), gain.to_numpy()
        count, draws = len(values), []
        for _ in range(1000):  # Politis and Romano (1994): blocks of a quarter on average, on a circle
            lengths = chance.geometric(1 / 63, count // 20)
            starts = chance.integers(count, size=len(lengths))
            blocks = [start + np.arange(n) for start, n in zip(starts, lengths, strict=True)]
            rows = np.concatenate(blocks)[:count] % count
            draws.append(values[rows][flag[rows]].mean() if flag[rows].any() else np.nan)
        low, high = np.nanquantile(draws, [0.05, 0.95]) - values.mean()
        found[f"{ahead} sessions"] = (values[flag].mean() - values.mean(), int(flag.sum()), low, high)
    return found


if __name__ == "__main__":
    print(
        json.dumps(
            {
                "pr-half-retraced-resolves": half_retraced(),
                "pr-200-day-first-pivot": first_pivot(),
                "rs-nvda-rate-beta-1.8": rate_beta(),
                "pr-losers-bounce-most": losers_bounce(),
                "br-discount-precedes-gain": discount_gain(),
            }
        )
    )
