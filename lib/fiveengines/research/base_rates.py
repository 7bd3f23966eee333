"""Base rates: what followed each regime and each engine's inflections, beside what followed any week.

Counts, means and block-bootstrap intervals of outcomes that were complete by the evening of the reading; no forecast
is made.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fiveengines.model.inflections import IMPROVING
from fiveengines.model.regimes import NAMES, NUMBERS
from fiveengines.research import samples
from fiveengines.research.bootstrap import mean_intervals
from fiveengines.research.evidence_sample import EvidenceSample
from fiveengines.research.forward_returns import OUTCOMES, Horizon, forward_returns

ALL = 0


def base_rates(past: EvidenceSample, horizons: Sequence[Horizon] | None = None) -> pd.DataFrame:
    """What followed each regime over `horizons` (default: a month, a quarter and twenty sessions).

    Returns one row a (horizon, regime), regime 0 meaning all weeks: `name`; `weeks` with a complete outcome;
    `effective_sample_size`, how many of them do not overlap; for return, fall and volatility (per cent) the mean
    and the 90 % interval `_low`, `_high`; `positive`, the share of weeks with a gain; `small` (bool) and
    `sample` in words.
    """
    rows = []
    regime = past.regime.fillna(0).to_numpy(dtype="int64")
    groups = np.column_stack([np.ones(len(regime), dtype=bool), *(regime == number for number in NUMBERS)])
    for horizon in horizons or (past.month, past.quarter, past.sessions):
        found = forward_returns(past.closes, past.dates, horizon).to_numpy()
        low, high = mean_intervals(found, groups, past.params.bootstrap)
        for at, number in enumerate((ALL, *NUMBERS)):
            chosen = groups[:, at] & np.isfinite(found[:, 0])
            row: dict[str, object] = {"horizon": horizon.label, "regime": number}
            row |= {"name": NAMES.get(number, "All weeks"), "weeks": int(chosen.sum())}
            for column, what in enumerate(OUTCOMES):
                row[what] = _mean(found[chosen, column])
                row[f"{what}_low"], row[f"{what}_high"] = low[at, column], high[at, column]
            row["positive"] = _mean((found[chosen, 0] > 0).astype("float64"))
            row |= samples.overlapping_sample(
                np.flatnonzero(chosen), horizon.weeks, "week", past.params.small_sample
            )
            rows.append(row)
    return pd.DataFrame(rows).set_index(["horizon", "regime"])


def inflection_record(past: EvidenceSample, horizon: Horizon | None = None) -> pd.DataFrame:
    """What followed each engine's inflections over `horizon` (default: a quarter), beside all weeks.

    Returns one row an inflection ("engine:direction"): `cases` with a complete outcome; `hits`, after how many of
    them the index was higher (improving) or lower (deteriorating) at the horizon; `hit_rate` and
    `all_hit_rate`, the same share over all weeks; `mean_return`, `all_return`, `mean_fall`, `all_fall` in
    per cent; `effective_sample_size`; `small`; `sample`.
    """
    horizon = horizon or past.quarter
    found = forward_returns(past.closes, past.dates, horizon)
    known = found["return"].notna().to_numpy()
    gain, fall = found["return"].to_numpy(), found["fall"].to_numpy()
    rows = []
    for name in past.inflections:
        engine, direction = str(name).split(":")
        fired = (past.inflections[name].to_numpy() > 0) & known
        sign = 1.0 if direction == IMPROVING else -1.0
        hit = sign * gain > 0
        rows.append(
            {
                "inflection": name,
                "engine": engine,
                "direction": direction,
                "cases": int(fired.sum()),
                "hits": int(hit[fired].sum()),
                "hit_rate": _mean(hit[fired].astype("float64")),
                "all_hit_rate": _mean(hit[known].astype("float64")),
                "mean_return": _mean(gain[fired]),
                "all_return": _mean(gain[known]),
                "mean_fall": _mean(fall[fired]),
                "all_fall": _mean(fall[known]),
            }
            | samples.overlapping_sample(
                np.flatnonzero(fired), horizon.weeks, "case", past.params.small_sample
            )
        )
    return pd.DataFrame(rows).set_index("inflection")


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
