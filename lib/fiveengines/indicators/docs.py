"""The tables of docs/METHOD.md, written from the indicators' records and params/: `make docs`.

Nothing else of that page is touched; a test fails when the tables are not what would be written.
"""

from __future__ import annotations

import re

from fiveengines.base import parameters, paths
from fiveengines.base.parameters import EngineParameters
from fiveengines.data.dataset import FED_FUNDS, MEMBERS
from fiveengines.indicators.breadth_inputs import SECTORS
from fiveengines.indicators.registry import indicator

PAGE = paths.project_root() / "docs" / "METHOD.md"
_NAMES = {MEMBERS: "members' closes", SECTORS: "sector funds", FED_FUNDS: "fed funds futures"}
_PLACE = re.compile(r"(<!-- indicators of (\w+) -->\n).*?(<!-- end -->)", flags=re.DOTALL)


def table(engine: str, params: EngineParameters) -> str:
    """One engine's indicators as a Markdown table, in the order of params."""
    rows = ["| indicator | formula | unit | from | why |", "|---|---|---|---|---|"]
    for name, line in params.engines[engine].items():  # type: ignore[index]
        each = indicator(name)
        sets = " or ".join(", ".join(_NAMES.get(part, part) for part in one) for one in each.input_sets)
        rows.append(
            f"| {name} | {each.describe(params.quoted(name))} | {each.unit} | {sets or 'a person'} | {line.why} |"
        )
    return "\n".join(rows) + "\n"


def rendered(page: str, params: EngineParameters) -> str:
    """The page with every table between its markers as the records and params have it."""
    return _PLACE.sub(lambda found: found[1] + table(found[2], params) + found[3], page)


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8"), parameters.load().engines), encoding="utf-8")
