"""Rows H013 to H105 of the table of hostile and odd inputs, each with the word it expects."""

import csv
from pathlib import Path

import hostile_dicom_encoding as encoding
import hostile_dicom_geometry as geometry
import hostile_dicom_pixels as pixels
import pytest
from hostile_rows import Row, assert_row

from planner.imaging.apart.child import ChildWorker

ROWS = (*geometry.ROWS, *pixels.ROWS, *encoding.ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.id}-{number}" for number, row in enumerate(ROWS)])
def test_that_each_row_gets_the_word_it_expects(row: Row, worker: ChildWorker, tmp_path: Path) -> None:
    assert_row(row, tmp_path, worker)


def test_that_no_row_of_the_table_is_left_out(shared_reference: Path) -> None:
    """Rows H001 to H012 and H102 are tested by name with the import step; H106 and on with files and volumes."""
    with (shared_reference / "hostile_inputs.csv").open(encoding="utf-8", newline="") as table:
        wanted = {line["id"] for line in csv.DictReader(table) if "H013" <= line["id"] <= "H105"}
    assert wanted - {row.id for row in ROWS} == {"H102"}
