"""Charts come out the same with altair's own checks on, and the checks still find what is wrong."""

from __future__ import annotations

import json
import subprocess
import sys

import altair as alt
import pytest
from altair.utils import schemapi

from fiveengines.views.charts import fast_altair, renderer

CODE = """
import json, sys
import fiveengines.base.fast_imports
import altair as alt
import pandas as pd
if sys.argv[1] == "fast":
    from fiveengines.views.charts import fast_altair
    fast_altair.switch_on()
    alt.theme.enable("default")
    alt.data_transformers.enable("default")
frame = pd.DataFrame({"day": pd.date_range("2024-01-05", periods=3, freq="W-FRI"), "score": [0.1, -0.2, 0.3]})
line = alt.Chart(frame).mark_line(color="#2b4a6f").encode(x="day:T", y=alt.Y("score:Q", title="score"))
rule = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color="#565e68").encode(y="zero:Q")
hue = alt.condition("datum.score > 0", alt.value("#1b6cb0"), alt.value("#bd4a17"))
words = line.mark_text().encode(text="score:Q", color=hue)
print(json.dumps(alt.layer(line, rule, words, title="A finding").to_dict(validate=False), sort_keys=True))
"""


def test_the_specification_is_the_same_as_altairs_own() -> None:
    made = [
        subprocess.run(
            [sys.executable, "-c", CODE, mode], capture_output=True, text=True, timeout=120, check=True
        ).stdout
        for mode in ("fast", "plain")
    ]
    assert json.loads(made[0]) == json.loads(made[1])


def test_an_invalid_chart_is_still_refused_when_asked() -> None:
    renderer.enable()
    wrong = alt.Chart("x.csv").mark_line().encode(x=alt.X("a:Q", axis=7))
    with pytest.raises(schemapi.SchemaValidationError):
        wrong.to_dict()


def test_switching_on_twice_changes_nothing() -> None:
    fast_altair.switch_on()
    fast_altair.switch_on()
    assert alt.Chart("x.csv").mark_bar().encode(x="a:Q").to_dict()["encoding"]["x"]["field"] == "a"
