"""The week's phrases: of each list in phrases.yaml the first whose condition holds and whose figures are known.

Words and thresholds are in the file; nothing is measured and nothing is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from fiveengines.base.formats import minus
from fiveengines.base.parameters import Engine
from fiveengines.playbook import content
from fiveengines.playbook.figures import figure_column, plain
from fiveengines.playbook.models import Figure, Phrase, PhrasesFile, fill, placeholders
from fiveengines.playbook.rule_inputs import RuleInputs


@dataclass(frozen=True)
class Phrases:
    """The phrases of `book` read on `inputs`; one object serves all weeks, as a figure is computed for all at once."""

    inputs: RuleInputs
    book: PhrasesFile = field(default_factory=content.phrases)
    _columns: dict[str, object] = field(default_factory=dict, repr=False)

    def clause(self, engine: Engine, day: pd.Timestamp) -> str:
        """One engine in a few words with the figure that earns them: level, move and figure."""
        return self.said(engine, self._known(day))

    def words(self, engine: Engine, day: pd.Timestamp) -> str:
        """One engine in a few words: level and move."""
        lists, known = self.book.engines[engine], self._known(day)
        return _first(lists.level, known) + _first(lists.move, known)

    def figure(self, engine: Engine, day: pd.Timestamp) -> str:
        """The figure that earns an engine's words, empty where none is known."""
        return _first(self.book.engines[engine].figure, self._known(day))

    def said(self, engine: Engine, figures: Callable[[str], float | str | None]) -> str:
        """The same clause for figures and words that come from elsewhere, None for what is not known."""
        lists = self.book.engines[engine]
        level, move, figure = (_first(each, figures) for each in (lists.level, lists.move, lists.figure))
        return level + move + (f" ({figure})" if figure else "")

    def quoted(self, engine: Engine) -> frozenset[str]:
        """Every figure and word that an engine's clause may ask for."""
        lists = self.book.engines[engine]
        phrases = (*lists.level, *lists.move, *lists.figure)
        return frozenset(name for each in phrases for name in (*each.when, *placeholders(each.say)))

    def measured_as(self, name: str) -> Figure | None:
        """How a figure is measured; None where nothing is written of it."""
        return self.book.figures.get(name) or content.figures().get(name)

    def markets(self, day: pd.Timestamp) -> tuple[str, ...]:
        """Index, VIX, spread and yield with the week's moves, a line each; what is not known is left out."""
        known = self._known(day)
        return tuple(filter(None, (_first(each, known) for each in self.book.markets)))

    def made_of(self, name: str) -> str:
        """The series that a figure measures, or the name itself."""
        figure = self.measured_as(name)
        return name if figure is None or figure.of is None else figure.of

    def value(self, name: str, day: pd.Timestamp) -> float | str | None:
        """A figure or word that conditions may name, on `day`; None where it is not known."""
        return self._known(day)(name)

    def _known(self, day: pd.Timestamp) -> Callable[[str], float | str | None]:
        """What gives every figure and word of `day` by its name."""
        row = int(self.inputs.dates.get_indexer(pd.DatetimeIndex([day]))[0])
        return lambda name: self._value(name, row)

    def _value(self, name: str, row: int) -> float | str | None:
        if name not in self._columns:
            figure = self.book.figures.get(name) or content.figures()[name]
            with np.errstate(invalid="ignore", divide="ignore"):
                self._columns[name] = figure_column(self.inputs, name, figure)
        return plain(self._columns[name][row])  # type: ignore[index]


def _first(phrases: Iterable[Phrase], figures: Callable[[str], float | str | None]) -> str:
    for phrase in phrases:
        if all(bound.holds(figures(name)) for name, bound in phrase.when.items()):
            quoted = {name: figures(name) for name in placeholders(phrase.say)}
            known = {name: value for name, value in quoted.items() if value is not None}
            if len(known) == len(quoted):
                return minus(fill(phrase.say, known))
    return ""
