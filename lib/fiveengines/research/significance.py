"""How much of a record is luck: intervals of differences, a test against all rivals at once, and a Sharpe ratio that
knows how many variants were tried.

Daily net returns in, statistics out. arch and scipy.stats are imported where they are used: each takes a second, and
the weekly report needs none of this.
"""

from __future__ import annotations

import math
from functools import cache
from importlib import resources

import numpy as np
import pandas as pd

from fiveengines.base.parameters.research import Bootstrap
from fiveengines.research.forward_returns import SESSIONS_A_YEAR

_EULER = 0.5772156649015329


def sharpe(returns: np.ndarray) -> float:
    """Mean ÷ standard deviation of daily returns (n,), a year; NaN when nothing moved."""
    spread = float(np.std(returns, ddof=1))
    return float(np.mean(returns)) / spread * np.sqrt(SESSIONS_A_YEAR) if spread > 0 else np.nan


def sharpe_differences(net: pd.DataFrame, own: str, rules: Bootstrap) -> pd.DataFrame:
    """Sharpe ratio of `own` less that of each other column, with an interval of the stationary block bootstrap.

    net: (n, k) daily net returns by strategy, without NaN. Both strategies are drawn on the same days, in blocks of
    `mean_block_weeks` on average. Returns rival × difference, low, high. Source: Ledoit and Wolf (2008); arch.
    """
    from arch.bootstrap import StationaryBootstrap

    rivals = [str(each) for each in net if each != own]
    values = net[[own, *rivals]].to_numpy()

    def differences(rows: np.ndarray) -> np.ndarray:
        ratios = rows.mean(axis=0) / rows.std(axis=0, ddof=1) * np.sqrt(SESSIONS_A_YEAR)
        return np.array(ratios[0] - ratios[1:])

    drawn = StationaryBootstrap(rules.mean_block_weeks * 5, values, seed=rules.seed)
    low, high = drawn.conf_int(differences, reps=rules.draws, method="percentile", size=rules.level)
    return pd.DataFrame(
        {"difference": differences(values), "low": low, "high": high}, index=pd.Index(rivals, name="rival")
    )


def superior_predictive_ability(net: pd.DataFrame, own: str, rules: Bootstrap) -> float:
    """p-value of Hansen's (2005) test that no rival has a higher mean return at the same volatility than `own`.

    net: (n, k) daily net returns by strategy; each is scaled to the volatility of `own`, so that a bolder one is not
    ahead for its boldness. A small p-value says that some rival is better. Source: arch.bootstrap.SPA.
    """
    from arch.bootstrap import SPA

    scaled = net / net.std() * net[own].std()
    rivals = scaled.drop(columns=own)
    test = SPA(
        -scaled[own], -rivals, reps=rules.draws, block_size=rules.mean_block_weeks * 5, seed=rules.seed
    )
    test.compute()
    return float(test.pvalues["consistent"])


def expected_maximum_sharpe(trials: int, variance: float) -> float:
    """Highest Sharpe ratio that the best of `trials` worthless strategies is expected to show, in units of √variance.

    variance: of the trials' Sharpe ratios. Source: Bailey and López de Prado (2014), equation 6.
    """
    from scipy.stats import norm

    quantiles = norm.ppf(1 - 1 / trials), norm.ppf(1 - 1 / (trials * math.e))
    return float(np.sqrt(variance) * ((1 - _EULER) * quantiles[0] + _EULER * quantiles[1]))


def deflated_sharpe(
    ratio: float, count: int, skewness: float, kurtosis: float, trials: int, variance: float
) -> float:
    """Probability that the true Sharpe ratio is above zero, given that it is the best of `trials`.

    ratio: Sharpe ratio per period over `count` periods; variance: of the trials' ratios per period; kurtosis: 3 is
    normal. Source: Bailey and López de Prado (2014), "The Deflated Sharpe Ratio".
    """
    from scipy.stats import norm

    hurdle = expected_maximum_sharpe(trials, variance)
    spread = np.sqrt(1 - skewness * ratio + (kurtosis - 1) / 4 * ratio**2)
    return float(norm.cdf((ratio - hurdle) * np.sqrt(count - 1) / spread))


@cache
def trials() -> pd.DataFrame:
    """Every variant of the exposure and the regime that was tried on either era, with what it showed.

    Columns: variant, then rank correlation, Sharpe ratio and drawdown of each era (NaN where not looked at), and the
    argument, expectation and verdict where they were written down.
    """
    with resources.files("fiveengines.research").joinpath("trials.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def deflated(net: pd.Series, era: str) -> dict[str, float]:
    """The deflated Sharpe ratio of daily net returns (n,), with the committed log of trials of that era.

    Returns sharpe (a year), trials, hurdle (what the best of as many worthless ones would show, a year), probability.
    """
    from scipy.stats import kurtosis, skew

    tried = trials()[f"sharpe_{era}"].dropna()
    variance = float(np.var(tried.to_numpy(dtype="float64"), ddof=1)) / SESSIONS_A_YEAR
    daily = sharpe(net.to_numpy()) / np.sqrt(SESSIONS_A_YEAR)
    return {
        "sharpe": daily * np.sqrt(SESSIONS_A_YEAR),
        "trials": float(len(tried)),
        "hurdle": expected_maximum_sharpe(len(tried), variance) * np.sqrt(SESSIONS_A_YEAR),
        "probability": deflated_sharpe(
            daily, len(net), float(skew(net)), float(kurtosis(net, fisher=False)), len(tried), variance
        ),
    }
