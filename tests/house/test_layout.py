"""The house keeps its shape."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    "planner", "resources", "atlases", "tests", "pyproject.toml", "build.spec", "README.md", "LICENSE", "CHANGELOG.md",
    ".ci", "run.py", "requirements.txt", "requirements-dev.txt", ".gitignore",
}  # fmt: skip
LONGEST_FILE = 450
"""STYLE: most files fit in two hundred lines; beyond this a file has grown a second subject."""


def test_that_nothing_new_stands_at_the_top() -> None:
    ignored = {line.strip().rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.strip()}
    found = {path.name for path in ROOT.iterdir()} - {".git"} - ignored
    assert found <= TOP_LEVEL, found - TOP_LEVEL


def test_that_no_file_has_grown_a_second_subject() -> None:
    long = {}
    for path in (ROOT / "planner").rglob("*.py"):
        count = len(path.read_text(encoding="utf-8").splitlines())
        if count > LONGEST_FILE:
            long[str(path.relative_to(ROOT))] = count
    assert not long


def test_that_no_room_is_a_cupboard() -> None:
    """A helper gets a name from the domain (STYLE)."""
    names = {path.stem for path in (ROOT / "planner").rglob("*.py")}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}


def test_that_every_notice_lies_beside_its_data() -> None:
    for folder in (ROOT / "atlases" / "mni152_2009a_sym", ROOT / "resources" / "samples" / "colin27"):
        assert "Permission to use, copy, modify" in (folder / "NOTICE.txt").read_text(encoding="utf-8")
