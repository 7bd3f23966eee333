"""The shape of params/rebalance.yaml: how orders are made, which lots are sold, and how a broker's export is read.

Schemas only; no number of judgement is here.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fiveengines.base.yaml_files import Strict

LotRule = Literal["fifo", "highest_cost", "tax_aware"]


class Taxes(Strict):
    """What a sale's gain costs: a share of it, by how long a lot was held, and the window of the wash-sale rule."""

    short_term: float = Field(ge=0, lt=1)
    long_term: float = Field(ge=0, lt=1)
    long_term_days: int = Field(ge=0, le=3660)
    wash_sale_days: int = Field(ge=0, le=366)


class OrderRules(Strict):
    """How wanted weights become orders."""

    lots: LotRule
    taxes: Taxes
    cost_bp: float = Field(ge=0, le=500)
    minimum_trade: float = Field(ge=0, lt=1)
    most_turnover: float = Field(gt=0, le=1)
    least_cash: float = Field(ge=0, lt=1)
    least_step: float = Field(ge=0, lt=0.5)
