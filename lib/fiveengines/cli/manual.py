"""The commands about manual readings: override set, list, expire."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from typer.core import TyperCommand

from fiveengines.base import parameters
from fiveengines.base.errors import FiveEnginesError, ParameterError
from fiveengines.cli.commands import AsOf, Params, Who, app

if TYPE_CHECKING:
    from fiveengines.overrides import Entry

manual = typer.Typer(
    help="Manual readings: the same trail that the notebook's panel writes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(manual, name="override")

Field = Annotated[str, typer.Argument(help="An indicator, or state:<engine>.")]
BelongsTo = Annotated[
    str | None,
    typer.Option("--source", help="demo, files or live: whose readings it enters (default: weekly.yaml's)."),
]
SOURCES = get_args(parameters.SourceName)

# Units that a figure does without.
_BARE = {"index", "ratio", "flag"}
_NEGATIVE = re.compile(r"-\.?\d")


class _Figures(TyperCommand):
    """A command whose arguments may be negative figures, which would otherwise be taken for options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A blank in front makes an argument of a figure; whoever reads it drops the blank."""
        return super().parse_args(ctx, [f" {each}" if _NEGATIVE.match(each) else each for each in args])


def _trail(params: Path | None, source: str | None) -> tuple[Path, str]:
    """Folder of the entries of one source (default: that of weekly.yaml), and which it is."""
    from fiveengines import indicators

    loaded = parameters.load(params)
    indicators.declare(loaded)
    chosen = source or loaded.weekly.source
    if chosen not in SOURCES:
        raise ParameterError(
            f"--source {chosen!r} is not a source of data; an entry belongs to one of {', '.join(SOURCES)}.",
            remedy="Where a figure comes from goes into --origin.",
        )
    return loaded.overrides_of(chosen), chosen


def _data_say(field: str, as_of: str | None, params: Path | None, source: str) -> float | str | None:
    """What the source's data say in its place, for the trail.

    None where that is the simulated market, where nothing is to be checked, or where they cannot be read.
    """
    if source == "demo":
        return None
    from fiveengines.week import Week

    try:
        engines = Week.load(as_of=as_of, source=source, params_file=params).without_overrides().engines
    except FiveEnginesError:
        return None
    states: dict[str, float | str | None] = {f"state:{name}": each.state for name, each in engines.items()}
    figures = {each.indicator: each.value for reading in engines.values() for each in reading.evidence}
    return (states | figures).get(field)


@manual.command(name="set", cls=_Figures)
def set_value(
    field: Field,
    value: Annotated[str, typer.Argument(help="The figure, or supportive, neutral or adverse.")],
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever reads it next year.")],
    until: Annotated[
        str | None,
        typer.Option(
            "--until", help="Last reading it holds for (default: the figure's next release, or two weeks)."
        ),
    ] = None,
    origin: Annotated[str, typer.Option("--origin", help="Where the figure comes from.")] = "",
    source: BelongsTo = None,
    as_of: AsOf = None,
    who: Who = None,
    params: Params = None,
) -> int:
    """Enter a figure that replaces one input of a reading for a while."""
    from fiveengines import overrides

    folder, belongs_to = _trail(params, source)
    given = overrides.check(field, value)
    entry = overrides.set_override(
        folder,
        field,
        given,
        why=why,
        as_of=as_of,
        origin=origin,
        who=who,
        until=until,
        before=_data_say(field, as_of, params, belongs_to),
    )
    figure = _figure(entry.value, overrides.bounds(field).unit)
    typer.echo(f"{entry.title}: {figure}, {_held(entry)}{_whose(belongs_to)}")
    return 0


@manual.command(name="list")
def list_values(source: BelongsTo = None, as_of: AsOf = None, params: Params = None) -> int:
    """Show every entry of one source with who, when and why."""
    from fiveengines import overrides

    folder, belongs_to = _trail(params, source)
    rows = overrides.list_overrides(folder, as_of)
    others = [each for each in SOURCES if each != belongs_to and overrides.stamp(folder.with_name(each))]
    if source is None and others:
        named = ", ".join(f"--source {each}" for each in others)
        typer.echo(f"Of {belongs_to}; others have entries too: {named}.")
    if not rows:
        typer.echo(f"No manual readings of {belongs_to}.")
        return 0
    wide = max(len(row["field"]) for row in rows)
    lines = []
    for row in rows:
        holds = f"{row['as_of']} to {row['until']}"
        value = _figure(row["value"], row["unit"])
        lines.append(f"{row['field']:<{wide}}  {row['status']:<10}  {holds}  {value}")
        origin = f" ({row['origin']})" if row["origin"] else ""
        lines.append(f"  {row['who']}, {row['entered_at']:%Y-%m-%d %H:%M} UTC: {row['why']}{origin}")
    typer.echo("\n".join(lines))
    return 0


@manual.command()
def expire(
    field: Field,
    why: Annotated[str, typer.Option("--why", help="Why it no longer holds.")] = "",
    source: BelongsTo = None,
    as_of: AsOf = None,
    who: Who = None,
    params: Params = None,
) -> int:
    """End an entry from this reading on; earlier readings still use it."""
    from fiveengines import overrides

    folder, belongs_to = _trail(params, source)
    ended = overrides.expire(folder, field, why=why, as_of=as_of, who=who)
    count = "1 entry" if len(ended) == 1 else f"{len(ended)} entries"
    typer.echo(f"{overrides.field_title(field)}: {count} ended{_whose(belongs_to)}.")
    return 0


def _figure(value: float | str, unit: str) -> str:
    """What was entered, as a person writes it."""
    if isinstance(value, str):
        return value
    return f"{value:,.10g}" + ("" if unit in _BARE else f" {unit}")


def _whose(source: str) -> str:
    return f", for {'the SIMULATED market' if source == 'demo' else source} only"


def _held(entry: Entry) -> str:
    return f"from {entry.as_of} until {entry.until}, by {entry.who}"
