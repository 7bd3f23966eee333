"""Print the record of exposure and forecasts on a files directory: both eras, rivals with intervals, ablation, trials.

usage: python tests/bench/record.py DATA_DIR [--out DIR]   (minutes; the tables of docs/EVIDENCE.md come from here)
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from fiveengines.base import parameters
from fiveengines.data.load_dataset import load_dataset
from fiveengines.model import readings
from fiveengines.research.ablation import ablation
from fiveengines.research.forecast_record import calibration, regime_record, volatility_record
from fiveengines.research.significance import deflated, sharpe_differences, superior_predictive_ability
from fiveengines.research.walk_forward import daily_exposure, net_returns, rivals, statistics

ERAS = {"1997": ("1997-06-06", "2006-12-29"), "2007": ("2007-06-01", "2019-12-27")}
OWN = "Target exposure"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--out", type=Path, help="also write each table as CSV here")
    given = parser.parse_args()
    params = parameters.load()
    dataset = load_dataset("files", data_dir=str(given.data_dir), seed=0)
    measured = readings.measure_all(dataset, pd.Timestamp(ERAS["2007"][1]), params)
    found = readings.read(measured, params)
    panel = measured.panel
    closes = panel.daily("SPX").dropna()
    vix, term = panel.first_of("VIX", "VIXCLS"), panel.daily("VIX") / panel.first_of("VIX3M", "VXVCLS")
    returns, cost = closes.pct_change(), params.research.walk_forward.cost
    for era, (since, until) in ERAS.items():
        weekly = found.target_exposure.exposure.loc[since:until]
        held = daily_exposure(weekly, pd.DatetimeIndex(closes.index))
        exposures = {OWN: held}
        for name, each in rivals(
            closes, term, pd.DatetimeIndex(weekly.index), params.research.walk_forward
        ).items():
            exposures[name] = (
                daily_exposure(each, pd.DatetimeIndex(closes.index)).reindex(held.index).fillna(1.0)
            )
        exposures |= {"Constant, its mean": held * 0 + held.mean(), "Holding the index": held * 0 + 1}
        net = pd.DataFrame({name: net_returns(each, returns, cost) for name, each in exposures.items()})
        table = pd.DataFrame.from_dict(
            {name: statistics(each, returns, cost) for name, each in exposures.items()}, orient="index"
        )
        tables = {
            "record": table.join(sharpe_differences(net, OWN, params.research.bootstrap)),
            "ablation": ablation(measured, params, found.applied, closes, since, until),
            "volatility": volatility_record(found, closes, vix, params, since, until),
            "regime": regime_record(found, params, since, until),
            "calibration": calibration(found, params, since, until),
        }
        print(f"\n== {since} to {until}")
        print("SPA p-value:", round(superior_predictive_ability(net, OWN, params.research.bootstrap), 3))
        print("deflated Sharpe:", {k: round(v, 3) for k, v in deflated(net[OWN], era).items()})
        for name, each in tables.items():
            print(f"\n{name}\n{each.round(3).to_string()}")
            if given.out:
                given.out.mkdir(parents=True, exist_ok=True)
                each.round(6).to_csv(given.out / f"{name}_{era}.csv")


if __name__ == "__main__":
    main()
