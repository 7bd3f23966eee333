"""The archive's one page: a timeline over the years, every week in a table, and any two weeks side by side.

Rows become a self-contained page; no file is read but the templates, and nothing is computed that a report did not say.
"""

from __future__ import annotations

from markupsafe import Markup

from fiveengines.archive.collect import Collected, engine_name
from fiveengines.archive.compare import answers, columns
from fiveengines.archive.timeline import timeline
from fiveengines.base.parameters import ENGINES, REGIME_NAMES
from fiveengines.playbook import content
from fiveengines.report.page.chart_script import csp_hash
from fiveengines.report.page.cover_context import DISCLAIMER
from fiveengines.report.page.templates import content_policy, render_template, script_json, style, text


def index_page(found: Collected, other: tuple[str, str] | None = None) -> str:
    """index.html as text: the same rows give the same page, byte for byte.

    Every text from a report is escaped or is data; the page's policy runs one script, named by its hash, and allows
    no request at all. `other`: address and name of the archive of the other kind, simulated or real.
    """
    weeks = found.weeks
    script = text("archive/templates/archive.js")
    simulated = "demo" in {*(week.source for week in weeks), *(each.source for each in found.companions)}
    data = {
        **columns(weeks, found.figures),
        "answers": answers(found.companions),
        "regimes": REGIME_NAMES,
        "styles": {key: style.name for key, style in content.styles().items()},
        "engineNames": {engine: engine_name(engine) for engine in ENGINES},
        "shapes": {"s": "supportive", "n": "neutral", "a": "adverse", "u": "unknown"},
        "ways": {"i": "improving", "s": "stable", "d": "deteriorating", "u": "unknown"},
    }
    return render_template(
        "archive/templates/archive.html.j2",
        weeks=weeks,
        newest=weeks[-1] if weeks else None,
        simulated=simulated,
        timeline=timeline(weeks),
        engines=[(engine, engine_name(engine)) for engine in ENGINES],
        regimes=REGIME_NAMES,
        unreadable=found.unreadable,
        failed=found.failed,
        failed_pages=found.failed_pages,
        questions={each.name: each.title for each in found.companions},
        companions=found.companions,
        other=other,
        data=Markup(script_json(data)),  # noqa: S704  (JSON with every <, > and & written as an escape)
        css=Markup(style("report/page/templates/page.css", "archive/templates/archive.css")),  # noqa: S704  (our own style sheets)
        script=Markup(script),  # noqa: S704  (our own script)
        policy=content_policy(csp_hash(script.encode())),
        disclaimer=DISCLAIMER,
    )  # fmt: skip
