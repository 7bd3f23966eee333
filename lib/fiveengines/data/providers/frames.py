"""Frames of observations as providers hand them over: observed, value, known_at and how that moment is known.

Pure functions; no request is made and no provider is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.data.calendars import published_at
from fiveengines.data.catalog import lookup


class Basis(IntEnum):
    """How the moment of publication is known."""

    RULE = 0  # the catalog's release rule
    PROVIDER = 1  # the provider says it: a vintage date, the moment a row was loaded
    SEEN = 2  # the store saw it then for the first time: a change, or a figure that was late


def moments(times: Iterable[Any]) -> pd.DatetimeIndex:
    """`times` (n,) to the second; NaT where there is none. Texts are ISO dates, anything else is a ValueError."""
    return pd.DatetimeIndex(pd.to_datetime(pd.Series(times), format="ISO8601").astype("datetime64[s]"))


def frame_by_rule(series_id: str, observed: Iterable[Any], value: Iterable[Any]) -> pd.DataFrame:
    """Response frame with publication times by the catalog's release rule; rows without a value are dropped.

    observed, value: equally long (n,), value in the catalog's unit; several rows for one date: the last counts.
    """
    days = moments(observed)
    known = published_at(lookup(series_id), days)
    return response_frame(days, value, known, Basis.RULE, one_row_a_date=True)


def response_frame(
    observed: Iterable[Any],
    value: Iterable[Any],
    known_at: Iterable[Any],
    basis: int | np.ndarray,
    *,
    one_row_a_date: bool = False,
) -> pd.DataFrame:
    """Response frame of equally long columns (n,), sorted by observed and known_at; NaN values are dropped."""
    frame = pd.DataFrame(
        {
            "observed": moments(observed).to_numpy(),
            "value": np.asarray(list(value), dtype="float64"),
            "known_at": moments(known_at).to_numpy(),
        }
    )
    frame["basis"] = np.asarray(basis, dtype="int8")
    frame = frame.loc[np.isfinite(frame["value"].to_numpy())]
    frame = pd.DataFrame(frame.sort_values(["observed", "known_at"], kind="stable", ignore_index=True))
    if one_row_a_date:
        frame = frame.drop_duplicates("observed", keep="last", ignore_index=True)
    return frame


def changes_only(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` (columns observed, value, known_at; sorted by observed and known_at) without rows that repeat the
    value known before for that date."""
    observed, value = frame["observed"].to_numpy(), frame["value"].to_numpy()
    repeats = (observed[1:] == observed[:-1]) & np.isclose(value[1:], value[:-1], rtol=1e-12, atol=0.0)
    return pd.DataFrame(frame.loc[np.append(True, ~repeats)[: len(frame)]])


def since(frame: pd.DataFrame, first: dt.date) -> pd.DataFrame:
    """Rows of a frame (column observed) on or after `first`, index renumbered."""
    wanted = frame["observed"].to_numpy() >= np.datetime64(first, "s")
    return frame.loc[wanted].reset_index(drop=True)
