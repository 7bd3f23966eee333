"""The whole answer for a session: what it is made of, that it knows nothing later, and what it says without inputs."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fiveengines import overrides
from fiveengines.base.errors import OverrideError
from fiveengines.companions import rotation
from fiveengines.companions.rotation import inputs
from fiveengines.companions.session import Session
from fiveengines.data import calendars, demo
from fiveengines.data.dataset import Dataset, SeriesData, series_data
from fiveengines.data.demo import latent_regime, market, members
from fiveengines.data.panel import Panel
from fiveengines.portfolio import ledger
from fiveengines.portfolio.folders import portfolio_folder

DAY = "2019-06-05"


@pytest.fixture(scope="module")
def session() -> Session:
    return Session.load(DAY, source="demo")


@pytest.fixture(scope="module")
def answer(session: Session) -> rotation.Result:
    return rotation.analyse(session)


def _with(session: Session, change: Callable[[Dataset], Dataset]) -> Session:
    panel = Panel(change(session.dataset), session.as_of)
    if panel.dataset.members is not None:  # the costly part depends on them alone
        panel.memory.update(session.panel.memory)
    return replace(session, panel=panel)


def _without(*names: str, members: bool = True) -> Callable[[Dataset], Dataset]:
    def change(data: Dataset) -> Dataset:
        kept = {key: each for key, each in data.series.items() if key not in names}
        return replace(data, series=kept, members=data.members if members else None)

    return change


def _json(result: rotation.Result) -> str:
    return result.model_dump_json(by_alias=True, exclude={"data_fingerprint"})


def test_the_contract_of_its_json(answer: rotation.Result) -> None:
    found = answer.model_dump(mode="json", by_alias=True)
    assert found["schema"] == "fiveengines.rotation.v1" and found["as_of"] == DAY
    assert len(found["headline"].split()) <= 15
    assert found["bottom_line"] == " ".join(found["answers"].values())
    for each in found["implied_realized"]:
        assert set(each["realized"]) == set(each["discount"]) == {"10", "20", "30", "60"}
        for window, below in each["discount"].items():
            assert below == (each["implied"] < each["realized"][window])
        assert each["window_stable"] == (len(set(each["discount"].values())) == 1)
    assert {each["rank"] for each in found["sectors"]} == set(range(1, len(found["sectors"]) + 1))
    assert {"n", "mean", "low", "high", "hit", "usual"} <= set(found["ratio"]["conditional"])
    assert found["dispersion"]["verdict"] in {"beta", "dispersion", "mixed"}
    assert 0 <= found["dispersion"]["market_share"] <= 1
    assert {"sma_20", "sma_50", "sma_200", "high_52w", "low_52w", "fomc_close"} <= {
        each["name"] for each in found["levels"]
    }


def test_returns_and_distances_are_those_of_the_closes(session: Session, answer: rotation.Result) -> None:
    for each in answer.sectors:
        closes = session.panel.daily(each.ticker)
        assert each.return_21 == pytest.approx(100 * (closes.iloc[-1] / closes.iloc[-22] - 1), abs=0.006)
    es = next(each for each in answer.implied_realized if each.market == "ES")
    logs = np.log(session.panel.daily(es.series).dropna()).diff()
    assert es.realized[20] == pytest.approx(100 * np.sqrt(252) * logs.tail(20).std(), abs=0.006)
    assert es.implied == session.panel.daily("VIX").iloc[-1]
    average = next(each for each in answer.levels if each.name == "sma_200" and each.market == "ES")
    assert average.level == pytest.approx(session.panel.daily("SPX").tail(200).mean(), abs=1e-3)


def test_every_figure_of_the_bottom_line_stands_in_the_json(answer: rotation.Result) -> None:
    known: set[float] = {float(each) for each in (5, 10, 20, 21, 30, 60, 63, 90)}

    def collect(value: Any) -> None:
        if isinstance(value, dict):
            for each in value.values():
                collect(each)
        elif isinstance(value, list | tuple):
            for each in value:
                collect(each)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            for size in (abs(value), abs(100 * value)):
                known.update({round(size, digits) for digits in (0, 1, 2)})

    collect(answer.model_dump(exclude={"answers"}))
    figures = [float(each.replace(",", "")) for each in re.findall(r"\d[\d,]*\.?\d*", answer.bottom_line)]
    assert figures
    assert [each for each in figures if each not in known] == []


@pytest.mark.parametrize("scramble", [True, False])
def test_nothing_after_the_session_changes_the_answer(answer: rotation.Result, scramble: bool) -> None:
    later = Session.load("2019-12-31", source="demo")
    day = pd.Timestamp(DAY)
    cutoff = calendars.evening_of(day)
    rng = np.random.default_rng(9)

    def change(each: SeriesData) -> SeriesData:
        frame = each.frame.copy()
        after = (frame["known_at"] > cutoff).to_numpy()
        if not scramble:
            return replace(each, frame=frame[~after].reset_index(drop=True))
        frame.loc[after, "value"] = frame["value"].to_numpy()[after] * rng.uniform(0.2, 5, int(after.sum()))
        return replace(each, frame=frame)

    data = later.dataset
    assert data.members is not None
    closes = data.members.closes.copy()
    closes.loc[closes.index > day] = closes.loc[closes.index > day] * (3.0 if scramble else np.nan)
    changed = replace(
        data,
        series={key: change(each) for key, each in data.series.items()},
        members=replace(data.members, closes=closes),
    )
    again = replace(later, as_of=day, panel=Panel(changed, day))
    assert _json(rotation.analyse(again)) == _json(answer)


def test_the_same_inputs_give_the_same_answer(session: Session, answer: rotation.Result) -> None:
    again = replace(session, panel=Panel(session.dataset, session.as_of))
    assert _json(rotation.analyse(again)) == _json(answer)


@pytest.mark.parametrize(
    ("names", "members", "said"),
    [
        (("VIX",), True, "Implied against realised volatility of ES: no current VIX"),
        (("DGS2",), True, "Curve move"),
        (("RUT", "IWM", "RTY_F"), True, "Small against large: no current RUT"),
        (("SPY", "SPX", "ES_F"), True, "Sectors: no current"),
        ((), False, "Factor deciles: no members"),
        (("CPIAUCSL", "CPILFESL", "PCEPI"), True, "Quadrant"),
    ],
)
def test_what_is_missing_is_named_and_the_rest_goes_on(
    session: Session, names: tuple[str, ...], members: bool, said: str
) -> None:
    found = rotation.analyse(_with(session, _without(*names, members=members)))
    assert any(each.startswith(said) for each in found.not_available), found.not_available
    assert found.bottom_line.count(".") >= 3
    assert found.levels


@pytest.mark.parametrize("day", ["2003-01-02", "2003-01-03", "2003-03-20"])
def test_a_young_market_says_that_it_cannot_tell(day: str) -> None:
    found = rotation.analyse(Session.load(day, source="demo"))
    assert found.market_kind is None and found.headline.startswith("Market kind unknown")
    assert found.headline.endswith("small against large unknown")
    assert "cannot tell" in found.bottom_line and "percentile" not in found.bottom_line
    assert found.ratio is None or "cannot be judged" in found.ratio.pair_trade


def test_an_empty_folder_still_has_an_answer(session: Session) -> None:
    keys = tuple(session.dataset.series)
    found = rotation.analyse(_with(session, _without(*keys, members=False)))
    assert found.market_kind is None and found.ratio is None and found.levels == []
    assert "cannot tell" in found.bottom_line


def test_a_surprise_entered_by_hand_takes_the_place_of_the_index_and_is_marked(
    tmp_path: Path, session: Session
) -> None:
    for value in ("6", "high"):
        with pytest.raises(OverrideError):
            overrides.check("data_surprise", value)
    entry = overrides.set_override(
        tmp_path, "data_surprise", -1.5, why="vendor's page", as_of="2019-05-31", who="a tester"
    )
    assert entry.holds(dt.date(2019, 6, 5))
    found = rotation.analyse(replace(session, entries=(entry,)))
    assert found.surprise_index.basis == "entered by hand" and found.surprise_index.growth == -1.5
    assert found.surprise_index.state == "below"
    assert [(each.field, each.value) for each in found.overrides] == [("data_surprise", -1.5)]


def test_a_vendors_index_takes_the_place_of_the_own_one(session: Session) -> None:
    days = session.panel.sessions
    values = np.where(np.arange(len(days)) % 2, 40.0, -40.0)
    values[-1] = 80.0
    data = series_data(
        "SURPRISE_INDEX", days, values, calendars.to_utc(days, "18:00"), provider="t", origin="t"
    )
    found = rotation.analyse(
        _with(session, lambda held: replace(held, series={**held.series, "SURPRISE_INDEX": data}))
    )
    assert found.surprise_index.basis == found.surprise_index.name == "vendor's index"
    assert found.surprise_index.growth == pytest.approx(2.0, abs=0.01)


def test_the_demos_hidden_sector_paths_are_found(session: Session, answer: rotation.Result) -> None:
    """The simulated sectors move by hidden paths beside the index: what the room ranks is what was hidden."""
    seed = session.params.weekly.demo_seed
    sessions = demo._sessions(session.as_of)
    latent = latent_regime.simulate(seed, sessions)
    path = members.sector_paths(seed, latent, market.simulate(seed, latent))
    hidden = pd.Series(path[-1] - path[-31], index=[fund for fund, _, _ in members.SECTORS.values()])
    ranks = pd.Series({each.ticker: each.rank for each in answer.sectors}, dtype="float64")
    assert hidden.rank(ascending=False).corr(ranks.reindex(hidden.index)) > 0.7
    strength = pd.Series({each.ticker: each.strength for each in answer.sectors}, dtype="float64")
    mean = pd.Series(path[-1] - path[-63:].mean(axis=0), index=hidden.index)
    assert mean.corr(strength.reindex(hidden.index)) > 0.7


def test_the_demo_has_a_ledger_of_its_own_that_an_earlier_day_sees_shorter(session: Session) -> None:
    rules = inputs.parameters(session)
    now = inputs.ledger(session, rules)
    before = inputs.ledger(Session.load("2019-02-06", source="demo"), rules)
    assert now.simulated and len(now.trades) == len(before.trades) == 8
    shared = {each.id for each in now.trades} & {each.id for each in before.trades}
    assert len(shared) == 7
    for name in shared:
        assert now[name].entry == before[name].entry and now[name].opened == before[name].opened
    answer = rotation.analyse(session).ledger
    assert answer is not None and answer.simulated
    totals = answer.totals
    assert totals.n_open == len(answer.open) and totals.n_closed == len(answer.closed)
    assert totals.equity == pytest.approx(totals.open_result + totals.closed_result, abs=0.02)


def test_a_real_ledger_is_read_as_of_the_session(
    tmp_path: Path, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path))
    folder = portfolio_folder(session.params, session.run)
    close = float(session.panel.daily("SPX").iloc[-10])
    day = session.panel.sessions[-10].date()
    values = {
        "instrument": "SPX",
        "side": "long",
        "size": 2,
        "entry": close,
        "opened": str(day),
        "stop": close * 0.9,
    }
    ledger.open_trade(folder, values, who="a tester")
    ledger.close_trade(folder, "T1", close * 1.1, dt.date(2019, 8, 1), who="a tester")
    found = rotation.analyse(session).ledger
    assert found is not None and not found.simulated and not found.closed
    mark = float(session.panel.daily("SPX").iloc[-1])
    assert found.open[0].mark == pytest.approx(mark, abs=1e-3)
    assert found.open[0].r == pytest.approx((mark / close - 1) / 0.1, abs=0.01)
    assert not math.isnan(found.totals.equity)
