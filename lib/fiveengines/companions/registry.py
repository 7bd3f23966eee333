"""Every companion by name: its question, the room that answers it, its notebook and its parameters.

Names only; a room is imported when it is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from fiveengines.base.errors import ParameterError
from fiveengines.base.yaml_files import suggestion

if TYPE_CHECKING:
    from fiveengines.companions.document import CompanionDocument
    from fiveengines.companions.session import Session


@dataclass(frozen=True)
class Companion:
    """One companion: `name` on the command line, `stem` of its files, `title` the question it answers.

    `window`: whether a reader may say where its window begins (`--from`, the notebook's parameter `start`). Its room
    is `fiveengines.companions.<stem>` with `analyse(session)` and the model `Result`, its notebook
    notebooks/companions/<stem>.ipynb, its parameters params/<stem>.yaml.
    """

    name: str
    title: str
    window: bool = True

    @property
    def stem(self) -> str:
        """The name as files have it."""
        return self.name.replace("-", "_")

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
    Companion("rotation", "Is this a beta, a rotation or a dispersion market?", window=False),
    Companion("rebalance", "How to rebalance: from holdings to orders", window=False),
    Companion("rate-shock", "What would a rate shock do?", window=False),
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
