"""The parts of docs/PROVIDERS.md that the registers of providers and series give: `make docs` writes them.

Nothing else of that page is touched; a test fails when these parts are not what would be written.
"""

from __future__ import annotations

from fiveengines.base import paths
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import MEMBERS, PRICES
from fiveengines.data.providers.registry import default_urls, registry

PAGE = paths.project_root() / "docs" / "PROVIDERS.md"


def table() -> str:
    """The providers as a Markdown table, with what each serves, its address, its key and its terms."""
    rows = ["| provider | series | address | key | terms |", "|---|---|---|---|---|"]
    for each in registry().values():
        hosts = ", ".join(f"`{url.removeprefix('https://')}`" for url in each.urls.values() if url)
        address = each.address_note or hosts
        key = f"`{each.key}`, free" if each.key else "–" if each.by_hand else "none"
        key = f"`{each.key}`; without it not asked" if each.key and each.optional else key
        rows.append(f"| {each.title} | {each.serves} | {address} | {key} | {each.terms} |")
    return "\n".join(rows)


# An input of the companions: what it is, its series or tables, its file where it is no series' own, what a person may
# do without either.
_INPUTS: tuple[tuple[str, tuple[str, ...], str, str], ...] = (
    ("Index, and the Nasdaq 100 and Russell 2000", ("SPX", "NDX", "RUT"), "", ""),
    ("Implied volatility of the Nasdaq 100 and Russell 2000", ("VXN", "RVX"), "", ""),
    ("Implied correlation and dispersion", ("COR1M", "DSPX", "VIXEQ"), "", ""),
    ("Oil and gold volatility", ("OVX", "GVZ"), "", ""),
    ("Bond volatility", ("MOVE",), "", ""),
    ("VIX futures", ("UX1", "UX9"), "`volatility/vix_futures.csv`", ""),
    ("Treasury curve", ("DGS1MO", "DGS2", "DGS5", "DGS10", "DGS30"), "", ""),
    ("Real yield and breakevens", ("DFII10", "T10YIE", "T5YIE", "T5YIFR"), "", ""),
    (
        "Fed funds futures",
        ("fed_funds_futures",),
        "`futures/fed_funds.parquet` or `.csv`",
        "2-year minus policy rate",
    ),
    ("FOMC decisions", ("FOMC_TARGET", "DFEDTARU"), "`reference/fomc_decisions.csv`", ""),
    ("Credit spreads", ("BAMLH0A0HYM2", "BAMLC0A0CM", "BAA10Y"), "", ""),
    ("Growth", ("ICSA", "INDPRO", "RSAFS", "HOUST", "CFNAI", "JTSJOL", "GDPC1", "GDPNOW"), "", ""),
    ("Prices", ("CPIAUCSL", "PCEPI", "PCEPILFE", "PPIACO", "MICH"), "", ""),
    (
        "Futures of commodities and currencies",
        ("CL_F", "HG_F", "GC_F", "SI_F", "6E_F", "6J_F", "ZB_F"),
        "",
        "",
    ),
    (
        "Funds: sectors, factors, bonds, countries",
        ("XLK", "MTUM", "TLT", "VNQ"),
        "`prices/etf_closes.parquet`",
        "",
    ),
    (
        "Positions in commodities, yen, bitcoin",
        ("COT_GOLD_SPEC_LONG", "COT_YEN_SPEC_LONG"),
        "`cftc/cot_gold.csv` …",
        "",
    ),
    ("Forward price-to-earnings", ("SP500_FORWARD_PE",), "`valuation/sp500_forward_pe.csv`", ""),
    ("Earnings of the index", ("SP500_EPS", "SP500_EPS_REPORTED"), "`valuation/sp500_eps.csv`", ""),
    ("Estimates of them", ("sp500_eps_estimates",), "`valuation/sp500_eps_estimates.csv`", ""),
    (
        "Fear and greed, by a vendor",
        ("FEAR_GREED",),
        "`sentiment/fear_greed.csv`",
        "the workbook's own composite",
    ),
    ("Option chain", ("option_chain",), "Cboe's `spx_quotedata.csv`, anywhere", "dealer gamma as an entry"),
    ("Dealer gamma as published", ("GEX", "DIX"), "`options/dix_gex.csv`", "dealer gamma as an entry"),
    ("Figures of companies", ("fundamentals",), "`fundamentals/*.csv`", ""),
    ("Members' closes", ("MEMBERS",), "`prices/sp500_constituents.parquet`", ""),
    (
        "Prices of other tickers",
        ("PRICES",),
        "`prices/TICKER.csv`, any table of closes",
        "a holding is kept at cost",
    ),
)
# What is no series and no table, in the words of the table.
_OTHER_INPUTS = (
    "| Membership of the index over time | – | `reference/sp500_membership.csv`, `sp500_renames.csv` | – |",
    "| First releases (vintages) | FRED with a key: ALFRED's vintages of revised series | `SERIES_YYYYMMDD` columns;"
    " else the latest vintage, dated by rule | – |",
    "| Calendars: sessions, federal holidays and closings | computed; nothing is fetched | – | – |",
)
_PLACES = {
    "fred": "`fred/{}.csv`",
    "cboe": "`cboe/{}_History.csv`",
    "prices": "`prices/{}.csv`",
    "volatility": "`volatility/{}.csv`",
}


def inputs() -> str:
    """What the companions read, input by input: its live provider, its file, and what stands in, as a table."""
    rows = ["| input | live | file | otherwise |", "|---|---|---|---|"]
    for what, ids, file, otherwise in _INPUTS:
        providers = dict.fromkeys(catalog()[each].provider for each in ids if each in catalog())
        live = [registry()[name].label for name in providers if name in registry()]
        if ids == ("fundamentals",):
            live = ["SEC, for `members.csv`"]
        if ids == ("MEMBERS",):
            live = ["prices, for `members.csv`"]
        places = [_PLACES[name].format(ids[0]) for name in providers if name in _PLACES]
        shown = ", ".join(f"`{each}`" if each.islower() else each for each in ids if each not in _UNNAMED)
        told = f"{what} ({shown})" if shown else what
        place = file or ", ".join(f"{each} …" if len(ids) > 1 else each for each in places)
        rows.append(f"| {told} | {', '.join(live) or '–'} | {place} | {otherwise or '–'} |")
    return "\n".join([*rows, *_OTHER_INPUTS])


_UNNAMED = frozenset({MEMBERS, PRICES})


def addresses() -> str:
    """The environment variables that replace a provider's address, a line each."""
    return "\n".join(f"- `FIVEENGINES_{name.upper()}_URL`" for name in default_urls())


def rendered(page: str) -> str:
    """The page with the register between its markers."""
    for name, text in (("providers", table()), ("inputs", inputs()), ("addresses", addresses())):
        before, opening, rest = page.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition("\n<!-- end -->")
        page = before + opening + text + closing + after
    return page


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
