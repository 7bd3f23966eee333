"""Dealer gamma re-priced: the published chain of January 2024, and one option by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators.dealer_gamma import dealer_gamma_profile, gamma_flip
from fiveengines.indicators.positioning import dealer_gamma_from_chain

DAY = pd.Timestamp("2024-01-08")


def chain(**changes: object) -> pd.DataFrame:
    row = {"type": "C", "strike": 100.0, "expiry": pd.Timestamp("2024-02-13"), "open_interest": 1000.0,
           "iv": 0.2}  # fmt: skip
    return pd.DataFrame([row | changes])


def test_one_call_by_hand() -> None:
    years = np.busday_count("2024-01-08", "2024-02-13") / 262
    spread = 0.2 * np.sqrt(years)
    gamma = np.exp(-0.5 * (0.5 * spread) ** 2) / np.sqrt(2 * np.pi) / (100 * spread)
    expected = 1000 * gamma * 100 * 100**2 * 0.01 / 1e9
    assert dealer_gamma_profile(chain(), DAY, np.array([100.0])).iloc[0] == pytest.approx(expected)
    assert dealer_gamma_profile(chain(type="P"), DAY, np.array([100.0])).iloc[0] == pytest.approx(-expected)


@pytest.mark.parametrize(
    "gone", [{"expiry": pd.Timestamp("2024-01-05")}, {"iv": 0.0}, {"open_interest": np.nan}]
)
def test_what_is_over_or_has_no_price_adds_nothing(gone: dict[str, object]) -> None:
    assert dealer_gamma_profile(chain(**gone), DAY, np.array([90.0, 100.0])).tolist() == [0.0, 0.0]


def test_the_flip_lies_on_the_line_between_two_points_and_the_nearest_counts() -> None:
    profile = pd.Series([-1.0, 1.0, 3.0, -1.0], index=[90.0, 100.0, 110.0, 120.0])
    assert gamma_flip(profile, 97.0) == pytest.approx(95.0)
    assert gamma_flip(profile, 118.0) == pytest.approx(117.5)
    assert np.isnan(gamma_flip(profile.abs(), 100.0))


@pytest.mark.real_data
def test_the_published_chain_of_7_january_2024(real_data: Path) -> None:
    """phammings/SPX500-Gamma-Exposure-Calculator, saved plots: −11.00 $bn per 1 % at 4,697; flip at 4,734."""
    raw = pd.read_csv(real_data / "formats/spx_quotedata_2024-01-07.csv", skiprows=3)
    expiry = pd.to_datetime(raw["Expiration Date"], format="%a %b %d %Y")

    def side(letter: str, mark: str) -> pd.DataFrame:
        columns = {
            "open_interest": raw[f"Open Interest{mark}"],
            "gamma": raw[f"Gamma{mark}"],
            "iv": raw[f"IV{mark}"],
        }
        return pd.DataFrame({"type": letter, "strike": raw["Strike"], "expiry": expiry, **columns})

    whole, spot = pd.concat([side("C", ""), side("P", ".1")]), 4697.2402
    assert dealer_gamma_from_chain(whole, spot) == pytest.approx(-11.00, abs=0.005)
    profile = dealer_gamma_profile(whole, pd.Timestamp("2024-01-07"), np.linspace(0.8, 1.2, 60) * spot)
    assert gamma_flip(profile, spot) == pytest.approx(4734, abs=1)
