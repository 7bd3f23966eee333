"""The parts of docs/PROVIDERS.md that the register of providers gives: `make docs` writes them.

Nothing else of that page is touched; a test fails when these parts are not what would be written.
"""

from __future__ import annotations

from fiveengines.base import paths
from fiveengines.data.providers.registry import default_urls, registry

PAGE = paths.project_root() / "docs" / "PROVIDERS.md"


def table() -> str:
    """The providers as a Markdown table, with what each serves, its address, its key and its terms."""
    rows = ["| provider | series | address | key | terms |", "|---|---|---|---|---|"]
    for each in registry().values():
        hosts = ", ".join(f"`{url.removeprefix('https://')}`" for url in each.urls.values() if url)
        address = each.address_note or hosts
        key = f"`{each.key}`, free" if each.key else "–" if each.by_hand else "none"
        rows.append(f"| {each.title} | {each.serves} | {address} | {key} | {each.terms} |")
    return "\n".join(rows)


def addresses() -> str:
    """The environment variables that replace a provider's address, a line each."""
    return "\n".join(f"- `FIVEENGINES_{name.upper()}_URL`" for name in default_urls())


def rendered(page: str) -> str:
    """The page with the register between its markers."""
    for name, text in (("providers", table()), ("addresses", addresses())):
        before, opening, rest = page.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition("\n<!-- end -->")
        page = before + opening + text + closing + after
    return page


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
