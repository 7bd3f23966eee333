"""A week without a call: why there is none, what to do, and the last valid call with its age.

Reads off what is readable and what is not; no call is made here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.formats import counted, date, first_capital, joined, percent
from fiveengines.base.parameters.regimes import Call
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model import regimes
from fiveengines.model.readings import Readings

NAME = "No call"


@dataclass(frozen=True)
class LastCall:
    """The newest valid call before the week: `value` is its target exposure, `age_weeks` its age in weeks."""

    as_of: pd.Timestamp
    number: int
    name: str
    value: float
    age_weeks: int

    @property
    def sentence(self) -> str:
        """The call, named as one of an earlier week."""
        age = counted(self.age_weeks, "week")
        return (
            f"The last valid call was {self.name} with {percent(self.value)} of the risk budget, on "
            f"{date(self.as_of)}, {age} before this reading; it is not a call for this week."
        )


@dataclass(frozen=True)
class NoCall:
    """Why a week has no call. data_end: the index's last close, None without one; last_call None when none was made."""

    reason: str
    data_end: pd.Timestamp | None
    remedy: str
    last_call: LastCall | None

    @property
    def last_sentence(self) -> str:
        """The last valid call in words, or that there has been none."""
        return self.last_call.sentence if self.last_call else "There has been no valid call before."

    @property
    def sentence(self) -> str:
        """Reason, last valid call and remedy in one paragraph."""
        return f"{NAME}. {self.reason} {self.last_sentence} {self.remedy}"


def no_call(
    readings: Readings, observed: pd.Series, fresh: bool, rules: Call, day: pd.Timestamp
) -> NoCall | None:
    """Why there is no call on `day`; None when there is one.

    observed: (sessions,) date of the index's newest close known each evening, NaT before any. fresh: if it is recent.
    """
    if bool(readings.regimes.known.loc[day]):
        return None
    present = observed.dropna()
    data_end = pd.Timestamp(present.iloc[-1]) if len(present) else None
    score = readings.engines.score.loc[day].to_dict()
    known = [ENGINE_NAMES[str(name)].lower() for name, value in score.items() if np.isfinite(value)]
    missing = [ENGINE_NAMES[str(name)].lower() for name, value in score.items() if not np.isfinite(value)]
    reasons = []
    if not fresh:
        asked = counted(rules.close_within_sessions, "session")
        reasons.append(
            f"The index has no close in the {asked} up to {date(day)}; the last one is of {date(data_end)}."
            if data_end is not None
            else "There is no close of the index."
        )
    if len(known) < rules.least_engines:
        readable = f"Only {joined(known)} can be read" if known else "No engine can be read"
        reasons.append(f"{readable}; a call needs {rules.least_engines} of the {len(score)} engines.")
    if not reasons:
        reasons.append(f"{first_capital(joined(missing))} cannot be read, and a regime is named by them.")
    remedy = "Refresh the data with `fiveengines fetch`, add newer files, or choose an earlier week"
    if fresh:
        remedy = f"Add the inputs of {joined(missing)}; `fiveengines doctor` says which are missing"
    return NoCall(" ".join(reasons), data_end, f"{remedy}.", _last(readings, day))


def _last(readings: Readings, day: pd.Timestamp) -> LastCall | None:
    found = regimes.last_call(readings.regimes, day)
    if found is None:
        return None
    when, number = found
    value = float(readings.target_exposure.exposure.loc[when])
    return LastCall(when, number, regimes.NAMES[number], value, round((day - when).days / 7))
