"""Images that a description names: label images, fibre directions and tensors, through the reader of volume files."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import RefusedError
from planner.geometry import Grid
from planner.i18n import _
from planner.imaging.apart.child import ChildWorker
from planner.imaging.series import Series
from planner.imaging.volume_files.volumes import read_volume, survey_volume
from planner.progress import Progress
from planner.steps.described.keys import Keys, refused

WHICH = "volume-which"
SHEARED = "volume-sheared"


@dataclass(frozen=True, slots=True, eq=False)
class NamedImage:
    """A file beside the description, and a person's answers to what its header leaves open."""

    path: Path
    key: str
    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, keys: Keys, key: str, folder: Path) -> "NamedImage":
        """From a file name, or an object with ``file`` and ``answers``."""
        value = keys.value(key)
        if isinstance(value, str):
            return cls(folder / value, keys.path(key))
        inner = keys.inner(key)
        answers = inner.inner("answers", is_optional=True)
        found = cls(folder / inner.text("file"), keys.path(key), {name: answers.text(name) for name in answers.names()})
        inner.finish()
        return found

    def read(self, worker: ChildWorker, space: str, count: int, progress: Progress) -> tuple[Grid, NDArray[Any]]:
        """Its grid and values (X, Y, Z), or (X, Y, Z, count) for a count above 1.

        Raises RefusedError, and QuestionError where the header leaves something open.
        """
        if not self.path.is_file():
            raise refused(self.key, _("there is no file {name}.").format(name=self.path.name))
        series = survey_volume(self.path, worker, progress)
        held = _count(series)
        if held != count:
            text = _("{name} holds {held} values at every voxel, {count} are expected.")
            raise refused(self.key, text.format(name=self.path.name, held=held, count=count))
        if any(question.code == SHEARED for question in series.questions) and SHEARED not in self.answers:
            text = _("The axes of the image are not at right angles to each other. Resample it to a straight grid.")
            raise RefusedError(text, code="image-axes")
        parts = [self._part(series, number, worker, progress) for number in range(count)]
        affine, shape = parts[0][1], parts[0][0].shape
        grid = Grid.of((shape[0], shape[1], shape[2]), affine, space)
        return grid, parts[0][0] if count == 1 else np.stack([values for values, _affine in parts], axis=-1)

    def _part(
        self, series: Series, number: int, worker: ChildWorker, progress: Progress
    ) -> tuple[NDArray[Any], NDArray[np.float64]]:
        choices = {**self.answers, WHICH: f"volume-{number + 1}"}
        read = read_volume(series, choices, progress, worker=worker)
        return np.asarray(read.values), read.affine


def _count(series: Series) -> int:
    """Values at every voxel."""
    return int(series.tags.get("volumes", "1"))
