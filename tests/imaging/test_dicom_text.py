"""Names, dates and character sets, as they are and as they are wrongly declared."""

import re
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.i18n import use_language
from planner.imaging.dicom import dicom_words
from planner.imaging.dicom.headers import read_header
from planner.imaging.dicom.tag_words import tag_rows
from planner.imaging.dicom.text import LONGEST_SHOWN, decoded, iso_date, shown

CHARSETS = Path(pydicom.__file__).parent / "data" / "charset_files"
IMAGING = Path(dicom_words.__file__).parent


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chrArab", "قباني^لنزار"),
        ("chrFren", "Buc^Jérôme"),
        ("chrFrenMulti", "Buc^Jérôme"),
        ("chrGerm", "Äneas^Rüdiger"),
        ("chrGreek", "Διονυσιος"),
        ("chrH31", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        ("chrH32", "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう"),
        ("chrHbrw", "שרון^דבורה"),
        ("chrI2", "Hong^Gildong=洪^吉洞=홍^길동"),
        ("chrRuss", "Люкceмбypг"),
        ("chrX1", "Wang^XiaoDong=王^小東="),
        ("chrX2", "Wang^XiaoDong=王^小东="),
    ],
)
def test_that_names_of_the_world_are_read(name: str, expected: str) -> None:
    assert read_header(str(CHARSETS / f"{name}.dcm")).patient.name == expected


@pytest.mark.parametrize(
    ("raw", "sets", "is_guess"),
    [
        ("NUÑEZ".encode(), (), True),
        ("NUÑEZ".encode(), ("ISO_IR 100",), True),
        ("NUÑEZ".encode(), ("ISO_IR 192",), False),
        ("NUÑEZ".encode("latin-1"), ("ISO_IR 192",), True),
        ("NUÑEZ".encode("latin-1"), ("ISO_IR 100",), False),
        ("NUÑEZ".encode("latin-1"), (), True),
        ("NUN\u0303EZ".encode(), ("ISO_IR 192",), False),
    ],
)
def test_that_a_wrong_declaration_is_seen_and_the_name_is_right(
    raw: bytes, sets: tuple[str, ...], is_guess: bool
) -> None:
    assert decoded(raw, sets) == ("NUÑEZ", is_guess)


@pytest.mark.parametrize("sets", [("nonsense",), ("ISO_IR 100", "ISO 2022 IR 87"), ("", "ISO 2022 IR 149"), ("\0",)])
@given(raw=st.binary(max_size=40))
def test_that_any_bytes_give_some_text(raw: bytes, sets: tuple[str, ...]) -> None:
    text, _is_guess = decoded(raw, sets)
    assert text == shown(text) or "\\u" in text


@given(st.text(max_size=30))
def test_that_nothing_invisible_is_shown(text: str) -> None:
    assert not re.search("[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", shown(text))


def test_that_a_megabyte_of_name_is_cut() -> None:
    assert len(shown("x" * (1 << 20))) == LONGEST_SHOWN + 1


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("20130717", "2013-07-17"), ("2013.07.17", "2013-07-17"), ("", ""), ("20240230", None), ("00000000", None),
     ("20139", None), ("abc", None)],
)  # fmt: skip
def test_that_only_possible_dates_are_dates(raw: str, expected: str | None) -> None:
    assert iso_date(raw) == expected


def test_that_every_code_has_a_sentence_in_both_languages() -> None:
    pattern = re.compile(r"(?:Finding|refused|skipped|add)\(\s*(?:[^\"()]*,\s*)?\"([a-z][a-z-]+)\"|fault=\"([a-z-]+)\"")
    codes = set()
    for path in IMAGING.rglob("*.py"):
        codes |= {one or other for one, other in pattern.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 60
    own = {code for code in codes if not code.startswith(("volume-", "file-", "archive-", "dicomdir"))} | {
        "file-changed"
    }
    for language in ("en", "es"):
        use_language(language)
        assert own <= set(dicom_words.dicom_sentences())


def test_that_measured_tags_are_shown_without_digits_nobody_reads() -> None:
    rows = dict(tag_rows({"repetition-ms": "6.50099992752075", "field-t": "3", "model": "Achieva 3.0"}))
    assert sorted(rows.values()) == ["3", "6.501", "Achieva 3.0"]
    use_language("es")
    assert "6,501" in dict(tag_rows({"repetition-ms": "6.50099992752075"})).values()
