"""``planner --self-test``: whether this installation really works, on the demonstration head, in well under a minute.

It imports the head, aligns it with a shifted copy of itself, solves a field, draws and writes a report, and compares
each result with what is known beforehand. Made for frozen builds: every native library and both kinds of child
process take part. All of it happens in a temporary folder that is removed.
"""

import json
import re
import tempfile
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planner import places
from planner.anatomy.register import RigidRequest, align_rigid
from planner.case.commands import Command
from planner.case.facts import volume_of
from planner.case.file import CaseFile
from planner.case.model import Case, Identity, Simulation
from planner.cli.doctor import check_gl
from planner.errors import PlannerError
from planner.geometry import Grid, Points, Volume
from planner.i18n import _, number
from planner.library.thresholds import GENERAL
from planner.scene.slices import Picture, Raster, SliceLayer, SlicePlane
from planner.scene.snapshot import SlicePicture, SpacePicture, slice_pixels, space_pixels
from planner.steps.approve import confirm_identity, confirm_side
from planner.steps.import_images import ImportRequest, import_images, scan
from planner.steps.plan_lead import PlaceLeadRequest, place_lead
from planner.steps.set_programme import ProgrammeRequest, set_programme
from planner.steps.show_case import activated_displays, image_words, lead_displays
from planner.steps.simulate import SimulationParameters, simulate
from planner.steps.solve_field import FieldParameters, solve_field
from planner.steps.write_report import write_report

BY = "Self-test"
FOLDER = "Ñandú self-test"
"""Names with Ñ and blanks are everyday; the test goes through one."""

HEAD_SHAPE, HEAD_SPACING_MM = (181, 217, 181), 1.0
"""Colin27 as it is distributed (resources/samples/colin27/NOTICE.txt)."""
BRAIN_MM, AIR_MM = (-25.0, -20.0, 30.0), (-85.0, -120.0, 100.0)
"""White matter deep in the left half, and a corner of the picture far from any head."""
LEAST_CONTRAST = 5.0
"""White matter in a T1 is many times as bright as air (80 times in this one)."""

SHIFT_MM = (6.0, -4.0, 5.0)
SHIFT_TOLERANCE_MM = 0.5
"""Half a voxel: the two images are the same voxels, so that anything more is a fault."""
BLOCK = (slice(30, 150), slice(50, 170), slice(40, 150))
"""Enough of the head for an alignment, few enough voxels to be quick."""

TARGET_MM, ENTRY_MM = (-14.0, -18.0, 2.0), (-40.0, 20.0, 62.0)
"""A left thalamic path; that nothing is in its way plays no part here."""
DEVICE = "medtronic_3389"
REFERENCE_CASE, CONTACT, AMPLITUDE_MA, FIELD_V_MM = "f_cyl_C2", "1", 3.0, 0.2
"""The reference numbers contacts C1 to C4, this lead 0 to 3."""
FIELD_TOLERANCE = 0.03
"""What the solver promises against the reference (see tests/field/test_reference.py)."""

SIZE_PX = (480, 400)
LEAST_DIFFERENT = 0.2
"""Share of the pixels that change when the head is taken away; it fills about 0.44 of the slice, 0.37 of the scene."""
LEAST_PAGES, LEAST_PICTURES = 2, 4


@dataclass(frozen=True, slots=True)
class Result:
    """Whether a check holds, and what was seen, in words."""

    is_fine: bool
    words: str


@dataclass(frozen=True, slots=True)
class Check:
    """``run`` works on the case that the checks before it made."""

    name: str
    run: Callable[[CaseFile], Result]


def self_test() -> int:
    """One line a check. Returns the exit code: 0 only if all of them hold."""
    with tempfile.TemporaryDirectory(prefix="nociplan-", ignore_cleanup_errors=True) as temporary:
        folder = Path(temporary) / FOLDER
        folder.mkdir()
        with CaseFile.create(folder / "case.noci", title=BY, by=BY) as case_file:
            is_fine = all(_told(check, case_file) for check in checks())  # each stands on those before it
    print(_("Everything works.") if is_fine else _("The self-test failed. Install Nociplan again, or ask for help."))
    return 0 if is_fine else 1


def checks() -> list[Check]:
    return [
        Check(_("Image"), _image),
        Check(_("Alignment"), _alignment),
        Check(_("Field"), _field),
        Check(_("Slice"), _slice),
        Check(_("3-D view"), _space),
        Check(_("Report"), _report),
    ]


def _told(check: Check, case_file: CaseFile) -> bool:
    """Run one check and print its line. A mistake of ours ends the check, not the test: it is printed whole."""
    begin = time.perf_counter()
    try:
        result = check.run(case_file)
    except PlannerError as error:
        result = Result(False, error.text)
    except Exception:
        result = Result(False, traceback.format_exc())
    state = _("ok") if result.is_fine else _("PROBLEM")
    seconds = number(time.perf_counter() - begin, 1)
    print(f"{state:8} {check.name}: {result.words} ({seconds} s)", flush=True)
    return result.is_fine


def _image(case_file: CaseFile) -> Result:
    """Read in a capped process of its own, as every image is."""
    with scan([places.sample_head()]) as found:
        keys = tuple(one.key for one in found.series)
        request = ImportRequest(found, keys, case_file.case, {"modality": "MR"})
        image = import_images(request, case_file.store).images[0]
    case = case_file.case.with_image(image).with_identity(Identity(name="Colin27"))
    case_file.commit(Command("import-image", image.name), case.with_approval(confirm_identity(case, BY)), by=BY)
    volume = volume_of(image, case_file.store)
    brain, air = _mean_around(volume, BRAIN_MM), _mean_around(volume, AIR_MM)
    is_whole = volume.grid.shape == HEAD_SHAPE and np.allclose(volume.grid.spacing_mm, HEAD_SPACING_MM)
    words = _("{shape} voxels, brain {brain}, air {air}").format(
        shape=" × ".join(map(str, volume.grid.shape)), brain=number(brain), air=number(air)
    )
    return Result(is_whole and brain > LEAST_CONTRAST * max(air, 1.0), words)


def _mean_around(volume: Volume, place_mm: tuple[float, float, float]) -> float:
    """The mean of 5 × 5 × 5 voxels."""
    i, j, k = np.rint(volume.grid.to_index(np.array(place_mm))).astype(int)
    return float(volume.values[i - 2 : i + 3, j - 2 : j + 3, k - 2 : k + 3].astype(float).mean())


def _alignment(case_file: CaseFile) -> Result:
    """A piece of the head and the same voxels placed elsewhere: the shift has to come back."""
    whole = _head(case_file.case, case_file)
    values = np.ascontiguousarray(whole.values[BLOCK])
    fixed = Volume(Grid.of(values.shape, whole.grid.affine, "fixed"), values)
    elsewhere = np.array(whole.grid.affine)
    elsewhere[:3, 3] += SHIFT_MM
    moving = Volume(Grid.of(values.shape, elsewhere, "moving"), values)
    found = align_rigid(RigidRequest(moving, fixed, has_second_opinion=False)).affine
    corners = fixed.grid.to_world(np.array([(0, 0, 0), values.shape, (values.shape[0], 0, 0), (0, 0, values.shape[2])]))
    gap = found.apply(Points.of(corners + np.array(SHIFT_MM), "moving")).xyz - corners
    worst_mm = float(np.linalg.norm(gap, axis=1).max())
    return Result(worst_mm <= SHIFT_TOLERANCE_MM, _("{gap} mm off").format(gap=number(worst_mm, 2)))


def _field(case_file: CaseFile) -> Result:
    """Homogeneous tissue without capsule: impedance and volume are known to 0.1 % from another method."""
    simulation = _simulated(case_file)
    ohm, mm3 = _known()
    words = _("{found} Ω instead of {ohm} Ω, {volume} mm³ instead of {mm3} mm³").format(
        found=number(simulation.impedance_ohm), ohm=number(ohm), volume=number(simulation.volume_mm3), mm3=number(mm3)
    )
    is_near = max(abs(simulation.impedance_ohm / ohm - 1.0), abs(simulation.volume_mm3 / mm3 - 1.0)) <= FIELD_TOLERANCE
    return Result(is_near, words)


def _known() -> tuple[float, float]:
    """Impedance in Ω and activated volume in mm³ of the reference case."""
    path = places.resources() / "stimulation" / "field_reference.json"
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    one = next(case for case in cases if case["id"] == REFERENCE_CASE)
    wanted = (AMPLITUDE_MA, FIELD_V_MM)
    mm3 = next(v["mm3"] for v in one["volumes_mm3"] if (v["amplitude_ma"], v["v_per_mm"]) == wanted)
    return float(one["impedance_ohm"]), float(mm3)


def _simulated(case_file: CaseFile) -> Simulation:
    """Plan a lead, solve it, and simulate one contact; all of it goes into the case."""
    case, store = case_file.case, case_file.store
    lead = place_lead(case, store, PlaceLeadRequest("VPL", "left", DEVICE, TARGET_MM, ENTRY_MM, target_id="VPL"))
    case = case.with_lead(lead)
    case = case.with_approval(confirm_side(case, lead.id, "left", BY))
    case = case.with_solution(solve_field(case, store, lead.id, FieldParameters("homogeneous", capsule_mm=0.0)))
    programme = set_programme(case, ProgrammeRequest(lead.id, {CONTACT: "-"}, AMPLITUDE_MA, 60.0, 130.0))
    case = case.with_programme(programme)
    simulation = simulate(case, store, programme.id, SimulationParameters(GENERAL))
    case_file.commit(Command("simulate", lead.name), case.with_simulation(simulation), by=BY)
    return simulation


def _slice(case_file: CaseFile) -> Result:
    case = case_file.case
    image = case.images[case.planning_image]
    raster = Raster(SlicePlane.axial(np.array(TARGET_MM), case.planning_space), *SIZE_PX, 0.6)
    layer = SliceLayer(_head(case, case_file), image.window)
    drawn, empty = (
        slice_pixels(SlicePicture(raster, layers, image_words(case, image), leads=lead_displays(case)))
        for layers in ((layer,), ())
    )
    return _compared(drawn, empty)


def _space(case_file: CaseFile) -> Result:
    """First in a process of its own: VTK without a GL library ends the process."""
    can_draw, words = check_gl()
    if not can_draw:
        return Result(False, words)
    case = case_file.case
    layer = SliceLayer(_head(case, case_file), case.images[case.planning_image].window)
    drawn, empty = (
        space_pixels(
            SpacePicture(
                *SIZE_PX,
                leads=lead_displays(case),
                surfaces=activated_displays(case, case_file.store),
                layers=layers,
                cursor=np.array(TARGET_MM),
                space=case.planning_space,
            )
        )
        for layers in ((layer,), ())
    )
    result = _compared(drawn, empty)
    return Result(result.is_fine, f"{result.words}, {words}")


def _compared(drawn: Picture, empty: Picture) -> Result:
    """The same view with and without the head."""
    share = float((drawn != empty).any(axis=-1).mean())
    return Result(share >= LEAST_DIFFERENT, _("the head fills {percent} %").format(percent=number(100.0 * share, 0)))


def _report(case_file: CaseFile) -> Result:
    path = case_file.path.parent / "report Ñ.pdf"
    data = write_report(case_file.case, case_file.store, path, audit_head=case_file.audit_head).read_bytes()
    pages, pictures = len(re.findall(rb"/Type /Page\b", data)), len(re.findall(rb"/Subtype /Image\b", data))
    is_pdf = data.startswith(b"%PDF-") and data.rstrip().endswith(b"%%EOF")
    words = _("{pages} pages, {pictures} pictures, {size} kB").format(
        pages=pages, pictures=pictures, size=len(data) // 1000
    )
    return Result(is_pdf and pages >= LEAST_PAGES and pictures >= LEAST_PICTURES, words)


def _head(case: Case, case_file: CaseFile) -> Volume:
    return volume_of(case.images[case.planning_image], case_file.store)
