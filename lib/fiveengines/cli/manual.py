"""The commands about manual readings: override set, list, expire."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from fiveengines import parameters
from fiveengines.cli.commands import AsOf, Params, app

manual = typer.Typer(
    help="Manual readings: the same trail that the notebook's panel writes.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(manual, name="override")

Field = Annotated[str, typer.Argument(help="An indicator, or state:<engine>.")]
Who = Annotated[str | None, typer.Option("--who", help="Who enters it (default: git or system user).")]


def _trail(params: Path | None) -> Path:
    loaded = parameters.load(params)
    return loaded.beside(loaded.weekly.overrides)


@manual.command(name="set")
def set_value(
    field: Field,
    value: Annotated[str, typer.Argument(help="The figure, or supportive, neutral or adverse.")],
    why: Annotated[str, typer.Option("--why", help="The reason, kept for next year.")],
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

    entry = overrides.set_override(
        _trail(params), field, value, why=why, as_of=as_of, source=source, who=who, until=until
    )
    typer.echo(
        f"{overrides.field_title(field)}: {entry.value} from {entry.as_of} until {entry.until}, by {entry.who}"
    )
    return 0


@manual.command(name="list")
def list_values(as_of: AsOf = None, params: Params = None) -> int:
    """Show every entry with who, when and why."""
    from fiveengines import overrides

    rows = overrides.list_overrides(_trail(params), as_of)
    if not rows:
        typer.echo("No manual readings.")
        return 0
    table = Table("field", "value", "status", "from", "until", "who", "why")
    for row in rows:
        cells = (
            row["field"],
            row["value"],
            row["status"],
            row["as_of"],
            row["until"],
            row["who"],
            row["why"],
        )
        table.add_row(*(Text(str(each)) for each in cells))
    Console().print(table)
    return 0


@manual.command()
def expire(
    field: Field,
    why: Annotated[str, typer.Option("--why", help="Why it no longer holds.")] = "",
    as_of: AsOf = None,
    who: Who = None,
    params: Params = None,
) -> int:
    """End an entry from this reading on; earlier readings keep it."""
    from fiveengines import overrides

    ended = overrides.expire(_trail(params), field, why=why, as_of=as_of, who=who)
    typer.echo(f"{overrides.field_title(field)}: {len(ended)} entry ended.")
    return 0
