"""One series that was found: its picture, what it is, why it is refused, and what a person has to decide about it."""

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from planner.i18n import _, number
from planner.imaging.series import Question, Series
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import FactTable, Note, shortened
from planner.ui.words import orientation_words, person_name, shown_birth_date

THUMBNAIL_PX = 84


def thumbnail_pixmap(picture: "np.ndarray[tuple[int, ...], np.dtype[np.uint8]] | None", size_px: int) -> QPixmap:
    """(rows, columns) grey values as a pixmap that fits ``size_px``; black when there is none."""
    if picture is None:
        empty = QPixmap(QSize(size_px, size_px))
        empty.fill(Qt.GlobalColor.black)
        return empty
    grey = np.ascontiguousarray(picture)
    rows, columns = grey.shape
    image = QImage(grey.tobytes(), columns, rows, columns, QImage.Format.Format_Grayscale8)
    return QPixmap.fromImage(image).scaled(
        size_px, size_px, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )


class SeriesCard(QFrame):
    """``changed`` when the person ticks it or answers a question."""

    changed = Signal()

    def __init__(self, series: Series, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.series = series
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(series.label)
        self.tick = QCheckBox(shortened(series.label))
        self.tick.setToolTip(series.label)
        self.tick.setAccessibleName(series.label)
        self.tick.setMinimumHeight(TARGET_PX)
        self.tick.setEnabled(series.refusal is None)
        font = self.tick.font()
        font.setBold(True)
        self.tick.setFont(font)
        self.tick.toggled.connect(lambda _is_on: self.changed.emit())
        picture = QLabel()
        picture.setFixedSize(THUMBNAIL_PX, THUMBNAIL_PX)
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        picture.setPixmap(thumbnail_pixmap(series.thumbnail, THUMBNAIL_PX))
        picture.setAccessibleName(_("Middle slice of {series}").format(series=series.label))
        self.choices: dict[str, QComboBox] = {}
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(self.tick)
        words.addWidget(Note(series_line(series)))
        words.addWidget(Note(patient_line(series)))
        words.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(6, 6, 6, 6)
        grid.addWidget(picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(words, 0, 1)
        grid.setColumnStretch(1, 1)
        below = QVBoxLayout()
        grid.addLayout(below, 1, 0, 1, 2)
        self._say_findings(below)

    def _say_findings(self, column: QVBoxLayout) -> None:
        if self.series.refusal is not None:
            column.addWidget(Note(self.series.refusal.words(), "bad"))
        for note in self.series.notes:
            column.addWidget(Note(note.words(), "warn"))
        for question in self.series.questions:
            column.addWidget(Note(question.words(), "warn"))
            column.addWidget(self._chooser(question))
        if self.series.tags:
            tags = FactTable()
            tags.show_rows(self.series.tag_rows())
            column.addWidget(tags)

    def _chooser(self, question: Question) -> QComboBox:
        chooser = QComboBox()
        chooser.setMinimumHeight(TARGET_PX + 2)
        chooser.setAccessibleName(question.words())
        chooser.addItem(_("choose"), "")
        for word, text in question.choice_texts().items():
            chooser.addItem(text, word)
        chooser.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.choices[question.code] = chooser
        return chooser

    @property
    def is_wanted(self) -> bool:
        return self.tick.isChecked()

    @property
    def answers(self) -> dict[str, str]:
        """Question code → chosen word, for those that were answered."""
        found = {code: str(chooser.currentData()) for code, chooser in self.choices.items()}
        return {code: word for code, word in found.items() if word}

    @property
    def is_answered(self) -> bool:
        return len(self.answers) == len(self.choices)


def series_line(series: Series) -> str:
    size = " × ".join(str(count) for count in series.shape)
    spacing = " × ".join(number(mm, 2) for mm in series.spacing_mm)
    parts = [
        series.modality,
        orientation_words(series.orientation),
        _("{size} voxels of {spacing} mm").format(size=size, spacing=spacing),
        shown_birth_date(series.study_date),
    ]
    return ", ".join(part for part in parts if part)


def patient_line(series: Series) -> str:
    who = [person_name(series.identity.name), series.identity.patient_id, shown_birth_date(series.identity.birth_date)]
    stated = ", ".join(part for part in who if part)
    return stated or _("The files do not say whose they are.")
