import math
import os
import re
import shutil
from collections import Counter
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import ENGINES
from fiveengines.playbook import content
from fiveengines.playbook.models import fill, placeholders

PACKAGED = Path(str(resources.files("fiveengines.playbook")))
FILES = ("regimes.yaml", "styles.yaml", "insights.yaml", "glossary.yaml", "questions.yaml", "phrases.yaml")


SEE_ALSO = "see_also: [mechanical_volatility_spike, breadth_turns_from_washout]"
SEE_NOBODY = "see_also: [mechanical_volatility_spike, nobody]"
LAST_PAIR = "between: [cut_into_stress, policy_cycle_turns]"


@pytest.fixture
def edited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the playbook's files that a test may change."""
    for name in FILES:
        shutil.copy(PACKAGED / name, tmp_path / name)
    monkeypatch.setattr(content, "FOLDER", tmp_path)
    return tmp_path


def replace_once(path: Path, old: str, new: str) -> int:
    """Replace the only occurrence of `old`; the line it starts on, counted from 1."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_packaged_playbook_has_no_problem() -> None:
    assert content.check() == []


def test_the_framework_is_complete() -> None:
    assert [r.id for r in content.regimes().values()] == [
        "broad_bull",
        "fragile_melt_up",
        "choppy_range",
        "risk_off",
        "crisis",
    ]
    assert {insight.engine for insight in content.insights().values()} == set(ENGINES)
    assert tuple(content.questions()) == ENGINES


def test_every_regime_leads_to_a_style_and_re_entry_waits_for_an_inflection() -> None:
    styles = content.styles()
    for number, regime in content.regimes().items():
        assert number in styles[regime.style].regimes
    assert styles["selective_re_entry"].regimes == ()


def test_a_calmer_regime_never_points_lower_in_the_band() -> None:
    order = ["upper", "upper_middle", "middle", "lower", "floor"]
    places = [order.index(content.regimes()[number].band) for number in range(1, 6)]
    assert places == sorted(places)


def test_conflicts_are_mutual_explained_and_between_different_meanings() -> None:
    insights, pairs = content.insights(), content.conflicts()
    for insight in insights.values():
        for other in insight.conflicts_with:
            assert insight.id in insights[other].conflicts_with
            assert frozenset((insight.id, other)) in pairs
    for pair in pairs:
        tones = [insights[i].implication.tone for i in pair]
        tones += [side.tone for i in pair if (side := insights[i].opposite)]
        assert len(set(tones)) > 1, f"{sorted(pair)} say the same"


def test_sources_are_numbered_without_a_gap() -> None:
    """The framework's own list is there as a whole: fe-01, fe-02 and so on."""
    sources = sorted(insight.source for insight in content.insights().values() if insight.source)
    assert sources == [f"fe-{number:02d}" for number in range(1, len(sources) + 1)]


def test_most_insights_are_signals_and_principles_are_rare() -> None:
    kinds = Counter(insight.kind for insight in content.insights().values())
    assert 0 < kinds["principle"] < kinds["signal"] / 3


def test_published_breadth_thrust_levels() -> None:
    thrust = content.insights()["breadth_thrust"].thresholds
    assert (thrust["zweig_low"], thrust["zweig_high"], thrust["zweig_sessions"]) == (0.40, 0.615, 10)
    assert thrust["whaley"] == pytest.approx(0.7366)


def test_a_changed_threshold_changes_the_sentence(edited: Path) -> None:
    replace_once(edited / "insights.yaml", "thresholds: {change: 30,", "thresholds: {change: 45,")
    real_yields = content.insights()["real_yield_moves"]
    assert real_yields.condition() == "The 10-year real yield has risen by 45 bp or more over 13 weeks."
    assert "45 bp" in real_yields.condition("opposite")


def test_evidence_of_the_vvix_warning_reads_as_hand_written() -> None:
    figures = {"vvix_percentile_rise": 22.4, "vvix_percentile_from": 19.6, "vix": 13.24}
    assert (
        content.insights()["vvix_before_vix"].render_evidence(figures)
        == "VVIX up 22 points from percentile 20 while VIX is 13.2"
    )


@pytest.mark.parametrize("missing", [{}, {"financial_conditions": None}, {"financial_conditions": math.nan}])
def test_a_clause_without_its_figure_is_left_out(missing: dict[str, float | None]) -> None:
    text = content.insights()["ample_liquidity"].render_evidence(
        {"liquidity_score": 0.314, "real_yield_change_13w_bp": -12.0, **missing}
    )
    assert text == "liquidity score +0.31; 10-year real yield -12 bp over 13 weeks"


def test_every_evidence_and_condition_can_be_filled() -> None:
    examples = {name: figure.example for name, figure in content.figures().items()}
    for insight in content.insights().values():
        assert insight.render_evidence(examples).count("; ") >= len(insight.evidence) - 1
        for which in insight.conditions():
            assert "{" not in insight.condition(which)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "template",
    [
        "{vix.__class__}",
        "{vix[0]}",
        "{}",
        "{0}",
        "{vix!r}",
        "{vix:>99999999}",
        "{vix:{width}}",
        "{vix",
        "vix}",
    ],
)
def test_a_template_cannot_do_more_than_quote_a_number(template: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        placeholders(template)


def test_formats_that_the_playbook_needs() -> None:
    assert fill("{a:+,.0f} {b:.2f} {a:+.1f} {word}", {"a": -1234.0, "b": 0.876, "word": "calm"}) == (
        "-1,234 0.88 -1234.0 calm"
    )


def test_tape_limits_stand_on_the_right_side_of_a_random_walk() -> None:
    """An aimless 63-session walk: its mean efficiency ratio lies between a trend's limit and a range's."""
    steps = np.random.default_rng(7).standard_normal((20_000, 63))
    aimless = (np.abs(steps.sum(axis=1)) / np.abs(steps).sum(axis=1)).mean()
    assert aimless == pytest.approx(0.13, abs=0.005)
    limits = {
        style.id: check
        for style in content.styles().values()
        for check in style.tape
        if check.measure == "efficiency_ratio"
    }
    trend, ranging = limits["trend_following"], limits["mean_reversion"]
    assert ranging.at_most is not None and trend.at_least is not None
    assert ranging.at_most < aimless < trend.at_least
    assert ranging.agrees(ranging.at_most) and not trend.agrees(ranging.at_most)
    assert trend.agrees(math.nan) is None


def test_an_edit_is_seen_without_a_restart(edited: Path) -> None:
    path = edited / "regimes.yaml"
    before = content.regimes()[5].name
    replace_once(path, f"name: {before}", "name: Krise")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 1_000_000))
    assert (before, content.regimes()[5].name) == ("Crisis", "Krise")


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("regimes.yaml", "band: floor", "band: cellar", "Input should be 'upper', 'upper_middle'"),
        ("regimes.yaml", "id: risk_off", "id: risk_of", "must keep the id 'risk_off'"),
        ("regimes.yaml", "style: mean_reversion", "style: selective_re_entry", "does not list regime 3"),
        ("styles.yaml", "at_least: 0.25", "at_lest: 0.25", "unknown field 'at_lest'"),
        ("insights.yaml", "- id: vvix_before_vix\n", "- id: calm_trend\n", "id 'calm_trend' is already used"),
        ("insights.yaml", SEE_ALSO, SEE_NOBODY, "cannot refer to 'nobody'"),
        (
            "insights.yaml",
            LAST_PAIR,
            "between: [cut_into_stress, cut_into_stress]",
            "two different known insights",
        ),
        (
            "insights.yaml",
            LAST_PAIR,
            "between: [cut_into_stress, liquidity_stops_worsening]",
            "is here twice",
        ),
        ("insights.yaml", "source: fe-13", "source: fe-12", "source 'fe-12' is already used"),
        ("insights.yaml", "NFCI {financial_conditions:+.2f}", "NFCI {nfcy:+.2f}", "unknown name {nfcy}"),
        ("insights.yaml", "{liquidity_state} and {", "{liquidity_state:.1f} and {", "cannot be filled"),
        ("insights.yaml", "thresholds: {lag: 2.5,", "thresholds: {lag: 2.5, spare: 1,", "quotes 'spare'"),
        (
            "insights.yaml",
            "tone: supportive\n      text: Avoid",
            "tone: bullish\n      text: Avoid",
            "'caution'",
        ),
        (
            "insights.yaml",
            'NAAIM {naaim:.0f}"\n      - "CTA',
            'NAAIM {naaim.x}"\n      - "CTA',
            "plain name",
        ),
        ("glossary.yaml", "- id: beta", "- id: contango", "id 'contango' is already used"),
        (
            "glossary.yaml",
            "short: Treasury yields lined up by maturity.",
            "short: Short.",
            "at least 8 characters",
        ),
        ("questions.yaml", "does the 2-year yield price?", "price for the coming year.", "question mark"),
        (
            "phrases.yaml",
            'say: "volatility calm", when: {vix: {below: 15.0}}',
            'say: "volatility calm", when: {vix: {below: 17.5}}',
            "does not earn the word 'calm'",
        ),
        (
            "phrases.yaml",
            'say: "breadth wide", when: {pct_above_200d: {at_least: 60.0}}',
            'say: "breadth wide", when: {pct_above_50d: {at_least: 60.0}}',
            "does not earn the word 'wide'",
        ),
        (
            "phrases.yaml",
            '{say: "liquidity in between"}',
            '{say: "calm", when: {vix: {below: 9}}}',
            "no condition",
        ),
        (
            "phrases.yaml",
            "when: {vix_change_1w_pct: {at_least: 25.0}",
            "when: {vox: {at_least: 25.0}",
            "'vox'",
        ),
        ("phrases.yaml", 'say: "VIX {vix:.1f}"}', 'say: "VIX {vox:.1f}"}', "{vox}"),
    ],
)
def test_a_mistake_is_named_with_its_file(edited: Path, name: str, old: str, new: str, message: str) -> None:
    replace_once(edited / name, old, new)
    problems = content.check()
    assert any(message in problem for problem in problems), problems
    assert all(re.match(rf"{name} line \d+ \(", problem) for problem in problems)
    assert all("\n" not in problem for problem in problems)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("regimes.yaml", "band: floor", "band: cellar"),
        ("insights.yaml", SEE_ALSO, SEE_NOBODY),
        ("insights.yaml", "kind: signal\n    title: VVIX", "kind: omen\n    title: VVIX"),
        ("insights.yaml", '- "NFCI {financial_conditions:+.2f}"', '- "NFCI {nfcy:+.2f}"'),
    ],
)
def test_the_line_number_is_the_line_of_the_mistake(edited: Path, name: str, old: str, new: str) -> None:
    line = replace_once(edited / name, old, new)
    assert any(problem.startswith(f"{name} line {line} (") for problem in content.check())


def test_a_missing_field_points_to_its_entry(edited: Path) -> None:
    path = edited / "insights.yaml"
    line = replace_once(path, "    title: VVIX can stir while the VIX sleeps\n", "")
    (problem,) = content.check()
    assert "field 'title' is missing" in problem
    assert problem.startswith(f"insights.yaml line {line - 4} (insights · 13)")


@pytest.mark.parametrize(
    "damage",
    ["regimes: [1, 2", "regimes:\n  - number: 1\n    number: 2\n", "", "just words", "regimes: null"],
)
def test_a_broken_file_is_one_clear_line(edited: Path, damage: str) -> None:
    (edited / "regimes.yaml").write_text(damage, encoding="utf-8")
    assert content.check()[0].startswith("regimes.yaml line ")
    with pytest.raises(ParameterError, match=r"^regimes\.yaml line \d+"):
        content.regimes()


def test_a_file_that_is_no_text_is_refused(edited: Path) -> None:
    (edited / "glossary.yaml").write_bytes(b"\xff\xfe\x00gloss")
    with pytest.raises(ParameterError, match=r"glossary\.yaml: cannot be read as UTF-8"):
        content.glossary()


def shingles(text: str, length: int = 8) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", re.sub("['’]", "", text.lower()))
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.mark.parametrize("name", FILES)
def test_no_sentence_of_the_source_texts_is_repeated(name: str) -> None:
    folder = os.environ.get("FIVEENGINES_SEEDS")
    if not folder:
        pytest.skip("needs the folder of the source texts (FIVEENGINES_SEEDS)")
    sources = sorted(Path(folder).glob("*.txt"))
    assert sources, f"{folder} holds no text"
    ours = shingles((PACKAGED / name).read_text(encoding="utf-8"))
    for source in sources:
        shared = ours & shingles(source.read_text(encoding="utf-8"))
        assert not shared, f"{name} repeats {source.name}: {' '.join(min(shared))}"
