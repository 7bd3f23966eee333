"""Compare two history CSVs week by week: regime, target exposure and engine scores before and after, by date.

usage: python tests/bench/differences.py BEFORE.csv AFTER.csv [--out FILE.csv] [--largest N]

One row a week that differs. `size` adds up how far each figure moved as a share of its own range: of the four steps
from regime 1 to 5, of the exposure, of the two points of each engine's score; a figure that only one of the two has
counts as a whole. `--largest` prints the N largest episodes: weeks whose call differs, at most four apart.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

ENGINES = ("liquidity", "volatility", "breadth", "positioning", "rate_path")
# How far apart two values can be; a regime's number is an order of risk.
RANGES = {"regime": 4.0, "aggressiveness": 1.0} | {f"{engine}_score": 2.0 for engine in ENGINES}
APART = 4


def differences(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Weeks that both histories have and that differ.

    before, after: history CSVs indexed by as_of. Returns (weeks, columns) by date: size, then before and after of the
    regime, the exposure and each engine's score; empty where one has no figure.
    """
    weeks = before.index.intersection(after.index)
    old, new = before.loc[weeks, list(RANGES)], after.loc[weeks, list(RANGES)]
    scale = pd.Series(RANGES)
    one_only = old.isna() ^ new.isna()
    size = ((new - old).abs() / scale).mask(one_only, 1.0).fillna(0.0).sum(axis=1)
    table = {"size": size.round(4)}
    for name in RANGES:
        table |= {f"{name}_before": old[name], f"{name}_after": new[name]}
    found = pd.DataFrame(table)
    return found[size > 0]


def episodes(found: pd.DataFrame, weeks: pd.Index) -> pd.DataFrame:
    """The largest week of each run of weeks whose call differs, largest first, with its first and last week.

    found: as `differences` gives it; weeks: every date of the history. A call differs when the regime does, or the
    exposure by a tenth or more.
    """
    known = found[["regime_before", "regime_after"]].notna().any(axis=1)
    regime = found["regime_before"].ne(found["regime_after"]) & known
    exposure = found["aggressiveness_after"].sub(found["aggressiveness_before"]).abs() >= 0.1
    calls = found[regime | exposure]
    at = pd.Series(weeks.get_indexer(calls.index), index=calls.index)
    run = (at.diff() > APART).cumsum()
    largest = calls.loc[calls.groupby(run)["size"].idxmax()]
    span = pd.Series(calls.index, index=calls.index).groupby(run)
    named = largest.assign(
        first=span.first().to_numpy(), last=span.last().to_numpy(), weeks=span.size().to_numpy()
    )
    return named.sort_values("size", ascending=False)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--out", type=Path, help="write the rows here; else they are printed")
    parser.add_argument("--largest", type=int, metavar="N", help="print the N largest episodes")
    given = parser.parse_args()
    before, after = (pd.read_csv(each, index_col="as_of") for each in (given.before, given.after))
    found = differences(before, after)
    if given.out:
        found.to_csv(given.out)
    else:
        print(found.to_csv(), end="")
    if given.largest:
        print(episodes(found, before.index.intersection(after.index)).head(given.largest).to_string())


if __name__ == "__main__":
    main()
