"""Write the report of a case as a PDF, once nothing stands in the way: sides read back, nothing out of date."""

import errno
import hashlib
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from planner import __version__, places
from planner.case.checks import export_blockers
from planner.case.disk import Disk, in_words, publish
from planner.case.model import Case, Lead
from planner.case.store import ArrayStore
from planner.errors import PlannerError, RefusedError
from planner.i18n import _, language
from planner.leads.checks import Concern
from planner.leads.clearance import Clearance
from planner.library import safety
from planner.library.targets import Target, structure_name, targets
from planner.progress import SILENT, Progress
from planner.report.content import ReportContent, build_content
from planner.report.findings import (
    ClearanceFinding,
    ClearanceKind,
    Findings,
    LeadFindings,
    LevelFinding,
    Limit,
    Picture,
    Position,
)
from planner.report.pdf import render_pdf
from planner.steps.read_lead import LeadReadout, read_lead
from planner.steps.read_spine import NO_CORD, cord_at_levels, level_rows
from planner.steps.report_fibres import fibre_findings
from planner.steps.report_pictures import report_legend, report_pictures

PACKAGES = ("numpy", "scipy", "SimpleITK", "picsl-greedy", "vtk", "nibabel", "pydicom", "reportlab")
"""What takes part in the numbers and pictures of a plan."""

UNVERIFIED = "unverified"
"""The library's own word for numbers that nobody has read in a source."""

UNWRITABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST)
"""The folder itself is at fault: another one has to be chosen."""

LIBRARY_FILES = (
    "resources/devices/leads.json",
    "resources/stimulation/stimulation.csv",
    "resources/stimulation/thresholds.json",
    "resources/tissues/conductivities.json",
    "atlases/targets/brain_targets.csv",
)


def write_report(
    case: Case, store: ArrayStore, out_path: Path, *, audit_head: str = "", progress: Progress = SILENT
) -> Path:
    """The path of the file, in the language in use; the same case gives the same bytes.

    Raises RefusedError(code="report-blocked") while ``export_blockers`` names anything, PlannerError when the file
    cannot be written (then nothing was changed).
    """
    refuse_blocked(case)
    content = report_content(case, store, audit_head=audit_head, progress=progress.part(0.0, 0.7))
    progress(0.7, _("Laying out the pages"))
    pdf = render_pdf(content)
    progress(0.95, _("Writing the file"))
    path = out_path if out_path.suffix.lower() == ".pdf" else out_path.with_name(out_path.name + ".pdf")
    _write(path, pdf)
    progress(1.0, _("Report written"))
    return path


def refuse_blocked(case: Case) -> None:
    """Raises RefusedError(code="report-blocked") with every reason in words."""
    reasons = [blocker.words for blocker in export_blockers(case)]
    if not case.leads and case.spine is None:
        reasons.append(_("No lead is planned yet. Plan one before you write the report."))
    if reasons:
        raise RefusedError("\n".join(reasons), code="report-blocked")


def report_content(
    case: Case, store: ArrayStore, *, audit_head: str = "", progress: Progress = SILENT
) -> ReportContent:
    """What the report says, with its pictures."""
    pictures = report_pictures(case, store, progress)
    return build_content(case, findings(case, store, pictures, audit_head), language())


def findings(case: Case, store: ArrayStore, pictures: Sequence[Picture], audit_head: str) -> Findings:
    """What the report is told besides the case."""
    density, shannon = safety.density_limit(), safety.shannon_limit()
    fibres, fibres_out_of_date = fibre_findings(case, store)
    return Findings(
        leads={lead.id: _lead_findings(case, lead, read_lead(case, store, lead.id)) for lead in case.leads.values()},
        charge_density_limit=Limit(density.value, density.source),
        shannon_limit=Limit(shannon.value, shannon.source),
        pictures=tuple(pictures),
        legend=report_legend(case, store),
        versions=versions(),
        audit_head=audit_head,
        levels=_level_findings(case, store),
        structure_names={key: structure_name(key) for key in case.structures},
        fibres=fibres,
        fibres_out_of_date=fibres_out_of_date,
    )


def _level_findings(case: Case, store: ArrayStore) -> tuple[LevelFinding, ...]:
    cord = cord_at_levels(case, store)
    return tuple(
        LevelFinding(
            row.name, row.height_mm, row.is_cut, one.segments, one.dorsal_csf_mm, one.spread_mm, one.is_measured
        )
        for row in level_rows(case)
        for one in [cord.get(row.name, NO_CORD)]
    )


def _lead_findings(case: Case, lead: Lead, readout: LeadReadout) -> LeadFindings:
    near: dict[ClearanceKind, Clearance | None] = {
        "ventricle": readout.ventricle,
        "sulcus": readout.sulcus,
        "midline": readout.midline,
    }
    found = [_finding(kind, one) for kind, one in near.items() if one is not None]
    found += [_finding("lead", one, case.leads[key].name) for key, one in readout.leads.items()]
    return LeadFindings(
        length_mm=readout.length_mm,
        plane_deg=readout.angles.from_acpc_plane_deg if readout.angles else None,
        sagittal_deg=readout.angles.from_midsagittal_deg if readout.angles else None,
        positions=tuple(Position(row.part, row.world, row.acpc, row.mni) for row in readout.positions),
        clearances=tuple(found),
        doubts=(*_target_doubts(lead), *(_doubt(lead, concern) for concern in readout.concerns)),
        target_words=_target_words(lead),
    )


def _finding(kind: ClearanceKind, one: Clearance, other: str = "") -> ClearanceFinding:
    return ClearanceFinding(kind, one.distance_mm, one.above_target_mm, one.inside_mm, one.is_beyond_reach, other)


def _doubt(lead: Lead, concern: Concern) -> str:
    """A concern, and whether a person confirmed it knowingly."""
    if concern.code in lead.accepted:
        return _("{doubt} (confirmed knowingly)").format(doubt=concern.words)
    return concern.words


def _target_of(lead: Lead) -> Target | None:
    return next((one for one in targets() if one.id == lead.target_id), None)


def _target_doubts(lead: Lead) -> tuple[str, ...]:
    found = _target_of(lead)
    if found is None or UNVERIFIED not in found.status:
        return ()
    return (_("The coordinates of {target} in the library are not verified.").format(target=found.name),)


def _target_words(lead: Lead) -> str:
    found = _target_of(lead)
    if found is None:
        return lead.target_id or _("chosen on the images")
    return _("{name}: a start point, confirm on the images").format(name=found.name)


def versions() -> tuple[tuple[str, str], ...]:
    """Names and versions of the program, of what computes for it, and of the library files (SHA-256, 12 digits)."""
    found = [("Nociplan", __version__), ("Python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, _("not installed")))
    for name in LIBRARY_FILES:
        data = (places.root() / name).read_bytes()
        found.append((Path(name).name, hashlib.sha256(data).hexdigest()[:12]))
    return tuple(found)


def _write(path: Path, pdf: bytes) -> None:
    """All of it or nothing. Raises PlannerError in words."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        publish(Disk(), path, [pdf])
    except OSError as error:
        if error.errno in UNWRITABLE:
            text = _("The report cannot be written to {folder}. Choose another folder.").format(folder=path.parent)
            raise PlannerError(text, code="report-not-written") from error
        raise in_words(error) from error
