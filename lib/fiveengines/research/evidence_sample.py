"""What was read and what the index did, up to one evening: the only thing that evidence may look at.

Nothing after `as_of` may enter; no statistic is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import ENGINES
from fiveengines.base.parameters.research import ResearchParameters
from fiveengines.data.panel import Panel
from fiveengines.model.readings import Readings
from fiveengines.research.forward_returns import Horizon

INDEX = "SPX"


@dataclass(frozen=True)
class EvidenceSample:
    """Readings and the index up to the evening of `as_of`.

    closes: session → close, float64, NaN where none was known. regime, exposure: reading date → 1-5, 0-1.
    vix_term: session → VIX ÷ VIX3M, NaN without.
    score: reading date × engine. inflections: reading date × "engine:direction", strength or 0.
    """

    as_of: pd.Timestamp
    closes: pd.Series
    regime: pd.Series
    score: pd.DataFrame
    inflections: pd.DataFrame
    exposure: pd.Series
    vix_term: pd.Series
    params: ResearchParameters

    @classmethod
    def of(
        cls,
        readings: Readings,
        panel: Panel,
        params: ResearchParameters,
        as_of: pd.Timestamp | str | None = None,
        start: pd.Timestamp | str | None = None,
    ) -> EvidenceSample:
        """Cut readings and panel at the evening of `as_of` (default: the panel's own).

        start: first reading date that counts; default: the first week in which every engine that ever speaks
        had a score, because a regime read from half of the engines is not evidence about the whole.
        """
        last = panel.as_of if as_of is None else pd.Timestamp(as_of)
        score = readings.engines.score.loc[:last]
        first = first_full_week(score) if start is None else pd.Timestamp(start)
        if first > last:
            raise ParameterError(
                f"evidence cannot start on {first.date()}, after the reading of {last.date()}.",
                remedy="Choose an earlier start.",
            )
        return cls(
            as_of=last,
            closes=panel.daily(INDEX).loc[:last],
            regime=readings.regimes.confirmed.loc[first:last],
            score=score.loc[first:, list(ENGINES)],
            inflections=readings.inflections.loc[first:last],
            exposure=readings.target_exposure.exposure.loc[first:last],
            vix_term=(panel.first_of("VIX", "VIXCLS") / panel.first_of("VIX3M", "VXVCLS")).loc[:last],
            params=params,
        )

    @property
    def dates(self) -> pd.DatetimeIndex:
        """Reading dates, oldest first."""
        return pd.DatetimeIndex(self.regime.index)

    @property
    def insufficient_history(self) -> str | None:
        """Why there is no evidence, in one sentence; None when there is enough history."""
        closes = np.isfinite(self.closes.reindex(self.dates).to_numpy())
        weeks = int((closes & self.regime.notna().to_numpy()).sum())
        if weeks >= self.params.min_weeks:
            return None
        counted = f"Only {weeks} weeks have a call and a close of {INDEX}"
        return f"{counted}; evidence needs {self.params.min_weeks} or more."

    @property
    def month(self) -> Horizon:
        """Four weeks ahead."""
        return Horizon(self.params.horizons.month_weeks, "weeks")

    @property
    def quarter(self) -> Horizon:
        """Thirteen weeks ahead."""
        return Horizon(self.params.horizons.quarter_weeks, "weeks")

    @property
    def sessions(self) -> Horizon:
        """Twenty sessions ahead."""
        return Horizon(self.params.horizons.sessions, "sessions")

    def last_years(self) -> EvidenceSample:
        """The readings of the last `recent_years` only; the index keeps its whole past, for models to learn from."""
        first = self.as_of - pd.DateOffset(years=self.params.benchmark_models.recent_years)
        cut = {
            name: getattr(self, name).loc[first:] for name in ("regime", "score", "inflections", "exposure")
        }
        return replace(self, **cut)


def first_full_week(score: pd.DataFrame) -> pd.Timestamp:
    """The first week by which every engine that ever has a score had one; the first of all when none has.

    score: (n, 5), reading date × engine, NaN where unknown.
    """
    known = score.notna().cummax()
    full = (known == known.iloc[-1]).all(axis=1)
    return pd.Timestamp(score.index[int(full.to_numpy().argmax())])
