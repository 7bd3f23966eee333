"""The archive's page of the record: what calls earned, how forecasts came out, and every call with what followed.

Marks become a self-contained page without a script; nothing is computed but means of what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from fiveengines.archive.record import Record, entries_line, sentences, signed_percent
from fiveengines.base import formats
from fiveengines.base.formats import counted, csv_text, percent
from fiveengines.base.parameters import REGIME_NAMES
from fiveengines.report.page.cover_context import DISCLAIMER
from fiveengines.report.page.templates import content_policy, render_template, style

if TYPE_CHECKING:
    import pandas as pd

    from fiveengines.research.call_record import CallRecord

WIDTH, HEIGHT = 1000, 160
# Columns of record.csv after the week: name in the file → column of the record.
_CSV = {
    "made": "made",
    "regime": "regime",
    "exposure": "exposure",
    "exposure_without_entries": "plain_exposure",
    "entries": "entries",
    "return_4w": "return_month",
    "fall_4w": "fall_month",
    "return_13w": "return_quarter",
    "fall_13w": "fall_quarter",
    "vol_20d_low": "volatility_low",
    "vol_20d_high": "volatility_high",
    "vol_20d_realized": "volatility",
    **{f"p_regime_4w_{number}": f"p_{number}" for number in REGIME_NAMES},
    "regime_4w_later": "later",
    "brier": "brier",
}


@dataclass(frozen=True)
class Picture:
    """Growth of one after costs, on a scale of equal ratios: two paths in a box of WIDTH × HEIGHT, and the labels."""

    told: str
    holding: str
    one: float
    told_end: str
    holding_end: str
    start: str
    end: str


def record_page(found: Record | None, *, simulated: bool, other: tuple[str, str] | None = None) -> str:
    """record.html as text; `found` None says that there is nothing to mark. `other`: address and name of the record of
    the other kind of weeks, real ones for simulated ones."""
    told = found.told if found is not None else None
    late = found.backfilled if found is not None else None
    return render_template(
        "archive/templates/record.html.j2",
        simulated=simulated,
        lead=sentences(told, found.rules) if told is not None and found is not None else [],
        groups=[
            _group(kind, each, found)
            for kind, each in (("told", told), ("backfilled", late))
            if each is not None and found is not None
        ],
        closes_end=found.closes_end if found is not None else None,
        rules=found.rules if found is not None else None,
        other=other,
        css=Markup(style("report/page/templates/page.css", "archive/templates/archive.css")),  # noqa: S704  (our own style sheets)
        policy=content_policy("'none'"),
        disclaimer=DISCLAIMER,
    )


def record_csv(found: Record | None) -> str:
    """Every call with its marks, oldest first; `kind` is told or backfilled. An empty field is not known yet."""
    kinds = () if found is None else (("told", found.told), ("backfilled", found.backfilled))
    rows = [
        (f"{day:%Y-%m-%d}", kind, *(_field(row[column]) for column in _CSV.values()))
        for kind, each in kinds
        if each is not None
        for day, row in _rows(each.calls)
    ]
    return csv_text([["as_of", "kind", *_CSV], *sorted(rows)])


def _field(value: Any) -> str:
    if hasattr(value, "strftime"):
        return f"{value:%Y-%m-%d}"
    return "" if math.isnan(value) else f"{round(float(value), 4):g}"


def _group(kind: str, each: CallRecord, found: Record) -> dict[str, Any]:
    """One kind of calls as the template shows it."""
    from fiveengines.research.call_record import CONSTANT

    calls = each.calls
    return {
        "kind": kind,
        "weeks": counted(len(calls), "week"),
        "span": f"{calls.index[0]:%Y-%m-%d} to {calls.index[-1]:%Y-%m-%d}",
        "early": each.early,
        "days": each.days,
        "picture": _picture(each) if each.days > 1 else None,
        "strategies": [
            {
                "name": f"{name} ({percent(row['mean_exposure'])})" if name == CONSTANT else name,
                "total": signed_percent(row["total"]),
                "fall": formats.number(row["max_drawdown"], 1, " %"),
                "volatility": formats.number(row["volatility"], 1, " %"),
                "exposure": percent(row["mean_exposure"]),
                "turnover": formats.number(row["turnover"], 1, " ×"),
            }
            for name, row in each.strategies.iterrows()
            if each.days
        ],
        "regimes": _by_regime(calls),
        "forecasts": _forecast_lines(each, found),
        "entries": entries_line(each) if each.entries.changed else _no_entries(each),
        "missing": [f"{day:%Y-%m-%d}" for day in each.missing],
        "calls": [_call(day, row) for day, row in _rows(calls.iloc[::-1])],
    }


def _no_entries(each: CallRecord) -> str:
    if each.entries.weeks:
        return f"Entries by hand took part in {counted(each.entries.weeks, 'week')} and moved no exposure."
    return "No figure was entered by hand."


def _picture(each: CallRecord) -> Picture:
    from fiveengines.research.call_record import HOLDING, TOLD

    logs = each.wealth.map(math.log)
    low, high = min(float(logs.min().min()), 0.0), max(float(logs.max().max()), 0.0)
    height = (high - low) or 1.0

    def y(value: float) -> float:
        return HEIGHT * (1 - (value - low) / height)

    def path(line: pd.Series) -> str:
        step = WIDTH / (len(line) - 1)
        keep = max(1, len(line) // WIDTH)
        places = [*range(0, len(line) - 1, keep), len(line) - 1]
        return "M" + "L".join(f"{place * step:.1f} {y(float(line.iloc[place])):.1f}" for place in places)

    ends = each.wealth.iloc[-1]
    days = each.wealth.index
    return Picture(
        told=path(logs[TOLD]),
        holding=path(logs[HOLDING]),
        one=y(0.0),
        told_end=signed_percent(100 * (float(ends[TOLD]) - 1)),
        holding_end=signed_percent(100 * (float(ends[HOLDING]) - 1)),
        start=f"{days[0]:%Y-%m-%d}",
        end=f"{days[-1]:%Y-%m-%d}",
    )


def _by_regime(calls: pd.DataFrame) -> list[dict[str, Any]]:
    """What followed each regime's calls on average, and all of them."""
    groups = [(number, name, calls[calls["regime"] == number]) for number, name in REGIME_NAMES.items()]
    rows = [(number, name, rows) for number, name, rows in groups if len(rows)]
    named = calls[calls["regime"].notna()]
    return [
        {
            "number": number,
            "name": name,
            "count": len(group),
            "exposure": percent(group["exposure"].mean()),
            **{
                horizon: {
                    "mean": signed_percent(group[f"return_{horizon}"].mean()),
                    "count": int(group[f"return_{horizon}"].notna().sum()),
                }
                for horizon in ("month", "quarter")
            },
        }
        for number, name, group in [*rows, (None, "All calls", named)]
    ]


def _forecast_lines(each: CallRecord, found: Record) -> list[str]:
    known, lines = each.forecasts, []
    if known.bands:
        lines.append(
            f"Volatility of the coming month came inside its 80 % band in {known.inside} of "
            f"{counted(known.bands, 'complete week')} ({percent(known.inside / known.bands)}; {known.alone} of them do "
            "not overlap)."
        )
    else:
        lines.append("No forecast of volatility is complete yet.")
    if known.scored and None not in (known.brier, known.persistence, known.climatology):
        lines.append(
            f"Brier score of the regime {found.rules.horizons.month_weeks} weeks ahead: "
            f"{formats.number(known.brier, 3)} over {counted(known.scored, 'complete week')}; staying as it is "
            f"{formats.number(known.persistence, 3)}, the shares of the past {formats.number(known.climatology, 3)}. "
            "Smaller is better."
        )
    else:
        lines.append("No forecast of the regime is complete yet.")
    return lines


def _rows(calls: pd.DataFrame) -> Iterator[tuple[Any, dict[Any, Any]]]:
    """Reading date and columns of each call; `iterrows` would make a series of each."""
    return zip(calls.index, calls.to_dict("records"), strict=True)


def _call(day: Any, row: dict[Any, Any]) -> dict[str, Any]:
    regime = None if math.isnan(row["regime"]) else int(row["regime"])
    band = f"{formats.number(row['volatility_low'])} to {formats.number(row['volatility_high'], 0, ' %')}"
    later = None if math.isnan(row["later"]) else int(row["later"])
    chance = math.nan if later is None else float(row[f"p_{later}"])
    inside = row["volatility_low"] <= row["volatility"] <= row["volatility_high"]
    known = not math.isnan(row["volatility"]) and not math.isnan(row["volatility_low"])
    return {
        "day": f"{day:%Y-%m-%d}",
        "regime": regime,
        "name": REGIME_NAMES[regime] if regime is not None else "No call",
        "exposure": percent(row["exposure"]),
        "plain": percent(row["plain_exposure"]) if row["plain_exposure"] not in (row["exposure"],) else "",
        "entries": int(row["entries"]),
        **{
            horizon: (
                signed_percent(row[f"return_{horizon}"]),
                formats.number(row[f"fall_{horizon}"], 1, " %"),
            )
            for horizon in ("month", "quarter")
        },
        "band": "" if math.isnan(row["volatility_low"]) else band,
        "volatility": formats.number(row["volatility"], 0, " %"),
        "held": ("inside" if inside else "outside") if known else "",
        "later": later,
        "chance": percent(chance),
    }
