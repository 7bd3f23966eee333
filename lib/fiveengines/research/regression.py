"""Least squares with standard errors that hold when residuals depend on those before. Series in, estimates out."""

from __future__ import annotations

from typing import Any

import pandas as pd


def newey_west(outcome: pd.Series, regressors: pd.DataFrame, lags: int) -> Any:
    """`outcome` on `regressors` and a constant, errors after Newey and West (1987) with `lags`; statsmodels' results.

    outcome: (n,); regressors: (n, k) on the same rows; no NaN. `params`, `bse` and `tvalues` of the results are by
    regressor, with `const`.
    """
    # Importing it takes a second, and statsmodels.api would bring every model it has.
    from statsmodels.regression.linear_model import OLS
    from statsmodels.tools.tools import add_constant

    return OLS(outcome, add_constant(regressors)).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
