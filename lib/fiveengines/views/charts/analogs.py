"""What followed the past weeks most like this one, as paths; the weeks and paths come from the evidence.

Shows what was found; computes nothing but the middle of the paths.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.week import Week

_HEIGHT = 240


def similar_weeks(week: Week) -> Picture | None:
    """`analog_paths` of the past weeks most like this one; None with too little history."""
    return None if week.analogs is None else analog_paths(week.analogs.paths)


def analog_paths(paths: pd.DataFrame, regime: str = "this week") -> Picture:
    """Paths of the index after past weeks, in per cent from the week itself.

    paths: one row a past week and horizon with the columns `week` (datetime64, the past week), `weeks_ahead` (0 and
    up) and `change` (%); rows without a change are left out. `regime` names what they were like. An empty frame gives
    a sentence in the chart's place.
    """
    known = paths.dropna(subset=["change"])
    if known.empty:
        return base.no_data("Analog weeks", "no past week is close enough.")
    known = known.assign(label=[f"{day:%b %Y}" for day in pd.DatetimeIndex(known["week"])])
    middle = known.groupby("weeks_ahead", as_index=False)["change"].median()
    far = int(known["weeks_ahead"].max())
    tips = [
        base.when("week", "week like this one"),
        alt.Tooltip("weeks_ahead:Q", title="weeks after"),
        alt.Tooltip("change:Q", format="+.1f", title="change, %"),
    ]
    axis = alt.Y("change:Q", title="change of the index, %")
    across = alt.X("weeks_ahead:Q", title="weeks after", axis=alt.Axis(tickMinStep=1))
    each = (
        alt.Chart(known)
        .mark_line(strokeWidth=1, opacity=0.55, color=base.SOFT)
        .encode(x=across, y=axis, detail="label:N", tooltip=tips)
    )
    mean = alt.Chart(middle).mark_line(strokeWidth=2.6).encode(x=across, y=axis)
    last = known[known["weeks_ahead"] == far]
    low, high = float(known["change"].min()), float(known["change"].max())
    moves = base.apart(dict(zip(last["label"], last["change"], strict=True)), low, high, _HEIGHT)
    beside = last.assign(change=last["change"] - last["label"].map(moves) * (high - low) / _HEIGHT)
    ends = (
        alt.Chart(beside)
        .mark_text(align="left", dx=5, fontSize=10, color=base.SOFT)
        .encode(x=across, y=axis, text="label:N")
    )
    zero = (
        alt.Chart(pd.DataFrame({"change": [0.0]})).mark_rule(color=theme.LIGHT["line"]).encode(y="change:Q")
    )
    count = known["week"].nunique()
    rising = int((last["change"] > 0).sum())
    middle_end = float(middle["change"].iloc[-1])
    way = "rose" if middle_end >= 0 else "fell"
    finding = (
        f"After {count} weeks like {regime} the index stood higher {far} weeks on in {rising} of {len(last)}; "
        f"the middle path {way} {abs(middle_end):.1f} %"
    )
    subtitle = (
        "Index after each of the closest past weeks, % from that week; thick: their middle. A small sample"
    )
    return (zero + each + mean + ends).properties(height=_HEIGHT, title=base.title(finding, subtitle))
