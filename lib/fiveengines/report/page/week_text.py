"""A week in plain words: `weekly.md`, for a note, a chat or a language model, and the brief's figures as texts.

Takes a reading as its JSON says it and gives text; nothing is read or computed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fiveengines.base import formats
from fiveengines.base.parameters import REGIME_NAMES
from fiveengines.commentary.brief_records import ActionRecord, MarketRecord
from fiveengines.playbook import content
from fiveengines.report.page.cover_context import CoverContext
from fiveengines.report.page.templates import render_template

# What Markdown would take for markup, or HTML inside it, wherever it stands in a line.
_MARKUP = re.compile(r"([\\`*\[\]<>|#~]|(?<!\w)_|_(?!\w)|&(?=[\w#]+;))")
_SPACE = re.compile(r"\s+")
_ASIDE = re.compile(r"\s*\([^)]*\)")
# So many orders of one side are named in a line.
_NAMED = 6


def weekly_markdown(reading: Mapping[str, Any], cover: CoverContext) -> str:
    """weekly.md: the brief, and the five questions with their answers, figures and sources.

    `reading`: the document of the week; `cover` adds what ran beside it. What a person typed cannot become markup.
    """
    styles = {key: each.name for key, each in content.styles().items()}
    text = render_template(
        "report/page/templates/weekly.md.txt.j2",
        r=reading,
        b=reading["brief"],
        c=cover,
        md=plain,
        markets=[market_texts(each) for each in reading["brief"]["markets"]],
        names={each["engine"]: each["name"] for each in reading["brief"]["engines"]},
        facts={each["engine"]: each["fact"] for each in reading["brief"]["engines"]},
        regimes=REGIME_NAMES,
        styles=styles,
        figure=formats.figure,
        number=formats.number,
        turns=[each for each in reading["inflections"] if each["announced"]],
        active=[each for each in reading["insights"] if each["status"] == "active"],
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def plain(text: object) -> str:
    """The same words in one line, with true minus signs, as Markdown shows them."""
    return _MARKUP.sub(r"\\\1", formats.minus(_SPACE.sub(" ", str(text)).strip()))


def market_texts(market: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """One market of the strip: title, level, moves in a week and a quarter; "old" where the level is not new."""
    found = MarketRecord.model_validate(market)
    level = f"{found.level_text}{' (by hand)' if found.by_hand else ''}"
    return found.title, level, "old" if found.old else found.week_text, found.quarter_text


def with_portfolios(action: ActionRecord, documents: Mapping[str, Mapping[str, Any]]) -> ActionRecord:
    """What to do where holdings are known: from the equity held to the equity wanted, and the orders that lead there.

    `documents`: by portfolio, empty for the one without a name. What the target exposure is of equity is said with it,
    and last week's beside it: its change is no step to take for a portfolio that did not hold last week's.
    """
    wants, moves, orders = {}, {}, {}
    for name, each in documents.items():
        wants[name] = each["equity_reason"]
        now, wanted = (formats.percent(each[key]) for key in ("equity_now", "equity_target"))
        orders[name] = order_texts(each)
        moves[name] = f"equity {now} → {wanted}" if orders[name] else f"equity {now}, {wanted} wanted"
    if action.previous is None:
        before = ""
    else:
        same = action.previous == action.target_exposure
        before = "; as last week" if same else f"; last week {formats.percent(action.previous)}"
    why = action.text.partition(". ")[2]
    if len(documents) > 1:
        lines = [
            f"{name or 'Portfolio'}, {moves[name]}: {text}"
            for name, texts in orders.items()
            for text in texts or ["nothing to trade."]
        ]
        text = formats.first_capital(f"{'; '.join(dict.fromkeys(wants.values()))}{before}. {why}".rstrip())
        return action.model_copy(update={"text": text, "orders": lines})
    (name,) = documents
    lead = formats.first_capital(moves[name]) if orders[name] else f"Nothing to trade; {moves[name]}"
    more = documents[name]["equity_target"] > documents[name]["equity_now"]
    step = ("add" if more else "reduce") if orders[name] else "nothing"
    text = f"{lead}: {wants[name]}{before}. {why}".rstrip()
    return action.model_copy(update={"step": step, "text": text, "orders": orders[name]})


def order_texts(document: Mapping[str, Any] | None) -> list[str]:
    """A portfolio's orders in at most three lines: sales and purchases for now, and how many wait for what.

    Each order has a row of its own on the portfolio's page. None where the companion's document has none.
    """
    orders = (document or {}).get("orders", [])
    now = [each for each in orders if not each["condition"]]
    # What a level is stands beside it on the portfolio's page.
    waiting = Counter(_ASIDE.sub("", each["condition"]) for each in orders if each["condition"])
    texts = [
        _orders(verb, [each for each in now if (each["shares"] < 0) == sells])
        for verb, sells in (("Sell", True), ("Buy", False))
    ]
    if waiting:
        (first, count), *rest = waiting.most_common()
        # "once the S&P 500 closes at or above" is said once.
        same = " ".join(first.split()[:-2])
        further = (f"{other} {each.removeprefix(same).strip()}" for each, other in rest)
        parts = [f"{count} {'more ' if now else ''}{first}", *further]
        texts.append("; ".join(parts) + ".")
    return [each for each in texts if each]


def _orders(verb: str, orders: list[Mapping[str, Any]]) -> str:
    """Orders of one side in a line, the largest first."""
    largest = sorted(orders, key=lambda each: -abs(each["dollars"]))
    named = [
        f"{formats.number(abs(each['shares']), 2).removesuffix('.00')} {each['ticker']}"
        for each in largest[:_NAMED]
    ]
    if len(largest) > _NAMED:
        named.append(f"{len(largest) - _NAMED} others")
    total = sum(abs(each["dollars"]) for each in largest)
    return f"{verb} {', '.join(named)}: about {formats.dollars(total)} in all." if named else ""


def brief_texts(brief: Mapping[str, Any] | None) -> dict[str, Sequence[Any]] | None:
    """The brief as a mail shows it; None where the week could not be read."""
    if brief is None:
        return None
    return {
        "markets": [market_texts(each) for each in brief["markets"]],
        "engines": brief["engines"],
        "changes": [each["text"] for each in brief["changes"]],
        "flips": [
            *([brief["flips_note"]] if brief["flips_note"] else []),
            *(each["text"] for each in brief["flips"]),
        ],
        "action": [brief["action"]["text"], *brief["action"]["orders"]],
        "data": [brief["data"]["text"]],
    }
