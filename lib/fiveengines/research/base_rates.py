"""Base rates: what followed each regime and each engine's inflections, beside what followed any week.

Counts, means and block-bootstrap intervals of outcomes complete by the evening of the reading; no forecast
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
from fiveengines.research.outcomes import HORIZONS, OUTCOMES, QUARTER, Horizon, outcomes

ALL = 0


def base_rates(past: EvidenceSample, horizons: Sequence[Horizon] = HORIZONS) -> pd.DataFrame:
    """What followed each regime.

    Returns one row a (horizon, regime), regime 0 meaning all weeks: `name`; `weeks` with a complete outcome;
    `effective_sample_size`, how many of them do not overlap; for return, fall and volatility (per cent) the mean
    and the 90 % interval `_low`, `_high`; `positive`, the share of weeks with a gain; `small` (bool) and
    `sample` in words.
    """
    rows = []
    regime = past.regime.to_numpy()
    groups = np.column_stack([np.ones(len(regime), dtype=bool), *(regime == number for number in NUMBERS)])
    for horizon in horizons:
        found = outcomes(past.closes, past.dates, horizon).to_numpy()
        low, high = mean_intervals(found, groups)
        for at, number in enumerate((ALL, *NUMBERS)):
            chosen = groups[:, at] & np.isfinite(found[:, 0])
            weeks, cases = (
                int(chosen.sum()),
                samples.effective_sample_size(np.flatnonzero(chosen), horizon.weeks),
            )
            row: dict[str, object] = {
                "horizon": horizon.label,
                "regime": number,
                "name": NAMES.get(number, "All weeks"),
            }
            row |= {"weeks": weeks, "effective_sample_size": cases}
            for column, what in enumerate(OUTCOMES):
                row[what] = _mean(found[chosen, column])
                row[f"{what}_low"], row[f"{what}_high"] = low[at, column], high[at, column]
            row["positive"] = _mean((found[chosen, 0] > 0).astype("float64"))
            row |= {"small": samples.is_small(cases), "sample": samples.words(weeks, cases)}
            rows.append(row)
    return pd.DataFrame(rows).set_index(["horizon", "regime"])


def inflection_record(past: EvidenceSample, horizon: Horizon = QUARTER) -> pd.DataFrame:
    """What followed each engine's inflections, beside all weeks.

    Returns one row an inflection ("engine:direction"): `cases` with a complete outcome; `hits`, after how many of
    them the index was higher (improving) or lower (deteriorating) at the horizon; `hit_rate` and
    `all_hit_rate`, the same share over all weeks; `mean_return`, `all_return`, `mean_fall`, `all_fall` in
    per cent; `small`; `sample`.
    """
    found = outcomes(past.closes, past.dates, horizon)
    known = found["return"].notna().to_numpy()
    gain, fall = found["return"].to_numpy(), found["fall"].to_numpy()
    rows = []
    for name in past.inflections:
        engine, direction = str(name).split(":")
        fired = (past.inflections[name].to_numpy() > 0) & known
        sign = 1.0 if direction == IMPROVING else -1.0
        hit = sign * gain > 0
        cases = samples.effective_sample_size(np.flatnonzero(fired), horizon.weeks)
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
                "small": samples.is_small(cases),
                "sample": samples.words(int(fired.sum()), cases).replace("week", "case"),
            }
        )
    return pd.DataFrame(rows).set_index("inflection")


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else float("nan")
