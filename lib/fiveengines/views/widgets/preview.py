"""The picture of before and after: engines, regimes and target exposure as one piece of HTML.

Draws two snapshots; every word that a person typed is escaped before it comes here.
"""

from __future__ import annotations

from html import escape

from fiveengines.base.formats import counted, percent, signed
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.regimes import NAMES
from fiveengines.views.theme import STATE_SHAPES
from fiveengines.views.widgets.snapshot import EngineShown, Snapshot, flips


def preview(before: Snapshot, after: Snapshot, data_alone: Snapshot, *, manual: int, unsaved: int) -> str:
    """Before (as saved) against after (as typed), and the call by the data alone.

    manual: entries in force in `after`; unsaved: how many wishes differ from the trail.
    """
    changed = flips(before, after)
    return (
        f'<section class="fe-preview" aria-label="Preview">{_call(before, after)}'
        f'<ul class="fe-flips">{"".join(f"<li>{escape(line)}</li>" for line in changed)}</ul>'
        f'{_quiet(changed, unsaved)}<div class="fe-two">{_engines(before, after)}'
        f"<div>{_regimes(before, after)}{_exposure(before, after)}</div></div>"
        f'<p class="fe-count">{_count(manual, unsaved)}{_without(after, data_alone, manual)}'
        "<br>Thin marks: as saved.</p></section>"
    )


def _without(after: Snapshot, data_alone: Snapshot, manual: int) -> str:
    if not manual:
        return ""
    same = (
        "the same call"
        if after.regime == data_alone.regime
        else f"the call would be {data_alone.call}"
        if data_alone.regime is not None
        else "there would be no call"
    )
    exposure = "" if data_alone.exposure is None else f", target exposure {percent(data_alone.exposure)}"
    return f"<br>By the data alone: {escape(same)}{exposure}."


def _call(before: Snapshot, after: Snapshot) -> str:
    now = f"<b{_named(after)}</b>"
    if before.regime == after.regime:
        return f'<p class="fe-call"><small>Regime</small>{now}</p>'
    was = f"<s{_named(before)}</s>"
    return f'<p class="fe-call fe-new"><small>Regime</small>{was} → {now}</p>'


def _named(shown: Snapshot) -> str:
    """The call with its number and class, for inside an opened tag."""
    if shown.regime is None:
        return f">{escape(shown.call)}"
    return f' class="fe-r{shown.regime}">{shown.regime} {escape(shown.call)}'


def _quiet(changed: list[str], unsaved: int) -> str:
    if changed:
        return ""
    text = "Nothing flips." if unsaved else "Type a figure: the picture follows every key."
    return f'<p class="fe-quiet">{text}</p>'


def _count(manual: int, unsaved: int) -> str:
    saved = f"{counted(manual, 'manual reading')} in this picture"
    return f"{saved}, {counted(unsaved, 'change')} not saved yet." if unsaved else f"{saved}."


def _engines(before: Snapshot, after: Snapshot) -> str:
    rows = "".join(
        f'<tr{_marked(old, new)}><th scope="row">{escape(ENGINE_NAMES[name])}{_by_hand(new)}</th>'
        f"<td>{signed(old.score)}</td><td>{signed(new.score)}</td><td>{_move(old, new)}</td></tr>"
        for name, new in after.engines.items()
        for old in (before.engines[name],)
    )
    return (
        '<table class="fe-engines"><thead><tr><th scope="col">Engine</th><th scope="col">before</th>'
        f'<th scope="col">after</th><th scope="col">state</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _by_hand(engine: EngineShown) -> str:
    return ' <span class="fe-forced">set by hand</span>' if engine.forced else ""


def _marked(old: EngineShown, new: EngineShown) -> str:
    return ' class="fe-moved"' if (old.score, old.state) != (new.score, new.state) else ""


def _state(state: str) -> str:
    return f'<span class="fe-{escape(state)}">{STATE_SHAPES.get(state, "○")} {escape(state)}</span>'


def _move(old: EngineShown, new: EngineShown) -> str:
    return _state(new.state) if old.state == new.state else f"{_state(old.state)} → {_state(new.state)}"


def _regimes(before: Snapshot, after: Snapshot) -> str:
    rows = "".join(
        f'<div class="fe-bar"><span>{number} {escape(NAMES[number])}</span>'
        f'<span class="fe-track"><i class="fe-fill fe-b{number}" style="width:{share * 100:.1f}%"></i>'
        f'<i class="fe-was" style="left:{before.memberships[number] * 100:.1f}%"></i></span>'
        f"<span>{_shares(before.memberships[number], share)}</span></div>"
        for number, share in after.memberships.items()
    )
    return f'<div class="fe-bars" role="group" aria-label="Regime memberships">{rows}</div>'


def _shares(old: float, new: float) -> str:
    was, now = round(old * 100), round(new * 100)
    return f"{now} %" if was == now else f"{was} → {now} %"


def _exposure(before: Snapshot, after: Snapshot) -> str:
    """Bars of the exposure; a week without a call has none."""
    bar = (
        "" if after.exposure is None else f'<i class="fe-fill" style="width:{after.exposure * 100:.1f}%"></i>'
    )
    if before.exposure is not None:
        bar += f'<i class="fe-was" style="left:{before.exposure * 100:.1f}%"></i>'
    if before.exposure is None or after.exposure is None:
        was, now = percent(before.exposure), percent(after.exposure)
        said = now if was == now else f"{was} → {now}"
    else:
        said = _shares(before.exposure, after.exposure)
    return (
        '<div class="fe-bar fe-exposure"><span>Target exposure</span>'
        f'<span class="fe-track">{bar}</span><span>{said}</span></div>'
    )
