"""Every companion by name: its question, the room that answers it, its notebook and its parameters.

Names only; a room is imported when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

from fiveengines.base.errors import ParameterError
from fiveengines.base.yaml_files import suggestion

if TYPE_CHECKING:
    from fiveengines.companions.document import CompanionDocument
    from fiveengines.companions.session import Session


@dataclass(frozen=True)
class Companion:
    """One companion: `name` on the command line, `stem` of its room, `title` the question it answers.

    `window`: whether a reader may say where its window begins (`--from`, the notebook's parameter `start`).
    `portfolios`: whether it is about one of several portfolios (`--portfolio`, the notebook's parameter `portfolio`);
    `portfolio` is the one that is meant, empty for the one without a name. `reads`: what of a portfolio's own files
    enters its answer (`portfolio.known_on`). Its room is `fiveengines.companions.<stem>`
    with `analyse(session)` and the model `Result`, its notebook notebooks/companions/<stem>.ipynb, its parameters
    params/<stem>.yaml.
    """

    name: str
    title: str
    window: bool = True
    portfolios: bool = False
    portfolio: str = ""
    reads: Literal["", "holdings", "plan", "trades"] = ""

    @property
    def stem(self) -> str:
        """The name as its room, its notebook and its parameters have it."""
        return self.name.replace("-", "_")

    @property
    def page(self) -> str:
        """The name as its files have it: a portfolio's own beside those of the one without a name."""
        return f"{self.stem}-{self.portfolio}" if self.portfolio else self.stem

    @property
    def label(self) -> str:
        """The name as lists have it."""
        return f"{self.name}-{self.portfolio}" if self.portfolio else self.name

    @property
    def question(self) -> str:
        """Its title, and the portfolio that it is asked about."""
        return f"{self.title} ({self.portfolio})" if self.portfolio else self.title

    def about(self, portfolio: str) -> Companion:
        """The same for the portfolio of that name; ParameterError when it is not about one."""
        if portfolio and not self.portfolios:
            raise ParameterError(
                f"{self.name} is not about one of several portfolios.", remedy="Leave --portfolio out."
            )
        return replace(self, portfolio=portfolio)

    @property
    def result(self) -> type[CompanionDocument]:
        """The model of its JSON."""
        return cast("type[CompanionDocument]", import_module(f"fiveengines.companions.{self.stem}").Result)

    def analyse(self, session: Session) -> CompanionDocument:
        """Its answer for one session; ParameterError when a window's start was asked for and there is no window."""
        if session.start is not None and not self.window:
            raise ParameterError(
                f"{self.name} has no window that a date could begin.", remedy="Leave --from out."
            )
        answer = import_module(f"fiveengines.companions.{self.stem}").analyse(session)
        return cast("CompanionDocument", answer)


# In the order in which the week's cover names them.
_COMPANIONS = (
    Companion("selloff", "What drives this sell-off, and is it spent?"),
    Companion("rotation", "Is this a beta, a rotation or a dispersion market?", window=False, reads="trades"),
    Companion(
        "rebalance", "How to rebalance: from holdings to orders", window=False, portfolios=True, reads="plan"
    ),
    Companion("rate-shock", "What would a rate shock do?", window=False, reads="holdings"),
    Companion("claims", "Which of the sources' claims hold?", window=False),
    Companion(
        "evidence", "What followed weeks like this one, and would acting on it have paid?", window=False
    ),
)
REGISTRY: dict[str, Companion] = {each.name: each for each in _COMPANIONS}


def companion(name: str, where: str = "") -> Companion:
    """The companion of that name; ParameterError names the nearest, and `where` it was asked for."""
    if name not in REGISTRY:
        place = f"{where}: " if where else ""
        raise ParameterError(f"{place}there is no companion {name!r}.{suggestion(name, REGISTRY)}")
    return REGISTRY[name]


def labelled(label: str) -> Companion | None:
    """The companion whose `label` it is, the portfolio's name taken off; None when it is no one's."""
    return _named({each.name: each for each in _COMPANIONS}, label)


def paged(page: str) -> Companion | None:
    """The companion whose files are named `page`; None when they are no one's."""
    return _named({each.stem: each for each in _COMPANIONS}, page)


def _named(companions: Mapping[str, Companion], text: str) -> Companion | None:
    """The one that `text` names, alone or with a portfolio's name behind a hyphen."""
    for name, each in companions.items():
        own = text.removeprefix(f"{name}-")
        if text == name or (each.portfolios and own not in ("", text)):
            return each.about("" if text == name else own)
    return None


def chosen(text: str, where: str) -> tuple[Companion, ...]:
    """The companions that `text` names: all, none, or names with commas between.

    ParameterError, with `where` the text stands, for an unknown name and for none at all.
    """
    names = [each.strip() for each in text.split(",") if each.strip()]
    if names in (["all"], ["none"]):
        return tuple(REGISTRY.values()) if names == ["all"] else ()
    if not names:
        raise ParameterError(
            f"{where} names no companion.", remedy="Write names with commas between, all or none."
        )
    return tuple(dict.fromkeys(companion(each, where) for each in names))
