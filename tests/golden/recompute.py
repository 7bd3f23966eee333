"""Recompute every indicator and engine score on ten dates, from the raw files in slice.tar.xz and nothing else.

Nothing of the package may be imported: formulas follow docs/METHOD.md and the published definitions, release dates the
rules of the agencies. `python recompute.py` compares with the CSV files beside it, `--renew` writes them.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from formulas import breadth, liquidity, positioning, rate_path, volatility
from raw_files import unpacked

HERE = Path(__file__).resolve().parent
PARAMS = HERE.parents[1] / "params" / "engines.yaml"
# What each is there for stands in README.md.
DAYS = ("2011-12-23", "2012-11-23", "2013-09-13", "2013-10-25", "2014-04-17")
DAYS += ("2015-04-02", "2016-06-10", "2017-08-18", "2018-12-28", "2019-02-22")
DATES = pd.DatetimeIndex(DAYS)
# SOFR's first day is 3 April 2018; a median of five of them takes another week, and so may the release.
BEGINS = {"funding_spread": pd.Timestamp("2018-04-17")}


def engine_scores(values: pd.DataFrame, params: dict) -> pd.DataFrame:
    """Score and coverage of each engine: rows are dates, columns (engine, field)."""
    fade, stress = params["stress"]["fade"], dict.fromkeys(values.index, 0.0)
    for conditions in params["stress"]["any"]:
        for day, row in values.iterrows():
            ways = [(row[name] / limit - 1) / (2 * fade) + 0.5 for name, limit in conditions.items()]
            way = 0.0 if any(map(math.isnan, ways)) else min(max(min(ways), 0.0), 1.0)
            stress[day] = max(stress[day], way)
    table = {}
    for engine, lines in params["engines"].items():
        for day, row in values.iterrows():
            parts, needed = [], 0.0
            for name, line in lines.items():
                # One that is not among the golden values is held by a test of its own.
                if not line["weight"] or name not in row:
                    continue
                begun = day >= BEGINS.get(name, day)
                if begun and not line.get("optional") and "instead_of" not in line:
                    needed += line["weight"]
                stands_in = "instead_of" in line and not math.isnan(row.get(line["instead_of"], np.nan))
                if stands_in or math.isnan(row.get(name, np.nan)):
                    continue
                adverse, supportive = line["adverse"], line["supportive"]
                score = 2 * (row[name] - adverse) / (supportive - adverse) - 1
                parts.append((line["weight"], min(max(score, -1.0), line.get("most", 1.0))))
            weight = sum(each for each, _ in parts)
            coverage = min(weight / needed, 1.0)
            score = sum(each * part for each, part in parts) / weight if weight else math.nan
            readable = coverage >= params["minimum_coverage"] and len(parts) >= params["minimum_indicators"]
            score -= stress[day] * max(score - params["stress"]["caps"].get(engine, 1.0), 0.0)
            table[day, engine, "score"] = score if readable else math.nan
            table[day, engine, "coverage"] = coverage
    return pd.Series(table).unstack([1, 2])


def compute() -> dict[str, pd.DataFrame]:
    """The tables by file name: rows are indicators, or engine and field; columns are the ten dates."""
    found: dict[str, pd.Series] = {}
    with unpacked() as raw:
        for engine in (liquidity, volatility, breadth, positioning, rate_path):
            found |= engine(raw)
    values = pd.DataFrame(found).reindex(DATES)
    scores = engine_scores(values, yaml.safe_load(PARAMS.read_text(encoding="utf-8")))
    scores.columns = [f"{engine}_{field}" for engine, field in scores.columns]
    return {"indicators.csv": values.T, "engines.csv": scores.T}


def written(table: pd.DataFrame) -> list[list[str]]:
    """The table as the rows of its file; a figure that is not known is an empty field."""
    head = ["id", *(f"{day:%Y-%m-%d}" for day in table.columns)]
    rows = [
        [str(name), *("" if math.isnan(x) else f"{x + 0.0:.12g}" for x in row)]
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return [head, *rows]


def main(arguments: list[str]) -> int:
    """Renew the files, or name every figure that differs from them by more than 1e-9 of itself."""
    wrong = 0
    for name, table in compute().items():
        rows = written(table)
        if "--renew" in arguments:
            with (HERE / name).open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
            continue
        with (HERE / name).open(newline="", encoding="utf-8") as file:
            committed = list(csv.reader(file))
        if [row[0] for row in committed] != [row[0] for row in rows] or committed[0] != rows[0]:
            print(f"{name}: other rows or dates than the script gives")
            wrong += 1
            continue
        for old, new in zip(committed[1:], rows[1:], strict=True):
            for day, a, b in zip(rows[0][1:], old[1:], new[1:], strict=True):
                if a != b and not (a and b and math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)):
                    print(
                        f"{name}: {new[0]} on {day}: {a or 'nothing'} in the file, {b or 'nothing'} recomputed"
                    )
                    wrong += 1
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
