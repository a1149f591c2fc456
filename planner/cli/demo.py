"""``planner demo``: one real head (or spine) all the way from images to a signed report, each phase with its time.

The head is Colin27 (MNI licence). The decisions a person takes are taken by "Demo" here and are in the audit trail.
"""

import argparse
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np

from planner import places
from planner.case.file import CaseFile
from planner.case.model import Case, Identity, Lead, Side, Vector
from planner.cli import demo_spine
from planner.cli.anatomy_verbs import landmarks
from planner.cli.demo_phases import BY, Phases, do
from planner.cli.lead_verbs import readout
from planner.cli.stimulation_verbs import activation
from planner.cli.verb import Result, Verb
from planner.errors import PlannerError
from planner.i18n import _
from planner.library.targets import target
from planner.progress import Progress
from planner.steps.align import align
from planner.steps.approve import approve_plan, confirm_identity, confirm_side, decide_alignment
from planner.steps.find_anatomy import find_anatomy
from planner.steps.import_images import ImportRequest, import_images, scan
from planner.steps.plan_lead import PlaceLeadRequest, lock, place_lead
from planner.steps.read_lead import acpc_transform, read_lead, tissue_of
from planner.steps.report_pictures import report_pictures
from planner.steps.set_programme import ProgrammeRequest, set_programme
from planner.steps.simulate import simulate
from planner.steps.solve_field import solve_field
from planner.steps.start_point import start_points
from planner.steps.write_report import write_report

TARGET = "VPL"
SIDE: Side = "left"
DEVICE = "medtronic_3389"
"""Confidence high: manual read (resources/devices/leads.json)."""
AMPLITUDE_MA, WIDTH_US, FREQUENCY_HZ = 2.0, 90.0, 50.0
"""Inside the ranges of stimulation.csv row dbs_vpl: 0.5 to 5 mA (unverified), 60 to 450 µs, 5 to 100 Hz."""
FORWARD_DEG = (35.0, 40.0, 45.0, 50.0, 30.0, 25.0)
OUTWARD_DEG = (25.0, 20.0, 30.0, 15.0, 35.0)
"""Entry directions tried, in front of the vertical and to the side; a frontal entry is usual for the thalamus (own
choice for the demonstration: the first that clears ventricle and sulci, else the one farthest from the ventricle)."""
STEP_MM = 0.5
SKULL_MM = 6.0
"""From the last brain voxel out to the bone, through sulcal CSF and dura (own choice for the demonstration)."""
LONGEST_MM = 110.0


def verbs() -> list[Verb]:
    return [Verb("demo", _("a real head from images to report, to see that everything works"), _arguments, _demo)]


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("region", nargs="?", choices=("head", "spine"), default="head", help=_("which sample patient"))
    parser.add_argument("--out", type=Path, default=Path("demo-out"), help=_("folder for case, pictures and report"))


def _demo(arguments: argparse.Namespace, progress: Progress) -> Result:
    title, name, path, count = {
        "head": ("Colin27", "demo.noci", _whole_path, 9),
        "spine": (demo_spine.TITLE, "demo-spine.noci", demo_spine.whole_path, demo_spine.PHASES),
    }[arguments.region]
    out = arguments.out.absolute()
    out.mkdir(parents=True, exist_ok=True)
    folder = out / name
    if folder.exists():
        _remove_old(folder, title)
    phases = Phases(progress, count)
    begin = time.perf_counter()
    with CaseFile.create(folder, title=title, by=BY) as case_file:
        result = path(case_file, phases, out)
    return {**result, "seconds": phases.seconds, "seconds_in_all": round(time.perf_counter() - begin, 1)}


def _remove_old(folder: Path, title: str) -> None:
    """Only a case of this demonstration is replaced. Raises PlannerError(code="demo-foreign")."""
    with CaseFile.open(folder, read_only=True) as old:
        is_ours = old.case.title == title and all(entry.by in (BY, "") for entry in old.audit())
    if not is_ours:
        text = _("{folder} holds another case. Give another folder with --out.").format(folder=folder)
        raise PlannerError(text, code="demo-foreign")
    shutil.rmtree(folder)


def _whole_path(case_file: CaseFile, phases: Phases, out: Path) -> Result:
    phases.run("import", _("Importing the head"), lambda p: _import(case_file, p))
    quality = phases.run("align", _("Aligning with the atlas"), lambda p: _align(case_file, p))
    phases.run("anatomy", _("Finding the anatomy"), lambda p: _anatomy(case_file, p))
    lead = phases.run("plan", _("Planning a lead"), lambda _p: _plan(case_file))
    phases.run("field", _("Computing the field"), lambda p: _field(case_file, lead, p))
    phases.run("activation", _("Computing the activation"), lambda _p: _activation(case_file, lead))
    phases.run("approve", _("Approving"), lambda _p: _approve(case_file, lead))
    pictures = phases.run("pictures", _("Drawing"), lambda p: _pictures(case_file, out, p))
    report = phases.run("report", _("Writing the report"), lambda p: _report(case_file, out, p))
    case = case_file.case
    return {
        "case": str(case_file.path),
        "report": str(report),
        "pictures": pictures,
        "alignment": quality,
        "acpc": landmarks(case.acpc) if case.acpc else {},
        "plan": readout(case, case_file.store, lead.id),
        "activation": activation(case, lead.id),
        "audit_head": case_file.audit_head,
    }


def _import(case_file: CaseFile, progress: Progress) -> None:
    with scan([places.sample_head()], progress.part(0.0, 0.5)) as found:
        questions = {question.code for series in found.series for question in series.questions}
        choices = {"modality": "MR"} if "modality" in questions else {}
        request = ImportRequest(found, tuple(one.key for one in found.series), case_file.case, choices)
        result = import_images(request, case_file.store, progress.part(0.5, 1.0))
    case = case_file.case
    for image in result.images:
        case = case.with_image(image)
    do(case_file, "import-image", case, result.images[0].name)
    # A NIfTI names nobody: the person at the computer says whose head it is.
    case = case.with_identity(Identity(name="Colin27", patient_id="MNI-COLIN27"))
    do(case_file, "confirm-identity", case.with_approval(confirm_identity(case, BY)))


def _align(case_file: CaseFile, progress: Progress) -> dict[str, Any]:
    case = case_file.case
    alignment = align(case, case_file.store, case.planning_image, progress=progress)
    do(case_file, "align", case.with_alignment(alignment), "MNI")
    approved = decide_alignment(case_file.case, alignment.id, "approved", BY)
    do(case_file, "approve-alignment", case_file.case.with_alignment(approved), "MNI")
    return dict(alignment.quality)


def _anatomy(case_file: CaseFile, progress: Progress) -> None:
    facts = find_anatomy(case_file.case, case_file.store, progress)
    do(case_file, "find-anatomy", facts.in_case(case_file.case))


def _plan(case_file: CaseFile) -> Lead:
    """The path that keeps farthest from ventricle and sulci among the tried directions."""
    case, store = case_file.case, case_file.store
    place = start_points(case, store, target(TARGET), SIDE)[0].position
    best: tuple[float, Lead] | None = None
    for forward in FORWARD_DEG:
        for outward in OUTWARD_DEG:
            entry = _entry(case_file, place, forward, outward)
            if entry is None:
                continue
            request = PlaceLeadRequest(f"{TARGET} {SIDE}", SIDE, DEVICE, place, entry, target_id=TARGET)
            lead = place_lead(case, store, request)
            room = _room_mm(case.with_lead(lead), case_file, lead)
            if best is None or room > best[0]:
                best = (room, lead)
    if best is None:
        raise PlannerError(_("No entry was found. Plan the lead by hand."), code="demo-no-entry")
    lead = best[1]
    do(case_file, "add-lead", case.with_lead(lead), lead.name)
    do(case_file, "lock-lead", case_file.case.with_lead(lock(case_file.case, lead.id)), lead.name)
    return case_file.case.leads[lead.id]


def _entry(case_file: CaseFile, place: Vector, forward_deg: float, outward_deg: float) -> Vector | None:
    """Where the line from the target in this direction, having left the brain, meets the skull."""
    to_acpc, tissue = acpc_transform(case_file.case), tissue_of(case_file.case, case_file.store)
    if to_acpc is None or tissue is None:
        return None
    side = -1.0 if SIDE == "left" else 1.0
    in_acpc = np.array([side * np.tan(np.radians(outward_deg)), np.tan(np.radians(forward_deg)), 1.0])
    direction = np.linalg.inv(to_acpc.matrix[:3, :3]) @ (in_acpc / np.linalg.norm(in_acpc))
    steps = np.arange(0.0, LONGEST_MM, STEP_MM)
    line = np.array(place) + steps[:, None] * direction
    labels, codes = tissue
    index = np.rint(labels.grid.to_index(line)).astype(int)
    inside = ((index >= 0) & (index < labels.grid.shape)).all(axis=1)
    found = np.zeros(len(line), dtype=int)
    found[inside] = labels.values[tuple(index[inside].T)]
    brain = np.flatnonzero(np.isin(found, list(codes.brain)))
    if not len(brain):
        return None
    x, y, z = line[min(brain[-1] + round(SKULL_MM / STEP_MM), len(line) - 1)]
    return (float(x), float(y), float(z))


def _room_mm(case: Case, case_file: CaseFile, lead: Lead) -> float:
    reading = read_lead(case, case_file.store, lead.id)
    near = [one.distance_mm for one in (reading.ventricle, reading.sulcus) if one is not None]
    return min(near) if near else 0.0


def _field(case_file: CaseFile, lead: Lead, progress: Progress) -> None:
    solution = solve_field(case_file.case, case_file.store, lead.id, progress=progress)
    do(case_file, "solve-field", case_file.case.with_solution(solution), lead.name)


def _activation(case_file: CaseFile, lead: Lead) -> None:
    request = ProgrammeRequest(lead.id, {"1": "-"}, AMPLITUDE_MA, WIDTH_US, FREQUENCY_HZ)
    programme = set_programme(case_file.case, request)
    do(case_file, "set-programme", case_file.case.with_programme(programme), lead.name)
    simulation = simulate(case_file.case, case_file.store, programme.id)
    do(case_file, "simulate", case_file.case.with_simulation(simulation), lead.name)


def _approve(case_file: CaseFile, lead: Lead) -> None:
    case = case_file.case.with_approval(confirm_side(case_file.case, lead.id, SIDE, BY))
    do(case_file, "confirm-side", case, lead.name)
    do(case_file, "approve-plan", case.with_approval(approve_plan(case, BY)))


def _pictures(case_file: CaseFile, out: Path, progress: Progress) -> list[str]:
    written = []
    for number, picture in enumerate(report_pictures(case_file.case, case_file.store, progress), start=1):
        path = out / f"picture-{number}.png"
        path.write_bytes(picture.png)
        written.append(str(path))
    return written


def _report(case_file: CaseFile, out: Path, progress: Progress) -> Path:
    head = case_file.audit_head
    path = write_report(case_file.case, case_file.store, out / "report.pdf", audit_head=head, progress=progress)
    do(case_file, "write-report", case_file.case, path.name)
    return path
