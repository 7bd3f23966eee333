"""How good the forecasts have been: expected volatility and the regime four weeks ahead, scored out of sample.

Scores of forecasts and of simpler ones beside them; no forecast is made here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fiveengines.base import cache
from fiveengines.base.parameters import Parameters
from fiveengines.base.parameters.research import Bootstrap
from fiveengines.model import forecast
from fiveengines.model.readings import Readings
from fiveengines.model.regimes import NUMBERS, RegimeHistory
from fiveengines.research.quantile_regression import quantile_coefficients

OWN = "This workbook"


def quantile_score(outcome: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Mean pinball loss over the three quantiles in the outcome's unit, (n,) and (n, 3) to (n,); smaller is better."""
    levels = np.array(forecast.QUANTILES)
    missed = outcome[:, None] - quantiles
    return np.array(np.maximum(levels * missed, (levels - 1) * missed).mean(axis=1))


Day = str | pd.Timestamp


@dataclass(frozen=True)
class Outlook:
    """The week's forecasts with their record so far; a part without enough history is None.

    volatility: 10, 50 and 90 % quantile of the coming `sessions` sessions, % a year. regimes: chance of each in
    `regime_weeks` weeks. band: share of complete outcomes inside the 80 % band, of `band_weeks`. quantile_scores: mean
    quantile score of this workbook and of its rivals over `scored_weeks` weeks that all could forecast, smaller is
    better. brier, persistence, climatology: mean Brier scores over `regime_count` complete weeks, 0 best.
    """

    sessions: int
    regime_weeks: int
    volatility: tuple[float, float, float] | None
    regimes: dict[int, float] | None
    band: float | None
    band_weeks: int
    quantile_scores: Mapping[str, float]
    scored_weeks: int
    brier: float | None
    persistence: float | None
    climatology: float | None
    regime_count: int

    @property
    def volatility_skill(self) -> bool:
        """Whether the volatility forecast has beaten every rival so far."""
        rivals = [score for name, score in self.quantile_scores.items() if name != OWN]
        return bool(rivals) and self.quantile_scores[OWN] < min(rivals)

    @property
    def brier_scores(self) -> dict[str, float]:
        """Mean Brier scores by forecast; empty before any week is complete."""
        found = {OWN: self.brier, "Persistence": self.persistence, "Climatology": self.climatology}
        return {name: score for name, score in found.items() if score is not None}

    @property
    def regime_skill(self) -> bool:
        """Whether the chances of regimes have beaten "it stays" and the shares of the past so far."""
        if self.brier is None or self.persistence is None or self.climatology is None:
            return False
        return self.brier < min(self.persistence, self.climatology)


def outlook(
    readings: Readings, closes: pd.Series, vix: pd.Series, params: Parameters, day: pd.Timestamp
) -> Outlook:
    """Forecasts on `day` and how the earlier ones came out, from what was complete by then.

    closes, vix: the index and the VIX on sessions up to `day`.
    """
    rules = params.regimes.forecast
    market = readings.market.loc[:day]
    band = market[list(forecast.COLUMNS)].to_numpy()
    outcome = forecast.realized_ahead(closes.loc[:day], rules.sessions).reindex(market.index).to_numpy()
    scored = np.isfinite(outcome) & np.isfinite(band).all(axis=1)
    inside = (outcome >= band[:, 0]) & (outcome <= band[:, 2])
    ahead = forecast.regime_ahead(known_by(readings.regimes, day), rules)
    scores = brier_scores(ahead, readings.regimes.confirmed.loc[:day], rules.regime_weeks)
    means = {str(name): float(each.mean()) if len(each) else None for name, each in scores.items()}
    now, chances = band[-1], ahead.iloc[-1]
    compared, held = _compared(readings, closes.loc[:day], vix.loc[:day], params, market.index[0], day)
    return Outlook(
        sessions=rules.sessions,
        regime_weeks=rules.regime_weeks,
        volatility=(float(now[0]), float(now[1]), float(now[2])) if np.isfinite(now).all() else None,
        regimes={n: float(chances[n]) for n in NUMBERS} if chances.notna().all() else None,
        band=float(inside[scored].mean()) if scored.any() else None,
        band_weeks=int(scored.sum()),
        quantile_scores={name: float(quantile_score(held, each).mean()) for name, each in compared.items()}
        if len(held)
        else {},
        scored_weeks=len(held),
        brier=means[OWN],
        persistence=means["Persistence"],
        climatology=means["Climatology"],
        regime_count=len(scores[OWN]),
    )


def known_by(history: RegimeHistory, day: pd.Timestamp) -> RegimeHistory:
    """The regimes up to `day` alone, so that a record on an earlier week knows nothing later."""
    return replace(
        history,
        memberships=history.memberships.loc[:day],
        severity=history.severity.loc[:day],
        confirmed=history.confirmed.loc[:day],
    )


def volatility_record(
    readings: Readings, closes: pd.Series, vix: pd.Series, params: Parameters, since: Day, until: Day
) -> pd.DataFrame:
    """Quantile scores of expected volatility beside simpler forecasts, and how often the 80 % band held.

    closes, vix: on sessions. Rivals, each estimated on complete outcomes alone and anew each year: a quantile
    regression on the VIX, one on realised volatility (HAR), and the quantiles of the past (climatology). Returns
    forecast × score, difference (ours less the rival's: below zero is better), low, high, coverage.
    """
    found, held = _compared(readings, closes, vix, params, since, until)
    scores = {name: quantile_score(held, each) for name, each in found.items()}
    rows = {}
    for name, each in found.items():
        gap = scores[OWN] - scores[name]
        inside = (held >= each[:, 0]) & (held <= each[:, 2])
        rows[name] = [
            scores[name].mean(),
            gap.mean(),
            *_interval(gap, params.research.bootstrap),
            inside.mean(),
        ]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["score", "difference", "low", "high", "coverage"]
    ).rename_axis("forecast")


def _compared(
    readings: Readings, closes: pd.Series, vix: pd.Series, params: Parameters, since: Day, until: Day
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Quantiles of every forecast, (n, 3) each, and outcomes, (n,), on the weeks that have all of them."""
    dates = pd.DatetimeIndex(readings.market.loc[since:until].index)
    outcome = forecast.realized_ahead(closes, params.regimes.forecast.sessions)
    ours = readings.market.reindex(dates)[list(forecast.COLUMNS)]
    rivals = _rivals(closes, vix, outcome, dates, params) if len(closes) else {}
    found = {OWN: ours.to_numpy()} | rivals
    held = outcome.reindex(dates).to_numpy()
    whole = np.isfinite(held) & np.all([np.isfinite(each).all(axis=1) for each in found.values()], axis=0)
    return {name: each[whole] for name, each in found.items()}, held[whole]


def _rivals(
    closes: pd.Series, vix: pd.Series, outcome: pd.Series, dates: pd.DatetimeIndex, params: Parameters
) -> dict[str, np.ndarray]:
    """Quantiles of simpler forecasts on `dates`, (n, 3) each, NaN before `least_weeks` complete outcomes."""
    rules = params.regimes.forecast
    returns = np.log(closes).diff()
    weekly = closes.index[
        closes.index.get_indexer(pd.date_range(closes.index[0], dates[-1], freq="W-FRI"), "ffill")
    ]
    weekly = pd.DatetimeIndex(weekly).unique()
    inputs = pd.DataFrame({"vix": np.log(vix)})
    for window in rules.averages:
        inputs[f"realized_{window}"] = np.log(
            (returns.rolling(window).std() * np.sqrt(252) * 100).clip(lower=1.0)
        )
    names = {
        "VIX alone": ["vix"],
        "Realised alone (HAR)": [str(each) for each in inputs if each != "vix"],
        "Climatology": [],
    }
    found = {name: np.full((len(dates), len(forecast.QUANTILES)), np.nan) for name in names}
    last = closes.index.get_indexer(weekly) + rules.sessions
    known = outcome.reindex(weekly).notna().to_numpy() & inputs.reindex(weekly).notna().all(axis=1).to_numpy()
    weekly, last = weekly[known], last[known]
    firsts = {year: np.flatnonzero(dates.year == year) for year in sorted(set(dates.year))}
    # Complete before the year's first week; the past only grows, so its length says which it is.
    starts = closes.index.get_indexer(dates[[int(these[0]) for these in firsts.values()]])
    counts = {year: int((last <= start).sum()) for year, start in zip(firsts, starts, strict=True)}
    counts = {year: count for year, count in counts.items() if count >= rules.least_weeks}
    if not counts:
        return found
    train = weekly[: max(counts.values())]
    designs = {name: _design(inputs, train, columns) for name, columns in names.items()}
    fits = _fitted(designs, np.log(outcome.reindex(train).to_numpy()), sorted(set(counts.values())))
    for name, columns in names.items():
        for year, count in counts.items():
            these = firsts[year]
            found[name][these] = np.exp(_design(inputs, dates[these], columns) @ fits[f"{name}, {count}"])
    return found


def _fitted(designs: Mapping[str, np.ndarray], target: np.ndarray, counts: list[int]) -> cache.Arrays:
    """Coefficients of each design on its first so many weeks, (p, 3) each by "name, count"; the same for all weeks of a
    year, so they are cached."""
    code = cache.code_key("model/forecast.py", "research")
    key = cache.key_of((code, counts, target.tobytes(), *(each.tobytes() for each in designs.values())))

    def fit() -> cache.Arrays:
        return {
            f"{name}, {count}": np.column_stack(
                [quantile_coefficients(each[:count], target[:count], level) for level in forecast.QUANTILES]
            )
            for name, each in designs.items()
            for count in counts
        }

    return cache.arrays("forecast-rivals", key, fit)


def _design(inputs: pd.DataFrame, dates: pd.DatetimeIndex, columns: list[str]) -> np.ndarray:
    return np.column_stack([np.ones(len(dates)), inputs.reindex(dates)[columns].to_numpy()])


def regime_record(readings: Readings, params: Parameters, since: Day, until: Day) -> pd.DataFrame:
    """Brier scores of the regime in four weeks beside persistence and climatology, 0 best to 2 worst.

    Persistence says that the regime stays; climatology gives the shares of the past. Returns forecast × score,
    difference (ours less the rival's: below zero is better), low, high.
    """
    rules = params.regimes.forecast
    ahead = forecast.regime_ahead(readings.regimes, rules).loc[since:until]
    scores = brier_scores(ahead, readings.regimes.confirmed, rules.regime_weeks)
    rows = {}
    for name, each in scores.items():
        gap = (scores[OWN] - each).to_numpy()
        rows[name] = [each.mean(), gap.mean(), *_interval(gap, params.research.bootstrap)]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["score", "difference", "low", "high"]
    ).rename_axis("forecast")


def brier_scores(ahead: pd.DataFrame, calls: pd.Series, weeks: int) -> pd.DataFrame:
    """Brier scores of chances stated `weeks` ahead and of two simpler forecasts, 0 best, 2 worst.

    ahead: (n, 5) chances of regimes 1-5 on reading dates, NaN where nothing was stated. calls: (m,) regimes on every
    reading date of the span, one row a week, NA without a call. Returns complete weeks × OWN, Persistence, Climatology.
    """
    values = calls.to_numpy(dtype="float64", na_value=np.nan)
    later = calls.shift(-weeks).reindex(ahead.index).to_numpy(dtype="float64", na_value=np.nan)
    now = calls.reindex(ahead.index).to_numpy(dtype="float64", na_value=np.nan)
    shares = pd.DataFrame(np.cumsum(values[:, None] == np.array(NUMBERS), axis=0) + 0.5, index=calls.index)
    came = (later[:, None] == np.array(NUMBERS)).astype(float)
    found = {
        OWN: ahead.to_numpy(),
        "Persistence": (now[:, None] == np.array(NUMBERS)).astype(float),
        "Climatology": shares.div(shares.sum(axis=1), axis=0).reindex(ahead.index).to_numpy(),
    }
    whole = np.isfinite(later) & np.isfinite(now) & np.isfinite(found[OWN]).all(axis=1)
    scores = {name: ((each - came) ** 2).sum(axis=1) for name, each in found.items()}
    table: pd.DataFrame = pd.DataFrame(scores, index=ahead.index).loc[whole]
    return table


def calibration(
    readings: Readings, params: Parameters, since: Day, until: Day, bins: int = 5
) -> pd.DataFrame:
    """Stated chances of all regimes against how often they came, in `bins` of equal width: stated, came, count."""
    rules = params.regimes.forecast
    ahead = forecast.regime_ahead(readings.regimes, rules).loc[since:until]
    later = readings.regimes.confirmed.shift(-rules.regime_weeks).reindex(ahead.index)
    held = later.to_numpy(dtype="float64", na_value=np.nan)
    whole = np.isfinite(held) & ahead.notna().all(axis=1).to_numpy()
    stated = ahead.to_numpy()[whole].ravel()
    came = (held[whole, None] == np.array(NUMBERS)).ravel()
    place = np.minimum((stated * bins).astype(int), bins - 1)
    table = pd.DataFrame({"bin": place, "stated": stated, "came": came.astype(float)}).groupby("bin")
    return table.mean().assign(count=table.size())


def _interval(gap: np.ndarray, rules: Bootstrap) -> tuple[float, float]:
    """Interval of a mean of overlapping weeks; zeros for a forecast compared with itself."""
    if not gap.any():
        return 0.0, 0.0
    from arch.bootstrap import StationaryBootstrap

    drawn = StationaryBootstrap(rules.mean_block_weeks, gap, seed=rules.seed)
    low, high = drawn.conf_int(np.mean, reps=rules.draws, method="percentile", size=rules.level)[:, 0]
    return float(low), float(high)
