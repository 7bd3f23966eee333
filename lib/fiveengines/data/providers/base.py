"""What live providers share: which series since when go in, observations with their publication come out.

The protocol and its small types only; no request is made here and no provider is named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data.calendars import published_at
from fiveengines.data.catalog import Series, lookup
from fiveengines.data.folder.csv import tolerance

COLUMNS = ("observed", "value", "known_at", "basis")
_MISSHAPEN = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)


class Basis(IntEnum):
    """How the moment of publication is known."""

    RULE = 0  # the catalog's release rule
    PROVIDER = 1  # the provider says it: a vintage date, the moment a row was loaded
    SEEN = 2  # the store saw it then for the first time: a change, or a figure that was late


@dataclass(frozen=True)
class Request:
    """One series to fetch: observations from `since` on.

    `seen` is the newest publication (naive UTC) that the store holds by the provider's own word, or None.
    """

    since: dt.date
    seen: pd.Timestamp | None = None


@dataclass(frozen=True)
class Response:
    """Observations of one series.

    `frame` has observed (datetime64[s]), value (float64, catalog unit, never NaN), known_at (datetime64[s],
    naive UTC) and basis (int8, a Basis). `origin` is where they came from, without any key; `notes` say in
    words what was odd.
    """

    series: str
    frame: pd.DataFrame
    origin: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FetchError:
    """A series, or with None the whole provider, that could not be had, and why in the reader's words."""

    series: str | None
    error: DataError

    def line(self) -> str:
        """The error, with the series where the error itself does not name it."""
        text = str(self.error)
        return text if self.series is None or self.series in text else f"{self.series}: {text}"


@dataclass(frozen=True)
class MemberCloses:
    """Closes of index members, sessions × tickers (float64, NaN for no price), with sectors and where they
    come from."""

    closes: pd.DataFrame
    sectors: Mapping[str, str]
    origin: str
    note: str


Item = Response | MemberCloses | FetchError


class Provider(Protocol):
    """One source of series over the network or from downloaded files."""

    name: str
    title: str
    needs_key: bool

    @property
    def series(self) -> tuple[str, ...]:
        """Catalog ids that this provider can deliver."""

    def fetch(self, wanted: Mapping[str, Request]) -> Iterator[Item]:
        """Yield one Response or FetchError a series as each arrives; a failing series never stops the others.

        Raises ProviderError only when nothing at all can be had.
        """

    def ping(self) -> str:
        """Ask the provider for something tiny; its reply in a few words, or ProviderError."""


@contextmanager
def expected_form(where: str, series: str | None = None) -> Iterator[None]:
    """Whatever a misshapen answer raises while it is read becomes a ProviderError that names the series."""
    try:
        yield
    except _MISSHAPEN as error:
        raise ProviderError(
            f"the answer has not the expected form ({type(error).__name__}: {str(error)[:120]}).",
            where=where,
            series=series,
            remedy="Fetch again later; if it stays so, the provider has changed its format.",
        ) from None


def moments(times: Iterable[Any]) -> pd.DatetimeIndex:
    """`times` (n,) to the second; NaT where there is none. Texts are ISO dates, anything else is a ValueError."""
    return pd.DatetimeIndex(pd.to_datetime(pd.Series(times), format="ISO8601").astype("datetime64[s]"))


def frame_by_rule(series_id: str, observed: Iterable[Any], value: Iterable[Any]) -> pd.DataFrame:
    """Response frame with publication times by the catalog's release rule; rows without a value are dropped.

    observed, value: equally long (n,); several rows for one date: the last counts.
    """
    days = moments(observed)
    known = published_at(lookup(series_id), days)
    return answer_frame(days, value, known, Basis.RULE, one_row_a_date=True)


def answer_frame(
    observed: Iterable[Any],
    value: Iterable[Any],
    known_at: Iterable[Any],
    basis: int | np.ndarray,
    *,
    one_row_a_date: bool = False,
) -> pd.DataFrame:
    """Response frame of columns (n,), sorted by observed and known_at; rows without a value are dropped."""
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
    """`frame`, sorted by observed and known_at, without rows that repeat the value known before for that
    date."""
    observed, value = frame["observed"].to_numpy(), frame["value"].to_numpy()
    repeats = (observed[1:] == observed[:-1]) & np.isclose(value[1:], value[:-1], rtol=1e-12, atol=0.0)
    return pd.DataFrame(frame.loc[np.append(True, ~repeats)[: len(frame)]])


def since(frame: pd.DataFrame, first: dt.date) -> pd.DataFrame:
    """Rows observed on or after `first`."""
    wanted = frame["observed"].to_numpy() >= np.datetime64(first, "s")
    return frame.loc[wanted].reset_index(drop=True)


def possible_only(series: Series, answer: Response, provider: str) -> Response:
    """`answer` without values before the usable past or outside the catalog's bounds.

    DataError when the impossible values are too many to be slips: then they are in another unit.
    """
    frame = answer.frame
    if series.usable_from is not None:
        frame = since(frame, dt.date.fromisoformat(series.usable_from))
    if series.bounds is None or not len(frame):
        return replace(answer, frame=frame)
    values = frame["value"].to_numpy()
    wrong = (values < series.bounds[0]) | (values > series.bounds[1])
    count = int(wrong.sum())
    if not count:
        return replace(answer, frame=frame)
    example = float(values[wrong][-1])
    if count > tolerance(len(values)):
        raise DataError(
            f"{count} of {len(values)} values cannot be {series.unit} ({example:g}); nothing was stored.",
            where=provider,
            series=series.id,
            remedy="The provider may have changed the unit; compare with its page before the next fetch.",
        )
    day = pd.Timestamp(frame["observed"].to_numpy()[wrong][-1]).date()
    note = f"{count} impossible value(s) left out, the last {example:g} on {day}"
    return replace(answer, frame=frame.loc[~wrong].reset_index(drop=True), notes=(*answer.notes, note))
