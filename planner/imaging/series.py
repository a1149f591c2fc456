"""What the importer found: one :class:`Series` per stack that could become an image, and one line per file.

Plain values only (they cross from the reading process). Findings are stable codes with values; their sentences are
made in :mod:`planner.imaging.words`, near the reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from planner.imaging.dicom.tag_words import tag_rows
from planner.imaging.words import choice_words, finding_words


@dataclass(frozen=True, slots=True)
class Patient:
    """Who the files are of, as they say it. ``name`` keeps its ^ groups; ``birth_date`` is ISO (or empty)."""

    name: str = ""
    patient_id: str = ""
    birth_date: str = ""
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason, a remark or a correction: a stable ``code``, and the ``values`` its sentence names."""

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> str:
        """One sentence in the user's language."""
        return finding_words(self.code, self.values)


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person decides before this series is taken; ``choices`` are stable words."""

    code: str
    choices: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)

    def words(self) -> str:
        return finding_words(self.code, self.values)

    def choice_texts(self) -> dict[str, str]:
        """Each choice with its text in the user's language."""
        return {word: choice_words(word, self.values) for word in self.choices}


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One stack of slices (DICOM) or one volume (NIfTI, MGZ, NRRD) that may be imported.

    ``key`` names it in the caller's request and is stable for the same files. ``shape`` is (columns, rows, slices) and
    ``spacing_mm`` belongs to it, of the volume as it would be taken. ``orientation`` is axial, coronal, sagittal,
    oblique or unknown. ``refusal`` says why it cannot be taken; ``questions`` must each have an answer; ``notes`` are
    told. ``thumbnail`` is (rows, columns) uint8. ``tags`` are the values that matter, for showing.
    """

    key: str
    kind: Literal["dicom", "nifti"]
    label: str
    modality: str
    shape: tuple[int, int, int]
    spacing_mm: tuple[float, float, float]
    orientation: str
    identity: Patient
    files: tuple[str, ...]
    notes: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    refusal: Finding | None = None
    thumbnail: NDArray[np.uint8] | None = field(default=None, repr=False)
    tags: Mapping[str, str] = field(default_factory=dict)
    study_date: str = ""
    series_uid: str = ""
    frame_uid: str = ""

    def tag_rows(self) -> list[tuple[str, str]]:
        """The tags with their names in the user's language, for showing."""
        return tag_rows(self.tags)


@dataclass(frozen=True, slots=True, eq=False)
class ReadVolume:
    """The voxels of one series. ``values`` (X, Y, Z); ``affine`` (4, 4) takes an index to RAS mm of the voxel's centre.

    ``window`` is (low, high) in ``unit``; ``notes`` add what only reading could tell; ``details`` keeps what the
    correction of a tilt or of gaps would lose.
    """

    values: NDArray[np.generic] = field(repr=False)
    affine: NDArray[np.float64]
    unit: str = ""
    window: tuple[float, float] = (0.0, 1.0)
    notes: tuple[Finding, ...] = ()
    details: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    """What became of one file."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    REFUSED = "refused"
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class FileLine:
    """One line of the report: every file looked at has exactly one. ``series_keys`` are the series it is part of."""

    path: str
    outcome: Outcome
    reason: Finding
    series_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Every file accounted for, and remarks about the whole."""

    lines: tuple[FileLine, ...] = ()
    notes: tuple[Finding, ...] = ()

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)
