"""The commands about manual readings: override set, list, expire."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from fiveengines.base import parameters
from fiveengines.base.errors import FiveEnginesError
from fiveengines.cli.commands import AsOf, Params, app

if TYPE_CHECKING:
    from fiveengines.overrides import Entry

manual = typer.Typer(
    help="Manual readings: the same trail that the notebook's panel writes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(manual, name="override")

Field = Annotated[str, typer.Argument(help="An indicator, or state:<engine>.")]
Who = Annotated[str | None, typer.Option("--who", help="Who enters it (default: git or system user).")]


# Units that a figure does without.
_BARE = {"index", "ratio", "flag"}
_NEGATIVE = re.compile(r"-\.?\d")


class _Figures(TyperCommand):
    """A command whose arguments may be negative figures, which would otherwise be taken for options."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A blank in front makes an argument of a figure; whoever reads it drops the blank."""
        return super().parse_args(ctx, [f" {each}" if _NEGATIVE.match(each) else each for each in args])


def _trail(params: Path | None) -> Path:
    loaded = parameters.load(params)
    return loaded.beside(loaded.weekly.overrides)


def _data_say(field: str, as_of: str | None, params: Path | None) -> float | str | None:
    """What the data of weekly.yaml say in its place, for the trail.

    None where that is the simulated market, which says nothing about a real one, or where they cannot be read.
    """
    from fiveengines.week import Week

    if parameters.load(params).weekly.source == "demo":
        return None
    try:
        engines = Week.load(as_of=as_of, params_file=params).without_overrides().engines
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
    source: Annotated[str, typer.Option("--source", help="Where the figure comes from.")] = "",
    as_of: AsOf = None,
    who: Who = None,
    params: Params = None,
) -> int:
    """Enter a figure that replaces one input of a reading for a while."""
    from fiveengines import overrides

    given = overrides.check(field, value)
    entry = overrides.set_override(
        _trail(params),
        field,
        given,
        why=why,
        as_of=as_of,
        source=source,
        who=who,
        until=until,
        before=_data_say(field, as_of, params),
    )
    typer.echo(f"{entry.title}: {_figure(entry.value, overrides.bounds(field).unit)}, {_held(entry)}")
    return 0


@manual.command(name="list")
def list_values(as_of: AsOf = None, params: Params = None) -> int:
    """Show every entry with who, when and why."""
    from fiveengines import overrides

    rows = overrides.list_overrides(_trail(params), as_of)
    if not rows:
        typer.echo("No manual readings.")
        return 0
    wide = max(len(row["field"]) for row in rows)
    lines = []
    for row in rows:
        holds = f"{row['as_of']} to {row['until']}"
        value = _figure(row["value"], row["unit"])
        lines.append(f"{row['field']:<{wide}}  {row['status']:<10}  {holds}  {value}")
        source = f" ({row['source']})" if row["source"] else ""
        lines.append(f"  {row['who']}, {row['entered_at']:%Y-%m-%d %H:%M} UTC: {row['why']}{source}")
    typer.echo("\n".join(lines))
    return 0


@manual.command()
def expire(
    field: Field,
    why: Annotated[str, typer.Option("--why", help="Why it no longer holds.")] = "",
    as_of: AsOf = None,
    who: Who = None,
    params: Params = None,
) -> int:
    """End an entry from this reading on; earlier readings still use it."""
    from fiveengines import overrides

    ended = overrides.expire(_trail(params), field, why=why, as_of=as_of, who=who)
    count = "1 entry" if len(ended) == 1 else f"{len(ended)} entries"
    typer.echo(f"{overrides.field_title(field)}: {count} ended.")
    return 0


def _figure(value: float | str, unit: str) -> str:
    """What was entered, as a person writes it."""
    if isinstance(value, str):
        return value
    return f"{value:,.10g}" + ("" if unit in _BARE else f" {unit}")


def _held(entry: Entry) -> str:
    return f"from {entry.as_of} until {entry.until}, by {entry.who}"
