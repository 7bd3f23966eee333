"""Second readings by two models that see nothing but the index: a hidden Markov model and a jump model.

Each is refitted once a year on the past alone; no reading and no engine may enter. Their libraries take a
second to import and seconds to fit, so nothing here runs unless it is asked for.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from fiveengines.base.formats import percent
from fiveengines.base.parameters.research import BenchmarkRules
from fiveengines.research.evidence_sample import EvidenceSample

HMM, JUMP = "Hidden Markov model", "Jump model"


@dataclass(frozen=True)
class BenchmarkReading:
    """One model's view on one evening: probability of calm (0 or 1 for the jump model), and its fit."""

    model: str
    calm: float
    fitted_to: pd.Timestamp
    converged: bool

    @property
    def sentence(self) -> str:
        """For the line beside the call."""
        state = "calm" if self.calm >= 0.5 else "turbulent"
        sure = "" if self.calm in (0.0, 1.0) else f" ({percent(max(self.calm, 1 - self.calm))} sure)"
        doubt = "" if self.converged else "; its fit did not converge"
        return f"{self.model}: {state}{sure}{doubt}"


# A fit: daily log returns up to the fit → (all log returns → probability of calm on each session, converged).
Fitted = tuple[Callable[[pd.Series], pd.Series], bool]


def fit_hmm(returns: pd.Series, rules: BenchmarkRules) -> Fitted:
    """Two-state Gaussian HMM of daily log returns (n,), by expectation-maximisation from a fixed start.

    The returned function gives the filtered probability of the state with less variance: each session's uses
    returns up to that session only. Source: Hamilton (1989); Rydén, Teräsvirta and Åsbrink (1998) for daily
    returns.
    """
    from hmmlearn.hmm import GaussianHMM

    sample = 100 * returns.to_numpy(dtype="float64")[:, None]
    model = GaussianHMM(
        2, n_iter=rules.hmm_iterations, tol=rules.hmm_tolerance, init_params="", random_state=rules.seed
    )
    variance = float(sample.var())
    model.startprob_ = np.array([0.5, 0.5])
    stay = rules.hmm_stay
    model.transmat_ = np.array([[stay, 1 - stay], [1 - stay, stay]])
    model.means_ = np.full((2, 1), float(sample.mean()))
    model.covars_ = np.array([[variance / rules.hmm_variance_ratio], [variance * rules.hmm_variance_ratio]])
    quiet = logging.getLogger("hmmlearn.base")
    level = quiet.level
    # Its only message is that the likelihood stopped rising; `converged` carries that.
    quiet.setLevel(logging.ERROR)
    try:
        model.fit(sample)
    finally:
        quiet.setLevel(level)
    mean, variances = model.means_[:, 0], model.covars_.reshape(2)
    order = np.argsort(variances)
    steps = model.transmat_[np.ix_(order, order)]
    start, mean, variances = model.startprob_[order], mean[order], variances[order]

    def calm(every: pd.Series) -> pd.Series:
        return pd.Series(
            _filtered(100 * every.to_numpy(dtype="float64"), start, steps, mean, variances), every.index
        )

    return calm, bool(model.monitor_.converged)


def _filtered(
    values: np.ndarray, start: np.ndarray, steps: np.ndarray, mean: np.ndarray, variance: np.ndarray
) -> np.ndarray:
    """Probability of the first state given the values so far (the forward recursion of a two-state model)."""
    spread = values[:, None] - mean
    logs = -0.5 * (np.log(2 * np.pi * variance) + spread**2 / variance)
    density = np.exp(logs - logs.max(axis=1, keepdims=True))
    first, second = float(start[0]), float(start[1])
    (stay, leave), (back, remain) = steps.tolist()
    result = np.empty(len(values))
    for at, (one, two) in enumerate(density.tolist()):
        if at > 0:
            first, second = first * stay + second * back, first * leave + second * remain
        first, second = first * one, second * two
        first, second = first / (first + second), second / (first + second)
        result[at] = first
    return result


def fit_jump(returns: pd.Series, rules: BenchmarkRules) -> Fitted:
    """Two-state statistical jump model of the downside risk and Sortino ratios of daily log returns (n,).

    The returned function gives 1 while the state with the better past return is the best online guess, else
    0; each session's uses returns up to that session only. Source: Nystrup, Lindström and Madsen (2020);
    Shu, Yu and Mulvey (2024).
    """
    from jumpmodels.jump import JumpModel

    sample = _features(returns, rules)
    middle, width = sample.mean(), sample.std(ddof=0)

    def scaled(frame: pd.DataFrame) -> pd.DataFrame:
        return ((frame - middle) / width).clip(-rules.clip, rules.clip)

    model = JumpModel(n_components=2, jump_penalty=rules.jump_penalty, random_state=rules.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(scaled(sample), ret_ser=returns, sort_by="cumret")
    converged = bool(np.isfinite(model.centers_).all())

    def calm(every: pd.Series) -> pd.Series:
        turbulent = pd.Series(model.predict_online(scaled(_features(every, rules))), every.index)
        return 1.0 - turbulent.astype("float64")

    return calm, converged


def _features(returns: pd.Series, rules: BenchmarkRules) -> pd.DataFrame:
    """Downside deviation and two Sortino ratios, exponentially weighted; (n, 3), causal, finite."""
    squares = returns.clip(upper=0.0) ** 2

    def downside(half_life: float) -> pd.Series:
        return pd.Series(np.sqrt(squares.ewm(halflife=half_life).mean())).clip(lower=rules.least_downside)

    table = {"downside": downside(rules.downside_half_life)}
    for half_life in rules.sortino_half_lives:
        table[f"sortino_{half_life}"] = returns.ewm(halflife=half_life).mean() / downside(half_life)
    return pd.DataFrame(table)


MODELS: dict[str, Callable[[pd.Series, BenchmarkRules], Fitted]] = {HMM: fit_hmm, JUMP: fit_jump}


@lru_cache(maxsize=128)
def _fit(model: str, returns: bytes, rules: BenchmarkRules) -> Fitted:
    """A fit costs up to a second and depends on nothing but the returns, so each is made once in a process."""
    return MODELS[model](pd.Series(np.frombuffer(returns, dtype="float64")), rules)


def log_returns(closes: pd.Series) -> pd.Series:
    """Daily log returns between known closes, (n-1,)."""
    return pd.Series(np.log(closes.dropna())).diff().iloc[1:]


def refit_dates(dates: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The first reading date of each year, and the very first; dates: (m,), ascending."""
    return dates[~pd.Series(dates.year, index=dates).duplicated().to_numpy()]


def calm_weeks(past: EvidenceSample, model: str) -> pd.Series:
    """One model's probability of calm on every reading date; NaN before it has seen `min_sessions`.

    At the first reading of each year the model is fitted to the sessions up to that evening; its parameters
    then hold for the readings until the next fit. A fit that does not converge is not used: the one before
    stays.
    """
    returns = log_returns(past.closes)
    result = pd.Series(np.nan, index=past.dates)
    refits = refit_dates(past.dates)
    view: Callable[[pd.Series], pd.Series] | None = None
    for at, day in enumerate(refits):
        known = returns.loc[:day]
        if len(known) >= past.params.benchmark_models.min_sessions:
            fitted, converged = _fit(model, known.to_numpy().tobytes(), past.params.benchmark_models)
            view = fitted if converged or view is None else view
        if view is None:
            continue
        until = refits[at + 1] if at + 1 < len(refits) else past.as_of + pd.Timedelta(days=1)
        weeks = past.dates[(past.dates >= day) & (past.dates < until)]
        result.loc[weeks] = view(returns.loc[: weeks[-1]]).reindex(weeks, method="ffill")
    return result


def benchmark_exposures(past: EvidenceSample) -> dict[str, pd.Series]:
    """Each model's weekly exposure, for `walk_forward`: its probability of calm, (m,) on `past.dates`.

    NaN before its first fit.
    """
    return {model: calm_weeks(past, model) for model in MODELS}


def benchmark_readings(past: EvidenceSample) -> tuple[BenchmarkReading, ...]:
    """What each model, fitted at the year's first reading, says on `past.as_of`; () with too little."""
    returns = log_returns(past.closes)
    day = refit_dates(past.dates)[-1]
    known = returns.loc[:day]
    if len(known) < past.params.benchmark_models.min_sessions:
        return ()
    readings = []
    for model in MODELS:
        view, converged = _fit(model, known.to_numpy().tobytes(), past.params.benchmark_models)
        readings.append(
            BenchmarkReading(model, float(view(returns).iloc[-1]), pd.Timestamp(known.index[-1]), converged)
        )
    return tuple(readings)
