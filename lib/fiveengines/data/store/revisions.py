"""What a new answer adds to the rows of one series, and what a reader sees of them.

Pure functions over frames; files, clocks and providers may not enter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from fiveengines.data.catalog import Series
from fiveengines.data.dataset import Members
from fiveengines.data.providers.frames import Basis, changes_only

ROW = ("observed", "value", "known_at", "fetched_at", "basis")
# A figure absent a day after its rule says it should be there was late at its source; a shorter delay is the
# provider's page catching up with a figure that others had already.
LATE = np.timedelta64(24 * 3600, "s")
# Providers round adjusted closes to about seven digits.
_SAME_BASE = 1e-6


def no_rows() -> pd.DataFrame:
    """An empty frame of ROW."""
    kinds = dict.fromkeys(ROW, "datetime64[s]") | {"value": "float64", "basis": "int8"}
    return pd.DataFrame({name: np.empty(0, dtype=kind) for name, kind in kinds.items()})


def additions(
    held: pd.DataFrame,
    answer: pd.DataFrame,
    series: Series,
    fetched_at: pd.Timestamp,
    last_checked: pd.Timestamp | None = None,
) -> pd.DataFrame:
    """Rows (frame of ROW) that `answer` adds to `held`; empty when it says nothing new.

    held: frame of ROW, sorted by known_at. answer: observed, value, known_at, basis as adapters give them.
    last_checked: when this series was last fetched with success. A value dated by rule that differs from the
    newest held one is a revision seen now. A new one was public by its rule, unless an earlier check missed
    it. A value that the provider dates is new when it changes what was known at that moment. Nothing held is
    ever taken away.
    """
    now = fetched_at.to_datetime64().astype("datetime64[s]")
    provider_dated = answer["basis"].to_numpy() == Basis.PROVIDER
    parts = []
    if (~provider_dated).any():
        parts.append(_by_rule(held, answer.loc[~provider_dated], series, now, last_checked))
    if provider_dated.any():
        parts.append(_by_provider(held, answer.loc[provider_dated], now))
    if not parts:
        return no_rows()
    rows = pd.concat(parts, ignore_index=True)
    rows["fetched_at"] = now
    rows["basis"] = rows["basis"].astype("int8")
    return rows[list(ROW)]


def _by_rule(
    held: pd.DataFrame,
    answer: pd.DataFrame,
    series: Series,
    now: np.datetime64,
    last_checked: pd.Timestamp | None,
) -> pd.DataFrame:
    newest = held.drop_duplicates("observed", keep="last").set_index("observed")["value"]
    before = newest.reindex(answer["observed"]).to_numpy()
    fresh = np.isnan(before)
    value = answer["value"].to_numpy()
    changed = ~fresh & ~_same(before, value)
    rule = answer["known_at"].to_numpy()
    # what we hold was public by now, whatever the rule expects
    known = np.where(changed, now, np.minimum(rule, now))
    late = np.zeros(len(answer), dtype=bool)
    if last_checked is not None and len(held) and series.release.rule != "session":
        checked = last_checked.to_datetime64().astype("datetime64[s]")
        late = fresh & (answer["observed"].to_numpy() > held["observed"].max()) & (rule + LATE <= checked)
        known = np.where(late, now, known)
    basis = np.where(changed | late, int(Basis.SEEN), int(Basis.RULE))
    rows = pd.DataFrame(
        {"observed": answer["observed"].to_numpy(), "value": value, "known_at": known, "basis": basis}
    )
    return pd.DataFrame(rows.loc[fresh | changed])


def _by_provider(held: pd.DataFrame, answer: pd.DataFrame, now: np.datetime64) -> pd.DataFrame:
    # a fact outranks a rule, so rows dated by rule are no obstacle
    facts = held.loc[held["basis"].to_numpy() != Basis.RULE, ["observed", "value", "known_at"]].assign(
        new=0, basis=-1
    )
    fresh = answer[["observed", "value", "known_at", "basis"]].assign(new=1)
    both = pd.concat([facts, fresh], ignore_index=True)
    both = both.sort_values(["observed", "known_at", "new"], kind="stable", ignore_index=True)
    observed, known, value = (both[name].to_numpy() for name in ("observed", "known_at", "value"))
    new = both["new"].to_numpy() == 1
    first = np.append(True, observed[1:] != observed[:-1])[: len(both)]
    repeats = ~first & np.append(False, _same(value[1:], value[:-1]))[: len(both)]
    # the same moment with another value: the provider replaced a row in place, and we see it now
    clash = new & ~first & ~repeats & np.append(False, known[1:] == known[:-1])[: len(both)]
    if clash.any():
        newest = facts.drop_duplicates("observed", keep="last").set_index("observed")["value"]
        settled = _same(newest.reindex(both["observed"]).to_numpy(), value)
        repeats = repeats | (clash & settled)
        both.loc[clash, "known_at"] = now
        both.loc[clash, "basis"] = int(Basis.SEEN)
    new_rows = both.loc[new & ~repeats, ["observed", "value", "known_at", "basis"]]
    # not even a provider's clock may be ahead of the moment we hold the figure
    return pd.DataFrame(new_rows.assign(known_at=np.minimum(new_rows["known_at"].to_numpy(), now)))


def _same(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    same: np.ndarray = np.isclose(one, other, rtol=1e-12, atol=0.0)
    return same


def view(rows: pd.DataFrame) -> pd.DataFrame:
    """What a reader sees of `rows` (frame of ROW): observed, value, known_at, sorted by known_at then
    observed.

    Where the provider dated an observation itself, rows dated by rule step back; repeated values are one row.
    """
    basis = rows["basis"].to_numpy()
    provider_dated = basis == Basis.PROVIDER
    if provider_dated.any() and not provider_dated.all():
        dated = np.isin(rows["observed"].to_numpy(), rows["observed"].to_numpy()[provider_dated])
        rows = rows.loc[~((basis == Basis.RULE) & dated)]
        rows = changes_only(rows.sort_values(["observed", "known_at"], kind="stable"))
    known, observed = rows["known_at"].to_numpy(), rows["observed"].to_numpy()
    if (known[1:] < known[:-1]).any() or ((known[1:] == known[:-1]) & (observed[1:] < observed[:-1])).any():
        rows = rows.sort_values(["known_at", "observed"], kind="stable")
    seen = rows[["observed", "value", "known_at"]]
    return seen.set_axis(pd.RangeIndex(len(seen)))


def first_choice(views: Sequence[pd.DataFrame], held: Sequence[Callable[[], pd.DataFrame]]) -> pd.DataFrame:
    """Views of one series from several sources as one; a later source serves only dates that no earlier one
    has, and what the store held from it before an earlier one had the date.

    held: for every view but the first, how to get its frame of ROW, which has when each row was fetched.
    """
    joined = views[0]
    for frame, rows in zip(views[1:], held, strict=True):
        first = joined.drop_duplicates("observed", keep="first").set_index("observed")["known_at"]
        outranked_from = first.reindex(frame["observed"]).to_numpy()
        further = np.isnat(outranked_from)
        before = ~further & (frame["known_at"].to_numpy() < outranked_from)
        if before.any():
            fetched = rows().drop_duplicates(["observed", "known_at"], keep="first")
            came = frame.merge(fetched, on=["observed", "known_at"], how="left")["fetched_at"].to_numpy()
            further |= before & (came < outranked_from)
        if further.any():
            joined = pd.concat([joined, frame.loc[further]], ignore_index=True)
            joined = joined.sort_values(["known_at", "observed"], kind="stable", ignore_index=True)
    return pd.DataFrame(joined)


def continued(held: pd.Series, fresh: pd.Series) -> pd.Series:
    """The part of `fresh` after `held`, brought to the base of `held` at their last common date.

    Both: adjusted closes indexed by date, NaN for none. Every dividend rewrites a provider's whole adjusted
    past by one factor; continuing the stored past keeps its returns without rewriting ten thousand rows a
    quarter. Returns an empty series when nothing is new; ValueError when no common date gives the factor.
    """
    held, fresh = pd.Series(held.dropna()), pd.Series(fresh.dropna())
    if not len(held):
        return fresh
    new: pd.Series = fresh.loc[fresh.index > held.index[-1]]
    if not len(new):
        return new
    common = held.index.intersection(fresh.index)
    if not len(common):
        raise ValueError("no common date")
    factor = float(held[common[-1]] / fresh[common[-1]])
    return new if abs(factor - 1) < _SAME_BASE else new * factor


def joined_members(held: Members | None, item: Members) -> Members:
    """`held` continued ticker by ticker with `item`; tickers new to the store come whole, and the times in the index
    stay where `item` has none."""
    if held is None:
        return replace(item, closes=item.closes.sort_index())
    closes = held.closes.reindex(held.closes.index.union(item.closes.index)).astype("float64")
    parts = {}
    for ticker in item.closes.columns:
        fresh = item.closes[ticker]
        if ticker not in closes.columns:
            parts[ticker] = fresh.reindex(closes.index)
            continue
        try:
            new = continued(closes[ticker], fresh)
        except ValueError:
            continue
        column = closes[ticker].copy()
        column.loc[new.index] = new.to_numpy(dtype=np.float64)
        parts[ticker] = column
    unchanged = closes.drop(columns=[ticker for ticker in parts if ticker in closes.columns])
    joined = pd.concat([unchanged, pd.DataFrame(parts)], axis=1) if parts else closes
    order = [*held.closes.columns, *(name for name in parts if name not in held.closes.columns)]
    spells = held.spells if item.spells is None else item.spells
    note = (held.note or item.note) if spells is None else ""
    return Members(joined[order], {**held.sectors, **item.sectors}, note, held.origin or item.origin, spells)
