"""Tables on the page: what stands over and under them stays whole when a wide table scrolls."""

from __future__ import annotations

import re

from fiveengines.report.page.html_sections import plain_table

GREAT = (
    '<div id="abcdef" style="overflow-x:auto">\n<style>#abcdef p {}</style>\n<table class="gt_table">'
    '<thead><tr class="gt_heading"><td class="gt_heading gt_title" id="t">Title</td></tr>'
    '<tr class="gt_heading"><td class="gt_heading gt_subtitle">Under it</td></tr></thead>'
    "<tbody><tr><td>1</td></tr></tbody>"
    '<tfoot><tr><td class="gt_sourcenote" colspan="9">One note.</td></tr>'
    '<tr><td class="gt_sourcenote" colspan="9">Two.</td></tr></tfoot></table></div>'
)


def test_title_and_notes_are_outside_the_table() -> None:
    html = plain_table(GREAT, "x")
    table = html[html.index("<table ") : html.index("</table>")]
    assert re.sub(r"<[^>]+>", "", table).strip() == "1"
    assert html.index("Title") < html.index("Under it") < html.index("<table ")
    after = html[html.index("</table>") :]
    assert after == '</table><div class="table-foot"><p>One note.</p><p>Two.</p></div></div>'


def test_a_table_without_notes_has_no_foot() -> None:
    assert "table-foot" not in plain_table(re.sub("<tfoot>.*</tfoot>", "", GREAT), "x")
