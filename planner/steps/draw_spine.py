"""Picture a parametric spine as CT or MRI and write image, labels and truth as files: cases with known answers."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.parametric import ParametricSpine, Scoliosis, SpineParameters
from planner.anatomy.spine.synthetic import Findings, Rendered, View, render_ct, render_mri
from planner.errors import RefusedError
from planner.geometry import Volume
from planner.i18n import _
from planner.progress import SILENT, Progress
from planner.steps.spine_measures import spine_measures

Modality = Literal["ct", "ct-contrast", "t2", "t1"]


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """``fractured``: (vertebra, share of the front height lost). Level names as in ``view``."""

    modality: Modality = "ct"
    seed: int = 0
    view: View = field(default_factory=View)
    scheme: LevelScheme = field(default_factory=LevelScheme)
    cobb_deg: float = 0.0
    fractured: tuple[tuple[str, float], ...] = ()
    findings: Findings = field(default_factory=Findings)


@dataclass(frozen=True, slots=True)
class DrawnSpine:
    """Files, and what is in them."""

    image: Path
    labels: Path
    truth: Path
    rendered: Rendered


def draw_spine(request: DrawRequest, folder: Path, progress: Progress = SILENT) -> DrawnSpine:
    """Writes ``image.nii.gz``, ``labels.nii.gz`` and ``truth.json`` into ``folder``, which is made.

    Raises RefusedError: a level the spine does not have (code "unknown-level"), Cancelled.
    """
    _check_levels(request)
    progress(0.05, _("Building the spine"))
    scoliosis = Scoliosis(request.cobb_deg) if request.cobb_deg else None
    measures = spine_measures().measures
    parameters = SpineParameters(measures, request.scheme, scoliosis=scoliosis, wedged=request.fractured)
    spine = ParametricSpine.of(parameters)
    progress(0.1, _("Drawing the image"))
    rendered = _rendered(request, spine)
    progress(0.8, _("Writing the files"))
    folder.mkdir(parents=True, exist_ok=True)
    image, labels, truth = (folder / name for name in ("image.nii.gz", "labels.nii.gz", "truth.json"))
    _write_volume(image, rendered.image)
    _write_volume(labels, rendered.labels)
    _write_text(truth, json.dumps(truth_as_json(rendered), indent=1, ensure_ascii=False))
    progress(1.0, _("Done"))
    return DrawnSpine(image, labels, truth, rendered)


def truth_as_json(rendered: Rendered) -> dict[str, Any]:
    """RAS mm in the image's space."""
    truth = rendered.truth
    return {
        "modality": rendered.modality,
        "remarks": list(truth.remarks),
        "canal_mm": np.round(truth.canal.path.xyz, 3).tolist(),
        "vertebrae": [
            {"name": one.name, "centre_mm": one.centre, "top_mm": one.top_centre, "bottom_mm": one.bottom_centre,
             "is_cut": one.is_cut} for one in truth.vertebrae
        ],
        "dorsal_csf_mm": {name: round(depth, 3) for name, depth in truth.dorsal_csf_mm.items()},
        "ganglia_mm": {name: np.round(xyz, 3).tolist() for name, xyz in truth.ganglia_mm.items()},
    }  # fmt: skip


def _rendered(request: DrawRequest, spine: ParametricSpine) -> Rendered:
    if request.modality in ("ct", "ct-contrast"):
        has_contrast = request.modality == "ct-contrast"
        return render_ct(spine, request.seed, request.view, request.findings, has_contrast=has_contrast)
    weighting: Literal["T2", "T1"] = "T2" if request.modality == "t2" else "T1"
    return render_mri(spine, request.seed, request.view, request.findings, weighting=weighting)


def _check_levels(request: DrawRequest) -> None:
    names = request.scheme.names
    findings = request.findings
    wanted = (request.view.first, request.view.last, *findings.fused, *findings.opened, *findings.screwed)
    for name in (*wanted, *(one for one, _share in request.fractured)):
        if name not in names:
            text = _("This spine has no level {name}. Its levels run from {first} to {last}.")
            raise RefusedError(text.format(name=name, first=names[0], last=names[-1]), code="unknown-level")
    if names.index(request.view.first) > names.index(request.view.last):
        text = _("The first level must lie above the last one.")
        raise RefusedError(text, code="unknown-level")


def _write_volume(path: Path, volume: Volume) -> None:
    import nibabel

    files: Any = nibabel
    image = files.Nifti1Image(np.asarray(volume.values), volume.grid.affine)
    image.header.set_xyzt_units("mm")
    temporary = path.with_name(f"writing-{path.name}")
    files.save(image, temporary)
    temporary.replace(path)


def _write_text(path: Path, text: str) -> None:
    temporary = path.with_name(f"writing-{path.name}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
