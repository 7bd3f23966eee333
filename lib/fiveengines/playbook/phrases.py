"""The week's phrases: of each list in phrases.yaml the first whose condition holds and whose figures are known.

Words and thresholds are in the file; nothing is measured and nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fiveengines.base.formats import minus
from fiveengines.playbook import content
from fiveengines.playbook.figures import figure_column, plain
from fiveengines.playbook.models import Engine, Phrase, PhrasesFile, fill, placeholders
from fiveengines.playbook.rule_inputs import RuleInputs


@dataclass(frozen=True)
class Phrases:
    """The phrases of `book` read on `inputs`; one object serves all weeks, as a figure is computed for all at once."""

    inputs: RuleInputs
    book: PhrasesFile = field(default_factory=content.phrases)
    _columns: dict[str, object] = field(default_factory=dict, repr=False)

    def clause(self, engine: Engine, day: pd.Timestamp) -> str:
        """One engine in a few words with the figure that earns them: level, move and figure."""
        figure = self.figure(engine, day)
        return self.words(engine, day) + (f" ({figure})" if figure else "")

    def words(self, engine: Engine, day: pd.Timestamp) -> str:
        """One engine in a few words: level and move."""
        lists, row = self.book.engines[engine], self._row(day)
        return self._first(lists.level, row) + self._first(lists.move, row)

    def figure(self, engine: Engine, day: pd.Timestamp) -> str:
        """The figure that earns an engine's words, empty where none is known."""
        return self._first(self.book.engines[engine].figure, self._row(day))

    def markets(self, day: pd.Timestamp) -> tuple[str, ...]:
        """Index, VIX, spread and yield with the week's moves, a line each; what is not known is left out."""
        row = self._row(day)
        return tuple(filter(None, (self._first(each, row) for each in self.book.markets)))

    def value(self, name: str, day: pd.Timestamp) -> float | str | None:
        """A figure or word that conditions may name, on `day`; None where it is not known."""
        return self._value(name, self._row(day))

    def _row(self, day: pd.Timestamp) -> int:
        return int(self.inputs.dates.get_indexer(pd.DatetimeIndex([day]))[0])

    def _first(self, phrases: Iterable[Phrase], row: int) -> str:
        for phrase in phrases:
            if all(bound.holds(self._value(name, row)) for name, bound in phrase.when.items()):
                quoted = {name: self._value(name, row) for name in placeholders(phrase.say)}
                known = {name: value for name, value in quoted.items() if value is not None}
                if len(known) == len(quoted):
                    return minus(fill(phrase.say, known))
        return ""

    def _value(self, name: str, row: int) -> float | str | None:
        if name not in self._columns:
            figure = self.book.figures.get(name) or content.figures()[name]
            with np.errstate(invalid="ignore", divide="ignore"):
                self._columns[name] = figure_column(self.inputs, name, figure)
        return plain(self._columns[name][row])  # type: ignore[index]
