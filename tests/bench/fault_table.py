"""Print what is said of faulty downloads: each fault laid into a copy of a files directory, and read like any other.

usage: python tests/bench/fault_table.py DATA_DIR [--out FILE.csv] [--markdown FILE.md] [--only WORD]   (minutes)
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from data_faults import FAULTS, Fault, laid
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset, Notice
from fiveengines.data.load_dataset import load_dataset

AS_OF = pd.Timestamp("2020-01-10")


def told(data: Dataset, clean: frozenset[str]) -> list[Notice]:
    """What a reading in January 2020 is warned of that the clean directory does not say."""
    notices = data.notices_at(calendars.evening_of(AS_OF))
    return [each for each in notices if each.level != "info" and each.text not in clean]


def row(fault: Fault, real: Path, clean: frozenset[str]) -> dict[str, object]:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        data = load_dataset("files", data_dir=laid(fault, real, Path(folder)))
    notices = told(data, clean)
    words = (*fault.series, *fault.changes)
    named = [each for each in notices if any(word in f"{each.series} {each.text}" for word in words)]
    first = min((each.since for each in named if each.since is not None), default=None)
    outcome = "silent"
    if named:
        whole = " ".join(each.text for each in named)
        refused = [each for each in named if each.since is None and each.level == "error"]
        outcome = "refused" if refused else "repaired" if "turned into" in whole else "told"
        if "not used" in whole:
            outcome = "not used"
    return {
        "fault": fault.name,
        "series": ", ".join(fault.series),
        "since": "" if fault.since is None else fault.since.date().isoformat(),
        "caught": bool(named),
        "outcome": outcome,
        "from": "" if first is None else first.date().isoformat(),
        "others named": len(notices) - len(named),
        "tellable": fault.tellable,
        "said": named[0].text if named else "",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--out", type=Path, help="the table as CSV")
    parser.add_argument("--markdown", type=Path, help="the table as Markdown")
    parser.add_argument("--only", default="", help="faults whose name holds this word")
    given = parser.parse_args()
    real = given.data_dir.resolve()
    clean = frozenset(each.text for each in load_dataset("files", data_dir=real).notices)
    rows = []
    for fault in FAULTS:
        if given.only.lower() in fault.name.lower():
            rows.append(row(fault, real, clean))
            print({key: rows[-1][key] for key in ("fault", "outcome", "from", "said")}, flush=True)
    table = pd.DataFrame(rows)
    tellable = table[table["tellable"]]
    print(f"{int(tellable['caught'].sum())} of {len(tellable)} that can be told were caught")
    if given.out:
        table.to_csv(given.out, index=False)
    if given.markdown:
        lines = ["| " + " | ".join(table.columns) + " |", "|" + "---|" * len(table.columns)]
        lines += ["| " + " | ".join(map(str, each)) + " |" for each in table.itertuples(index=False)]
        given.markdown.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
