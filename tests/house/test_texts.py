"""No text reaches a person untranslated, and the catalogue is whole."""

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from planner import i18n

ROOT = Path(__file__).resolve().parents[2]
PLANNER = ROOT / "planner"
CATALOGUE = ROOT / "resources" / "locale" / "es" / "LC_MESSAGES" / "planner.po"
PLACEHOLDER = re.compile(r"\{[^{}]*\}")

# Qt calls whose first text a person reads.
SHOWING_CALLS = {
    "setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setTitle", "setStatusTip", "setAccessibleName",
    "addAction", "addMenu", "addTab", "setHeaderLabels", "setHorizontalHeaderLabels", "setLabelText", "showMessage",
    "setPrefix", "setSuffix", "addItem", "setItemText",
}  # fmt: skip
SHOWING_CLASSES = {"QLabel", "QPushButton", "QAction", "QCheckBox", "QRadioButton", "QGroupBox", "QToolButton"}
ERRORS = {"PlannerError", "RefusedError", "QuestionError"}
# Units, signs and proper names are the same in both languages.
SAME_IN_BOTH = re.compile(r"^(?:[^A-Za-zÁ-ú]*|mm³?|mA|µs|Hz|Ω|V/mm|MNI|AC-PC|AC|PC|MCP|PDF|Nociplan|XML|ms|s|k|N|mm)+$")


def messages_in_the_code() -> dict[str, str]:
    """Every text given to ``_()`` or ``ngettext()``, and where."""
    found: dict[str, str] = {}
    for path in sorted(PLANNER.rglob("*.py")):
        with path.open("rb") as source:
            for line, message, _comments, _context in extract("python", source, {"_": None, "ngettext": (1, 2)}):
                for one in message if isinstance(message, tuple) else (message,):
                    found.setdefault(one, f"{path.relative_to(ROOT)}:{line}")
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as source:
        return read_po(source, locale="es")


def texts_of(value: object) -> list[str]:
    return [one for one in value if one] if isinstance(value, tuple | list) else [str(value)]


def test_that_every_text_has_its_spanish(catalogue: Catalog) -> None:
    known = {one for message in catalogue if message.string and not message.fuzzy for one in texts_of(message.id)}
    missing = [f"{where}: {text!r}" for text, where in messages_in_the_code().items() if text and text not in known]
    assert not missing, "texts without Spanish:\n" + "\n".join(missing)


def test_that_the_catalogue_holds_no_text_the_code_has_lost(catalogue: Catalog) -> None:
    used = set(messages_in_the_code())
    lost = [one for message in catalogue for one in texts_of(message.id) if one and one not in used]
    assert not lost, "texts nobody says any more:\n" + "\n".join(lost)


def test_that_translations_keep_their_placeholders(catalogue: Catalog) -> None:
    wrong = []
    for message in catalogue:
        for original in texts_of(message.id)[:1]:
            for translated in texts_of(message.string):
                if sorted(PLACEHOLDER.findall(original)) != sorted(PLACEHOLDER.findall(translated)) and original:
                    wrong.append((original, translated))
    assert not wrong


def test_that_the_compiled_catalogue_is_the_written_one(catalogue: Catalog) -> None:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    assert CATALOGUE.with_suffix(".mo").read_bytes() == buffer.getvalue(), "run: python tests/house/compile_texts.py"


def shown_literals(tree: ast.AST) -> list[tuple[int, str]]:
    """Texts handed to a person as bare literals (or f-strings) instead of through ``_()``."""
    bare = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name not in SHOWING_CALLS | SHOWING_CLASSES | ERRORS:
            continue
        for argument in node.args[:2]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                text = argument.value
            elif isinstance(argument, ast.JoinedStr):
                text = "".join(p.value for p in argument.values if isinstance(p, ast.Constant))
            else:
                continue
            if not SAME_IN_BOTH.match(text):
                bare.append((node.lineno, text))
    return bare


def test_that_no_text_is_shown_without_translation() -> None:
    bare = []
    for path in sorted(PLANNER.rglob("*.py")):
        for line, text in shown_literals(ast.parse(path.read_text(encoding="utf-8"))):
            bare.append(f"{path.relative_to(ROOT)}:{line}: {text!r}")
    assert not bare, "texts shown untranslated:\n" + "\n".join(bare)


def test_that_no_text_hides_inside_an_f_string() -> None:
    """There Python 3.11 has no tokens for it, so it would never reach the catalogue."""
    hidden = []
    for path in sorted(PLANNER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            calls = [one for one in ast.walk(node) if isinstance(one, ast.Call)]
            if any(getattr(one.func, "id", "") in ("_", "ngettext") for one in calls):
                hidden.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not hidden


def test_that_the_scan_for_bare_texts_finds_one() -> None:
    assert shown_literals(ast.parse('label.setText("Hello")')) == [(1, "Hello")]
    assert shown_literals(ast.parse('raise RefusedError(f"No {x}", code="a")')) == [(1, "No ")]
    assert not shown_literals(ast.parse('label.setText(_("Hello")); box.setSuffix(" mm")'))


def test_that_spanish_letters_never_show_a_lone_i() -> None:
    i18n.use_language("es")
    assert [i18n.letter(one) for one in "RLAPSI"] == ["D", "Iz", "A", "P", "Sup", "Inf"]
    assert i18n.position(-12.04, 3.5, -0.2) == "Iz 12,0  A 3,5  Inf 0,2"
    assert i18n.number(-0.04) == "0,0"
