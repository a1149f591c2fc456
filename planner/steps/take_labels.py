"""Take canal and vertebrae from a label map another program made, in place of our own outline."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from planner.anatomy.spine.labels_elsewhere import LabelDoubt, read_labels
from planner.case.inputs import inputs_of_spine
from planner.case.model import Case, SpineOutline, Structure
from planner.case.store import ArrayStore
from planner.errors import RefusedError
from planner.geometry import Grid, Volume
from planner.i18n import _
from planner.imaging.apart.child import ChildWorker
from planner.imaging.volume_files.volumes import read_volume, survey_volume
from planner.library.spine_names import CANAL_ID, CORD_ID, SAC_ID
from planner.progress import SILENT, Progress
from planner.steps.outline_spine import OutlinedSpine
from planner.steps.spine_facts import as_facts, canal_arrays, canal_of, unsure_facts, with_surface

LABELLED_STATUS = "labels of another program"
IDS = {"canal": CANAL_ID, "sac": SAC_ID, "cord": CORD_ID}
LEAST_INSIDE = 0.9
"""So much of the labels has to lie within the planning image: labels of another image hardly ever do."""


@dataclass(frozen=True, slots=True)
class LabelRequest:
    """``scheme``: the numbering, when a person said which; ``answers`` to what the file's header leaves open."""

    path: Path
    scheme: str = ""
    answers: dict[str, str] = field(default_factory=dict)


def answered(request: LabelRequest, question: str, word: str) -> LabelRequest:
    """``request`` with a person's answer to a question that ``take_labels`` raised."""
    if question == "labels-scheme":
        return replace(request, scheme=word)
    return replace(request, answers={**request.answers, question: word})


@dataclass(frozen=True, slots=True)
class TakenLabels:
    """The outline as of :func:`outline_spine`, and doubts about the labels."""

    outlined: OutlinedSpine
    doubts: tuple[LabelDoubt, ...]


def take_labels(case: Case, store: ArrayStore, request: LabelRequest, progress: Progress = SILENT) -> TakenLabels:
    """Names are claims, as always.

    Raises RefusedError: no-planning-image, labels-elsewhere (they lie outside the planning image), and those of
    ``read_labels`` and of the file's reader; QuestionError: which program numbered them, what the header means.
    """
    image = case.images.get(case.planning_image)
    if image is None:
        raise RefusedError(_("There is no image to plan on. Import one first."), code="no-planning-image")
    labels = _read(request, image.space, progress.part(0.0, 0.4))
    _refuse_elsewhere(labels, Grid.of(image.grid.shape, image.grid.affine, image.space))
    known = canal_of(case.spine, store) if case.spine is not None and case.spine.space == image.space else None
    found = read_labels(labels, request.scheme, known, progress.part(0.4, 1.0))
    if found.canal is None:
        text = _("These labels show no canal. Outline the spine in the image first, then read them.")
        raise RefusedError(text, code="labels-no-canal")
    path, certainty, radius = canal_arrays(found.canal, store)
    outline = SpineOutline(
        space=image.space,
        method=f"labels-{found.scheme}",
        canal=path,
        certainty=certainty,
        radius=radius,
        unsure=unsure_facts(found.canal),
        vertebrae=as_facts(found.vertebrae),
        inputs_hash=inputs_of_spine(case),
        anchor=next((one.name for one in found.vertebrae if one.name), ""),
        anchor_origin="labels",
        alarms=tuple(dict.fromkeys(f"labels-{one.code}" for one in found.doubts)),
    )
    fact = Structure(
        id="", space=image.space, centre=(0.0, 0.0, 0.0), vertices=path, triangles=path, source=outline.method,
        status=LABELLED_STATUS, inputs_hash=outline.inputs_hash, basis="spine-image",
    )  # fmt: skip
    surfaces = found.surfaces.surfaces.items()
    structures = tuple(with_surface(fact, IDS[word], one, store) for word, one in surfaces if word in IDS)
    return TakenLabels(OutlinedSpine(outline, structures), found.doubts)


def _read(request: LabelRequest, space: str, progress: Progress) -> Volume:
    if not request.path.is_file():
        raise RefusedError(_("There is no file {name}.").format(name=request.path.name), code="no-file")
    with ChildWorker() as worker:
        series = survey_volume(request.path, worker, progress)
        read = read_volume(series, request.answers, progress, worker=worker)
    values = np.asarray(read.values)
    return Volume(Grid.of((values.shape[0], values.shape[1], values.shape[2]), read.affine, space), values)


def _refuse_elsewhere(labels: Volume, image: Grid) -> None:
    """Raises RefusedError(code="labels-elsewhere")."""
    marked = np.argwhere(np.asarray(labels.values) > 0)
    if not len(marked):
        return  # the reader of labels says that they are empty
    some = marked[:: max(len(marked) // 2000, 1)]
    index = image.to_index(labels.grid.to_world(some))
    inside = ((index >= -0.5) & (index <= np.array(image.shape) - 0.5)).all(axis=1).mean()
    if inside < LEAST_INSIDE:
        text = _("Only {share} % of these labels lie within the planning image. They are of another image.")
        raise RefusedError(text.format(share=round(100.0 * float(inside))), code="labels-elsewhere")
