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

    Its room is `fiveengines.companions.<stem>` with `analyse(session)` and the model `Result`, its notebook
    notebooks/companions/<stem>.ipynb, its parameters params/<stem>.yaml.
    """

    name: str
    title: str

    @property
    def stem(self) -> str:
        """The name as files have it."""
        return self.name.replace("-", "_")

    @property
    def result(self) -> type[CompanionDocument]:
        """The model of its JSON."""
        return cast("type[CompanionDocument]", import_module(f"fiveengines.companions.{self.stem}").Result)

    def analyse(self, session: Session) -> CompanionDocument:
        """Its answer for one session."""
        answer = import_module(f"fiveengines.companions.{self.stem}").analyse(session)
        return cast("CompanionDocument", answer)


REGISTRY: dict[str, Companion] = {}


def companion(name: str) -> Companion:
    """The companion of that name; ParameterError names the nearest."""
    if name not in REGISTRY:
        raise ParameterError(f"there is no companion {name!r}.{suggestion(name, REGISTRY)}")
    return REGISTRY[name]
