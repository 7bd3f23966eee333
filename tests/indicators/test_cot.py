"""Reports of positions in futures: how many of them a percentile stands for, and which contract it comes from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators import cot
from indicators.causality import Causal
from indicators.synthetic import dataset, read

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "cot_net_share": Causal(lambda w: cot.cot_net_share(w.up, w.down, w.up + w.down), (-100, 100)),
    "cot_percentile": Causal(lambda w: cot.cot_percentile(w.rate, 20), (0, 100)),
}


TUESDAYS = pd.date_range("2006-06-13", "2019-12-31", freq="7D")
WEEK = pd.Timedelta(days=7)
NAMES = ["cot_asset_managers", "cot_asset_managers_change_4w", "cot_speculators"]


def contract(market: str, net: pd.Series) -> dict[str, pd.Series]:
    """Asset managers with that net position of an open interest of 1,000."""
    return {
        f"TFF_{market}_ASSET_MGR_LONG": 500 + net / 2,
        f"TFF_{market}_ASSET_MGR_SHORT": 500 - net / 2,
        f"TFF_{market}_OPEN_INTEREST": net * 0 + 1000.0,
    }


def walk(seed: int, start: str) -> pd.Series:
    days = TUESDAYS[start <= TUESDAYS]
    return pd.Series(np.random.default_rng(seed).normal(0, 100, len(days)), days)


def place(net: pd.Series, report: str, count: int) -> float:
    """Share of the last `count` reports, up to this one, that are at or below it."""
    seen = net.loc[:report].iloc[-count:]
    assert len(seen) == count
    return 100 * float((seen <= seen.iloc[-1]).mean())


def test_a_percentile_is_of_156_reports_and_comes_from_the_contract_that_has_them() -> None:
    # The S&P 500 report begins on 8 January 2013: on 28 August 2015 it counts 138, the Nasdaq's 481.
    sp500, nasdaq = walk(1, "2013-01-08"), walk(2, "2006-06-13")
    market = dataset(**contract("SP500", sp500), **contract("NASDAQ", nasdaq))
    assert len(sp500.loc[:"2015-08-25"]) == 138
    assert len(sp500.loc[:"2015-12-29"]) == 156
    days = ("2009-05-29", "2009-06-05", "2015-08-28", "2015-12-24", "2015-12-31", "2016-01-08")
    found = read(market, *days, names=NAMES)
    values = found.values["cot_asset_managers"]
    assert np.isnan(values["2009-05-29"]), "155 reports are no three years"
    assert values["2009-06-05"] == pytest.approx(place(nasdaq, "2009-06-02", 156))
    assert values["2015-08-28"] == pytest.approx(place(nasdaq, "2015-08-25", 156))
    assert values["2015-12-24"] == pytest.approx(place(nasdaq, "2015-12-15", 156))
    assert values["2016-01-08"] == pytest.approx(place(sp500, "2016-01-05", 156))
    assert found.series("cot_asset_managers", pd.Timestamp("2015-08-28"))[0] == "TFF_NASDAQ_ASSET_MGR_LONG"
    assert found.series("cot_asset_managers", pd.Timestamp("2016-01-08"))[0] == "TFF_SP500_ASSET_MGR_LONG"
    # The change needs four reports only, so it comes from the S&P 500 all along.
    change = found.values["cot_asset_managers_change_4w"]
    assert change["2015-08-28"] == pytest.approx((sp500["2015-08-25"] - sp500["2015-07-28"]) / 10)
    assert found.series("cot_asset_managers_change_4w", pd.Timestamp("2015-08-28"))[0].startswith("TFF_SP500")


def test_speculators_wait_for_156_reports_too() -> None:
    net = walk(3, "2015-01-06")
    legs = {"SPEC_LONG": 500 + net, "SPEC_SHORT": net * 0 + 500, "COMM_LONG": net * 0 + 400}
    legs["NONREPT_LONG"] = 1100 - net - 1000 + 0 * net
    market = dataset(**{f"COT_SP500_{name}": values for name, values in legs.items()})
    found = read(market, "2017-12-22", "2018-01-05", names=NAMES).values["cot_speculators"]
    assert len(net.loc[:"2017-12-26"]) == 156
    assert np.isnan(found.iloc[0]), "on 22 December the report of the 19th was the 155th"
    assert found.iloc[1] == pytest.approx(place(net, "2018-01-02", 156))


def test_every_figure_names_its_contract_and_what_it_is_divided_by() -> None:
    """A download of the S&P 500's asset managers alone beside the Nasdaq's whole report: two markets, two shares."""
    sp500, nasdaq = walk(4, "2013-01-08"), walk(5, "2006-06-13")
    alone = {name: each for name, each in contract("SP500", sp500).items() if "OPEN" not in name}
    whole = {
        name.replace("ASSET_MGR", "LEV_MONEY"): each for name, each in contract("NASDAQ", nasdaq).items()
    }
    day = pd.Timestamp("2016-01-08")
    names = [*NAMES, "cot_leveraged_funds", "cot_leveraged_funds_change_4w"]
    found = read(dataset(**alone, **whole), "2016-01-08", names=names)
    assert {name: found.title(name, day) for name in names} == {
        "cot_asset_managers": "Asset managers in futures, net (E-mini S&P 500, net ÷ (long + short))",
        "cot_asset_managers_change_4w": (
            "Asset managers in futures, 4-week change (E-mini S&P 500, net ÷ (long + short))"
        ),
        "cot_speculators": "Futures speculators, net",
        "cot_leveraged_funds": "Leveraged funds in futures, net (E-mini Nasdaq 100, net ÷ open interest)",
        "cot_leveraged_funds_change_4w": (
            "Leveraged funds in futures, 4-week change (E-mini Nasdaq 100, net ÷ open interest)"
        ),
    }
    assert found.values.loc[day, "cot_asset_managers_change_4w"] == pytest.approx(
        (sp500["2016-01-05"] - sp500["2015-12-08"]) / 10
    )
    assert "TFF_SP500_OPEN_INTEREST" not in found.series("cot_asset_managers", day)
    assert "TFF_NASDAQ_OPEN_INTEREST" in found.series("cot_leveraged_funds", day)


def test_a_revised_figure_says_whether_it_is_the_latest_or_the_published_one() -> None:
    fridays = pd.date_range("2018-01-05", "2018-12-28", freq="7D")
    values = pd.Series(np.linspace(-0.8, -0.6, len(fridays)), fridays)
    day, names = pd.Timestamp("2018-12-28"), ["financial_conditions", "vix"]
    once = dataset(NFCI=values, VIX=values + 20)
    found = read(once, "2018-12-28", names=names)
    assert (found.vintage("financial_conditions", day), found.vintage("vix", day)) == ("latest", None)
    assert found.title("financial_conditions", day) == "Chicago Fed financial conditions (latest vintage)"
    first = once.series["NFCI"]
    revision = first.frame.assign(value=first.frame["value"] + 0.01, known_at=first.frame["known_at"] + WEEK)
    both = pd.concat([first.frame, revision]).sort_values(["known_at", "observed"], ignore_index=True)
    twice = replace(once, series={**once.series, "NFCI": replace(first, frame=both)})
    found = read(twice, "2018-12-28", names=names)
    assert found.vintage("financial_conditions", day) == "as published"
    assert found.title("financial_conditions", day) == "Chicago Fed financial conditions"
