"""Files that would end the interpreter, never end, or fill the memory are one line each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from fiveengines.base import yaml_files
from fiveengines.base.bounded_files import json_object, read_bytes
from fiveengines.base.errors import ParameterError
from fiveengines.base.formats import inert

LAUGHS = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)
DEEP = {
    "brackets": "[" * 50_000 + "]" * 50_000,
    "braces": "a: " + "{a: " * 50_000 + "}" * 50_000,
    "open brackets": "[" * 50_000,
    "dashes": "- " * 50_000 + "x",
    "marks": "? " * 50_000 + "x",
    "indentation": "".join(" " * level + "a:\n" for level in range(1_500)),
    "some brackets": "[" * 1_900 + "]" * 1_900,
    "laughs": LAUGHS,
}


@pytest.mark.parametrize("kind", DEEP)
def test_a_text_nested_or_repeated_beyond_use_is_one_line(kind: str, tmp_path: Path) -> None:
    """In a process of its own: what this is about ends an interpreter without a word."""
    file = tmp_path / "weekly.yaml"
    file.write_text(DEEP[kind], encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from fiveengines.base import yaml_files\n"
        "from fiveengines.base.errors import ParameterError\n"
        "try: yaml_files.load(Path(sys.argv[1]))\n"
        "except ParameterError as error: print(error)"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0 and not done.stderr, done.stderr[-300:]
    (line,) = done.stdout.splitlines()
    assert "weekly.yaml" in line and ("nested too deeply" in line or "aliases" in line or "parsing" in line)
    assert len(line) < 400 and time.monotonic() - began < 30


def test_where_is_not_looked_for_in_what_is_nested_too_deeply() -> None:
    assert yaml_files.line_in(DEEP["brackets"], (0,)) is None


def test_ordinary_nesting_and_aliases_are_read() -> None:
    deep = "[" * 90 + "]" * 90
    assert yaml_files.parse(deep + "\n") == json.loads(deep)
    many = "base: &base {a: 1}\nrows:\n" + "".join(f"- {{<<: *base, b: {n}}}\n" for n in range(500))
    assert yaml_files.parse(many)["rows"][499] == {"a": 1, "b": 499}
    flat = "rows: [" + ", ".join("[1]" for _ in range(5_000)) + "]"
    assert len(yaml_files.parse(flat)["rows"]) == 5_000
    with pytest.raises(yaml.YAMLError):
        yaml_files.parse("[" * 101 + "]" * 101 + "[]" * 2_000)


def test_a_wrong_value_is_repeated_in_part_only(tmp_path: Path) -> None:
    file = tmp_path / "weekly.yaml"
    file.write_text(f"source: {['x' * 50] * 10_000}\n", encoding="utf-8")

    class Weekly(yaml_files.Strict):
        source: str

    with pytest.raises(ParameterError) as caught:
        yaml_files.load_model(file, Weekly)
    assert "source" in str(caught.value) and len(str(caught.value)) < 600


@pytest.mark.skipif(os.name == "nt", reason="there are no devices and pipes in folders")
@pytest.mark.parametrize("kind", ["device", "pipe"])
def test_what_never_ends_is_no_file(kind: str, tmp_path: Path) -> None:
    place = tmp_path / "weekly.yaml"
    if kind == "device":
        place.symlink_to("/dev/zero")
    else:
        os.mkfifo(place)
    with pytest.raises(ParameterError, match="no regular file"):
        yaml_files.load(place)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    place = tmp_path / "some"
    place.write_bytes(b"12345")
    assert read_bytes(place, 5) == b"12345"
    with pytest.raises(ParameterError, match="larger than 4 bytes"):
        read_bytes(place, 4)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "3", "{", "[" * 100_000, '{"a":' * 100_000, '{"a": "\\ud800"}', '{"\\udfff": 1}', "NaN"],
)
def test_what_is_no_object_is_a_value_error(text: str) -> None:
    for content in (text, text.encode()):
        with pytest.raises(ValueError):
            json_object(content)


def test_an_object_is_itself() -> None:
    assert json_object('{"a": "\\ud83d\\ude00 \\u00e9"}') == {"a": "😀 é"}


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋"])
@pytest.mark.parametrize(
    "before", ["", " ", "\n", "\r\n", "\t", "\u00a0", "\u200b", "\ufeff", "\x00", '"', "'"]
)
def test_no_text_becomes_a_formula(before: str, sign: str) -> None:
    shown = inert(f"{before}{sign}1+1")
    assert shown.startswith("'") and "\n" not in shown and "\r" not in shown


def test_an_ordinary_text_is_itself() -> None:
    assert inert("Fragile melt-up") == "Fragile melt-up" and inert("") == ""
    assert inert("a\n=1+1") == "a =1+1"
