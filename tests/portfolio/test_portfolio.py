"""The plan: weights add up, limits hold, turnover is half the change, tranches open in order, bad files are refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines import portfolio
from fiveengines.base import yaml_files
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import ENGINES, PortfolioParameters
from fiveengines.base.parameters.portfolio import PortfolioRules
from fiveengines.base.paths import project_root
from fiveengines.portfolio.market_state import deepest_fall
from fiveengines.portfolio.weights import affordable_changes, nearest_weights, turnover
from fiveengines.week import Week

FILE = project_root() / "params" / "portfolio.yaml"
SHIPPED = yaml_files.load_model(FILE, PortfolioParameters)
RULES = SHIPPED.portfolio
assert RULES is not None
STATES, DIRECTIONS = ("supportive", "neutral", "adverse", "unknown"), ("improving", "stable", "deteriorating")


def week(
    exposure: float = 0.6, state: str = "neutral", direction: str = "stable", drawdown: float | None = 0.0
) -> portfolio.MarketState:
    return portfolio.MarketState(
        exposure, 0.25, dict.fromkeys(ENGINES, state), dict.fromkeys(ENGINES, direction), drawdown
    )


def holding(**weights: float) -> PortfolioRules:
    return PortfolioRules.model_validate(RULES.model_dump() | {"holdings": weights})


situations = st.builds(
    portfolio.MarketState,
    target_equity=st.floats(0.25, 0.85),
    least_equity=st.just(0.25),
    states=st.fixed_dictionaries({name: st.sampled_from(STATES) for name in ENGINES}),
    directions=st.fixed_dictionaries({name: st.sampled_from(DIRECTIONS) for name in ENGINES}),
    drawdown=st.one_of(st.none(), st.floats(0, 60)),
)
held = st.lists(st.floats(0, 1), min_size=9, max_size=9).filter(lambda each: sum(each) > 0.1)


@given(situations, held)
def test_invariants(now: portfolio.MarketState, raw: list[float]) -> None:
    weights = np.array(raw) / sum(raw)
    mine = holding(**dict(zip(RULES.instruments, weights.tolist(), strict=True)))
    plan = portfolio.plan(mine, now)
    before, after, target = (np.array(list(each.values())) for each in (plan.before, plan.after, plan.target))
    for each in (before, after, target):
        assert each.sum() == pytest.approx(1.0, abs=1e-9) and each.min() >= -1e-12
    least = np.array([line.least for line in mine.instruments.values()])
    most = np.array([line.most for line in mine.instruments.values()])
    assert (target >= least - 1e-9).all() and (target <= most + 1e-9).all()
    # A week's trades never go past the limits: each weight ends between where it was and its limit.
    assert (after <= np.maximum(before, most) + 1e-9).all()
    assert plan.turnover == pytest.approx(np.abs(after - before).sum() / 2)
    assert plan.turnover <= mine.most_turnover + 1e-9
    traded = sum(abs(each.change) for each in plan.trades)
    assert plan.cost == pytest.approx(traded * mine.cost_bp / 1e4)
    assert all(each.change * (1 if each.side == "buy" else -1) > 0 for each in plan.trades)
    assert plan.nothing_to_do == (not plan.trades)
    equity = plan.exposures[0]
    assert plan.allowed_equity <= max(plan.target_equity, equity.before) + 1e-9
    json.dumps(asdict(plan), allow_nan=False)


def test_hand_worked_turnover_and_cost() -> None:
    """60 % in shares and 40 % in cash, aiming at 50 %: 10 points are sold; 5 bp of them is half a basis point."""
    simple = RULES.model_dump() | {
        "instruments": {"SPY": {"part": "equity", "core": 0.6}, "BIL": {"part": "cash", "core": 0.4}},
        "tilts": {},
        "value": 200_000.0,
    }
    plan = portfolio.plan(PortfolioRules.model_validate(simple), week(0.5))
    assert plan.after == pytest.approx({"SPY": 0.5, "BIL": 0.5})
    assert (plan.turnover, plan.cost) == (pytest.approx(0.1), pytest.approx(0.1 * 5 / 1e4))
    (trade,) = plan.trades
    assert (trade.ticker, trade.side) == ("SPY", "sell")
    assert trade.amount == pytest.approx(20_000) and trade.cost == pytest.approx(10.0)
    assert plan.cost_amount == pytest.approx(10.0)


def test_neutral_week_at_the_core_needs_nothing() -> None:
    plan = portfolio.plan(RULES, week(0.6))
    assert plan.nothing_to_do and plan.turnover == 0
    assert plan.sentences[-1].startswith("Nothing needs doing")


def test_tilts_follow_the_framework() -> None:
    """Supportive engines lift growth, cyclicals and small caps; adverse ones quality and defensive names."""
    good, bad = (portfolio.plan(RULES, week(0.6, state)) for state in ("supportive", "adverse"))
    core = {ticker: line.core for ticker, line in RULES.instruments.items()}
    assert good.target["QQQ"] > core["QQQ"] > bad.target["QQQ"]
    assert good.target["XLI"] > core["XLI"] > bad.target["XLI"]
    assert good.target["IWM"] > core["IWM"] > bad.target["IWM"]
    assert bad.target["QUAL"] > core["QUAL"] > good.target["QUAL"]
    assert bad.target["USMV"] > core["USMV"] > good.target["USMV"]


def test_less_equity_becomes_cash_before_bonds() -> None:
    plan = portfolio.plan(RULES, week(0.45))
    assert plan.target["BIL"] == pytest.approx(0.30) and plan.target["IEF"] == pytest.approx(0.25)
    full = portfolio.plan(RULES, week(0.85, "supportive"))
    assert full.target["BIL"] >= RULES.instruments["BIL"].least - 1e-9


def test_tranches_open_with_drawdown_and_improvement_in_order() -> None:
    mine = holding(SPY=0.25, IEF=0.25, BIL=0.5)
    closed = portfolio.plan(mine, week(0.85, "adverse"))
    assert [each.open for each in closed.tranches] == [False, False, False]
    assert closed.allowed_equity == pytest.approx(0.25) and "tranche 1 waits" in " ".join(closed.sentences)
    first = portfolio.plan(mine, week(0.85, "adverse", "improving", drawdown=5.0))
    assert [each.open for each in first.tranches] == [True, False, False]
    assert first.allowed_equity == pytest.approx(0.25 + 0.34 * 0.6)
    fallen = portfolio.plan(mine, week(0.85, "adverse", "improving", drawdown=20.0))
    assert [each.open for each in fallen.tranches] == [True, True, True]
    assert fallen.allowed_equity == pytest.approx(0.85)
    bull = portfolio.plan(mine, week(0.85, "supportive"))
    assert all(each.open for each in bull.tranches)


def test_idle_cash_is_spoken_of_when_few_are_invested_and_markets_calm() -> None:
    mine = holding(SPY=0.25, IEF=0.25, BIL=0.5)
    states = dict.fromkeys(ENGINES, "neutral") | {"positioning": "supportive"}
    directions = dict.fromkeys(ENGINES, "stable") | {"volatility": "improving"}
    calm = portfolio.MarketState(0.6, 0.25, states, directions, 12.0)
    assert "idle cash" in " ".join(portfolio.plan(mine, calm).sentences)
    for change in ({"volatility": "stable"}, {"liquidity": "deteriorating"}):
        other = portfolio.MarketState(0.6, 0.25, states, directions | change, 12.0)
        assert "idle cash" not in " ".join(portfolio.plan(mine, other).sentences)
    full = portfolio.MarketState(0.25, 0.25, states, directions, 12.0)
    assert "idle cash" not in " ".join(portfolio.plan(mine, full).sentences)


def test_cuts_are_not_phased_but_limited_by_turnover() -> None:
    plan = portfolio.plan(RULES, week(0.25, "adverse", "deteriorating", 30.0))
    assert plan.allowed_equity == pytest.approx(0.25)
    assert 0.10 < plan.turnover <= RULES.most_turnover + 1e-9
    assert plan.after["BIL"] > 0.25


def test_deepest_fall_of_the_window() -> None:
    """From 100 to 80 four weeks ago and back to 95: 20 % within eight weeks, 5 % within one."""
    close = pd.Series([100.0] * 260 + [80.0] * 5 + [95.0] * 15)
    assert deepest_fall(close, 8) == pytest.approx(20.0)
    assert deepest_fall(close, 1) == pytest.approx(5.0)
    assert deepest_fall(close * np.nan, 1) is None


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=8), st.floats(0, 1))
def test_nearest_is_the_projection(wish: list[float], total: float) -> None:
    """Within the limits, moving weight between two free positions cannot bring the result closer to the wish."""
    wanted = np.array(wish)
    least, most = np.zeros(len(wish)), np.full(len(wish), 0.6)
    found = nearest_weights(wanted, least, most, total)
    assert found.sum() == pytest.approx(total, abs=1e-9)
    free = (found > least + 1e-6) & (found < most - 1e-6)
    gaps = (found - wanted)[free]
    assert len(gaps) < 2 or np.ptp(gaps) < 1e-6


def test_impossible_total_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no weights between the limits add to 0\.9"):
        nearest_weights(np.array([0.5, 0.5]), np.zeros(2), np.full(2, 0.4), 0.9)


def test_cash_is_never_overspent() -> None:
    """Dropped sales do not leave purchases unpaid."""
    change = affordable_changes(np.array([0.10, -0.004, -0.004, -0.092]), 3, 0.05, 0.02, 0.005, 1.0)
    assert change[3] >= -0.03 - 1e-12 and change.sum() == pytest.approx(0.0)
    assert turnover(change) == pytest.approx(0.03)


BAD = {
    "bad sum": (
        "core: 0.25, most: 0.60, roles: [large]",
        "core: 0.35, most: 0.60, roles: [large]",
        "core weights add to 1.1",
    ),
    "unknown ticker": (
        "holdings: null",
        "holdings: {SPX: 0.5, BIL: 0.5}",
        "unknown ticker 'SPX'. Did you mean 'SPY'?",
    ),
    "negative cash": (
        "holdings: null",
        "holdings: {SPY: 1.2, BIL: -0.2}",
        "BIL has negative cash (-0.2)",
    ),
    "short position": (
        "holdings: null",
        "holdings: {IWM: -0.2, BIL: 1.2}",
        "IWM has a negative weight",
    ),
    "per cent": (
        "holdings: null",
        "holdings: {SPY: 60, BIL: 40}",
        "per cent instead of shares",
    ),
    "two cashes": (
        "part: bond, core: 0.25, most: 0.45, roles: [duration]",
        "part: cash, core: 0.25",
        "exactly one instrument must be cash",
    ),
    "outside limits": (
        "core: 0.06, most: 0.15",
        "core: 0.06, most: 0.05",
        "must lie between",
    ),
    "odd role": (
        "roles: [growth]",
        "roles: [grwth]",
        "roles",
    ),
    "idle role": (
        "roles: [small]",
        "roles: []",
        "no instrument has the role 'small'",
    ),
    "weak signal": (
        "{liquidity: 0.6, breadth: 0.4}",
        "{liquidity: 0.6, breadth: 0.2}",
        "must add to 1 in size",
    ),
    "tranches": (
        "share: 0.34",
        "share: 0.5",
        "shares add to 1.16",
    ),
    "misspelt": (
        "cost_bp: 5",
        "cost_pb: 5",
        "Did you mean 'cost_bp'?",
    ),
    "band out of reach": (
        "least: 0.02, most: 0.75",
        "least: 0.02, most: 0.20",
        "the limits keep equity at 35% or more",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_with_file_line_and_reason(name: str, tmp_path: Path) -> None:
    old, new, message = BAD[name]
    text = FILE.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (tmp_path / "portfolio.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ParameterError) as error:
        yaml_files.load_model(tmp_path / "portfolio.yaml", PortfolioParameters)
    assert message in str(error.value)
    assert "portfolio.yaml, line " in str(error.value)


def test_week_has_a_plan_and_may_do_without(tmp_path: Path) -> None:
    now = Week.load(as_of="2010-06-25", source="demo")
    assert now.plan is not None
    assert now.plan.target_equity == pytest.approx(now.target_exposure.portfolio_exposure)
    without = now.params.model_copy(
        update={"portfolio": now.params.portfolio.model_copy(update={"portfolio": None})}
    )
    assert (
        type(now)(now.as_of, now.source, without, now.run, now.measured, now.readings, now.trail).plan is None
    )
