"""Half the time of making a chart goes into checks that the tests already make: here they are switched off.

Knows altair's machinery and no chart of ours. Tests check every chart against the Vega-Lite schema instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import altair as alt
from altair.utils import schemapi


def switch_on() -> None:
    """Validate no chart while it is built and shown, and build altair's table of schema classes once.

    Altair validates every part of a chart on creation and the whole again on display, and works out a table of all
    its classes for each shorthand such as "score:Q". The specification comes out the same.
    """
    schemapi.disable_debug_mode()
    schemapi.SchemaBase.from_dict = classmethod(_from_dict)  # type: ignore[assignment]
    alt.TopLevelMixin._repr_mimebundle_ = _mime_bundle  # type: ignore[method-assign]


@cache
def _converter(candidates: Callable[[type[Any]], Iterable[type[Any]]], cls: type[Any]) -> Any:
    return schemapi._FromDict(candidates(cls))


def _from_dict(cls: type[Any], dct: dict[str, Any], validate: bool = True) -> Any:
    if validate:
        cls.validate(dct)
    # Vega-Lite's classes name their own candidates; asked through a base, the wrong twin of a class may be chosen.
    base = alt.VegaLiteSchema if issubclass(cls, alt.VegaLiteSchema) else schemapi.SchemaBase
    return _converter(base._default_wrapper_classes.__func__, base).from_dict(dct, cls)  # type: ignore[attr-defined]


def _mime_bundle(self: Any, *_: Any, **__: Any) -> Any:
    renderer = alt.renderers.get()
    return renderer(self.to_dict(validate=False, context={"pre_transform": False})) if renderer else None
