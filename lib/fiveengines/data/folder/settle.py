"""One series out of several files: the one at first hand, the newest copy, or all parts of one history.

Values and dates only; no file is opened here.
"""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.data import calendars
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import LeftOut, Notice, SeriesData, told_once
from fiveengines.data.folder.loading import NO_ROW, Loading, Piece
from fiveengines.data.folder.observations import Publication, observations


def settle(state: Loading) -> dict[str, SeriesData]:
    """One SeriesData for each id: the file at first hand wins, parts of one history are joined."""
    publication = Publication()
    series = {}
    found: list[tuple[Hashable, Notice]] = []
    for name in (name for name in catalog() if name in state.pieces):
        for piece in _ranked(name, state, found):
            if not np.isfinite(piece.values).any():
                text = f"{piece.origin} · {name}: the column holds no value: left out."
                found.append(((piece.origin, "empty"), Notice("info", name, text)))
                continue
            try:
                data, notices = observations(
                    catalog()[name], piece.dates, piece.values, origin=piece.origin, publication=publication
                )
            except DataError as error:
                for part in piece.parts or (piece,):
                    state.refused(part.origin, error)
                continue
            series[name] = data
            found += _newer(name, piece, state)
            # A bad day of a table is one event, however many of its columns it is in.
            found += (((piece.origin, each.since, each.until), each) for each in notices)
            for part in piece.parts or (piece,):
                state.took(part.origin, name, part.dates, part.values)
            break
    state.notices.extend(told_once(found))
    for name, pieces in state.pieces.items():
        for piece in pieces:
            if state.left_out.get(piece.origin, NO_ROW) is NO_ROW:
                used = (
                    f"{name} was read from {series[name].origin}" if name in series else f"no value of {name}"
                )
                state.left_out[piece.origin] = LeftOut(
                    "another file has the series", used, "Keep the one that is newer, in the series' folder."
                )
    return series


def _newer(name: str, used: Piece, state: Loading) -> list[tuple[Hashable, Notice]]:
    """A warning about a file of the same name, further from its place, that goes on after the one that was used."""
    later = [
        each
        for each in state.pieces[name]
        if each.rank > used.rank and each.copied[1] == used.copied[1] and each.dates[-1] > used.dates[-1]
    ]
    if not later:
        return []
    best = max(later, key=lambda each: each.dates[-1])
    text = (
        f"{best.origin} · {name}: goes on to {best.dates[-1]}, while {used.origin}, which was used, ends on"
    )
    text += f" {used.dates[-1]}: put the newer one in its place."
    since = calendars.evening_of(pd.Timestamp(used.dates[-1]))
    return [((best.origin, used.origin, "newer"), Notice("warning", name, text, since))]


def _ranked(name: str, state: Loading, found: list[tuple[Hashable, Notice]]) -> list[Piece]:
    """Pieces of a series in the order of trying; of a browser's copies in one folder the newest is first."""
    pieces = sorted(state.pieces[name], key=lambda piece: (piece.rank, piece.origin))
    best = [piece for piece in pieces if piece.rank == pieces[0].rank]
    rest = pieces[len(best) :]
    parts = [piece for piece in best if piece.merge]
    if len(parts) > 1:
        return [_joined(name, parts, state), *(piece for piece in best if not piece.merge), *rest]
    if len(best) == 1:
        return pieces
    copies = [piece for piece in best if piece.copied[:2] == best[0].copied[:2]]
    newest = max(copies, key=lambda piece: (piece.dates[-1], piece.copied[2]))
    for other in best:
        if other is newest:
            continue
        if other in copies:
            text = f"{newest.origin} · {name}: the newer copy of {other.origin}; it was used."
        else:
            text = f"{other.origin} · {name}: also in {newest.origin}, which was used."
        found.append(((newest.origin, other.origin, "copy"), Notice("warning", name, text)))
    return [newest, *(piece for piece in best if piece is not newest), *rest]


def _joined(name: str, parts: list[Piece], state: Loading) -> Piece:
    """Parts of one history as one; where two disagree, the CFTC's own file (.txt) wins."""
    parts = sorted(parts, key=lambda piece: (piece.origin.lower().endswith(".txt"), piece.origin))
    dates, values = (
        np.concatenate([getattr(piece, what) for piece in parts]) for what in ("dates", "values")
    )
    order = np.argsort(dates, kind="stable")
    dates, values = dates[order], values[order]
    same = dates[1:] == dates[:-1]
    differ = same & (values[1:] != values[:-1]) & np.isfinite(values[1:]) & np.isfinite(values[:-1])
    if differ.any():
        first = dates[1:][differ][0]
        text = f"{name}: {differ.sum()} dates differ between files ({first} first); the later file was used."
        since, until = (calendars.evening_of(pd.Timestamp(dates[1:][differ][at])) for at in (0, -1))
        state.notices.append(Notice("warning", name, text, since, until))
    last = np.append(~same, True)
    origins = [piece.origin for piece in parts]
    origin = ", ".join(origins) if len(origins) <= 3 else f"{origins[0]} … {origins[-1]}"
    return Piece(0, origin, dates[last], values[last], parts=tuple(parts))
