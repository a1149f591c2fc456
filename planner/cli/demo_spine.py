"""``planner demo spine``: a real thoracic CT from the file to named levels, cord and ganglia, and a report."""

from pathlib import Path

from planner import places
from planner.case.file import CaseFile
from planner.case.model import Identity
from planner.cli.demo_phases import BY, Phases, do
from planner.cli.spine_verbs import cord, levels
from planner.cli.verb import Result
from planner.i18n import _
from planner.progress import Progress
from planner.steps.approve import confirm_identity, confirm_levels
from planner.steps.import_images import ImportRequest, import_images, scan
from planner.steps.name_levels import name_vertebra
from planner.steps.outline_spine import outline_spine
from planner.steps.place_spine_atlas import place_spine_atlas
from planner.steps.read_spine import level_rows
from planner.steps.write_report import write_report

TITLE = "LIDC-IDRI-0001"
PHASES = 5
ANCHOR, ANCHOR_HEIGHT_MM = "T12", -260.3
"""What a person who counted the ribs says of this CT, and the height (RAS z) of that body's middle; the labels that
come with the CT agree (data/spine, ct_thorax_lidc0001_vertebra_centres.csv)."""


def whole_path(case_file: CaseFile, phases: Phases, out: Path) -> Result:
    phases.run("import", _("Importing the spine"), lambda p: _import(case_file, p))
    phases.run("outline", _("Outlining the spine"), lambda p: _outline(case_file, p))
    phases.run("levels", _("Naming the vertebrae"), lambda _p: _name(case_file))
    phases.run("atlas", _("Placing cord and ganglia"), lambda p: _place(case_file, p))
    report = phases.run("report", _("Writing the report"), lambda p: _report(case_file, out, p))
    return {
        "case": str(case_file.path),
        "report": str(report),
        **levels(case_file.case),
        "cord": cord(case_file.case, case_file.store),
        "audit_head": case_file.audit_head,
    }


def _import(case_file: CaseFile, progress: Progress) -> None:
    with scan([places.sample_spine()], progress.part(0.0, 0.5)) as found:
        questions = {question.code for series in found.series for question in series.questions}
        choices = {"modality": "CT"} if "modality" in questions else {}
        request = ImportRequest(found, tuple(one.key for one in found.series), case_file.case, choices)
        result = import_images(request, case_file.store, progress.part(0.5, 1.0))
    case = case_file.case
    for image in result.images:
        case = case.with_image(image)
    do(case_file, "import-image", case, result.images[0].name)
    # A NIfTI names nobody: the person at the computer says whose spine it is.
    case = case.with_identity(Identity(name=TITLE, patient_id=TITLE))
    do(case_file, "confirm-identity", case.with_approval(confirm_identity(case, BY)))


def _outline(case_file: CaseFile, progress: Progress) -> None:
    found = outline_spine(case_file.case, case_file.store, progress)
    do(case_file, "outline-spine", found.in_case(case_file.case))


def _name(case_file: CaseFile) -> None:
    rows = level_rows(case_file.case)
    anchor = min(rows, key=lambda row: abs(row.centre[2] - ANCHOR_HEIGHT_MM))
    outline = name_vertebra(case_file.case, anchor.index, ANCHOR, BY)
    do(case_file, "name-levels", case_file.case.with_spine(outline), ANCHOR)
    names = tuple(row.name for row in level_rows(case_file.case))
    do(case_file, "confirm-levels", case_file.case.with_approval(confirm_levels(case_file.case, names, BY)))


def _place(case_file: CaseFile, progress: Progress) -> None:
    placed = place_spine_atlas(case_file.case, case_file.store, progress)
    do(case_file, "place-spine-atlas", placed.in_case(case_file.case))


def _report(case_file: CaseFile, out: Path, progress: Progress) -> Path:
    head = case_file.audit_head
    path = write_report(case_file.case, case_file.store, out / "report-spine.pdf", audit_head=head, progress=progress)
    do(case_file, "write-report", case_file.case, path.name)
    return path
