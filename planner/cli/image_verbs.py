"""Look into folders and files, and take images into a case."""

import argparse
from pathlib import Path

from planner.case.commands import Command
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _
from planner.imaging.series import Series
from planner.progress import Progress
from planner.steps.import_images import ImportRequest, Scan, import_images, report_as_json, scan


def verbs() -> list[Verb]:
    return [
        Verb("scan-images", _("list the series in folders, files and zips"), _scan_arguments, _scan),
        Verb("import-images", _("take series into a case"), _import_arguments, _import),
        Verb("choose-planning-image", _("say on which image the plan is made"), _choose_arguments, _choose),
    ]


def _scan_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", type=Path, nargs="+", help=_("folders, files or zips"))
    parser.add_argument("--password", default="", help=_("password of a locked zip"))


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    _scan_arguments(parser)
    parser.add_argument(
        "--series", action="append", default=[], help=_("key of a series; all that can be, if not given")
    )
    parser.add_argument("--choose", action="append", default=[], metavar="CODE=WORD", help=_("answer to a question"))
    parser.add_argument("--same-patient", default="", metavar=_("REASON"), help=_("why other names are this patient"))
    add_by(parser)


def _choose_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("image", help=_("id or name of the image"))
    add_by(parser)


def _scan(arguments: argparse.Namespace, progress: Progress) -> Result:
    with scan([path.absolute() for path in arguments.paths], progress, password=arguments.password) as found:
        return {"series": [_row(one) for one in found.series], "files": report_as_json(found.report)}


def _row(series: Series) -> Result:
    return {
        "key": series.key,
        "label": series.label,
        "modality": series.modality,
        "shape": "×".join(str(n) for n in series.shape),
        "spacing_mm": "×".join(f"{s:.3g}" for s in series.spacing_mm),
        "patient": series.identity.name,
        "date": series.study_date,
        "refused": series.refusal.words() if series.refusal else "",
        "notes": " ".join(note.words() for note in series.notes),
        "questions": "; ".join(f"{q.code}: {q.words()} ({', '.join(q.choices)})" for q in series.questions),
    }


def _import(arguments: argparse.Namespace, progress: Progress) -> Result:
    choices = dict(_choice(text) for text in arguments.choose)
    paths = [path.absolute() for path in arguments.paths]
    with opened(arguments) as case_file, scan(paths, progress.part(0.0, 0.4), password=arguments.password) as found:
        keys = tuple(arguments.series) or _takeable(found)
        request = ImportRequest(found, keys, case_file.case, choices, arguments.same_patient)
        result = import_images(request, case_file.store, progress.part(0.4, 1.0))
        case = case_file.case
        for image in result.images:
            case = case.with_image(image)
        names = ", ".join(image.name for image in result.images)
        detail = f"{names} ({result.confirmation})" if result.confirmation else names
        case_file.commit(Command("import-image", detail), case, by=arguments.by)
        return {
            "identity": result.read_back,
            "images": [{"id": one.id, "name": one.name, "modality": one.modality} for one in result.images],
            "notes": [note.words() for note in result.report.notes],
            "files": report_as_json(result.report),
        }


def _choice(text: str) -> tuple[str, str]:
    code, equals, word = text.partition("=")
    if not equals:
        raise RefusedError(_("An answer is CODE=WORD, such as missing-slices=resample."), code="choice-odd")
    return code, word


def _takeable(found: Scan) -> tuple[str, ...]:
    keys = tuple(one.key for one in found.series if one.refusal is None)
    if not keys:
        reasons = " ".join(one.refusal.words() for one in found.series if one.refusal)
        text = _("There is no series here that can be imported.")
        raise RefusedError(f"{text} {reasons}".strip(), code="nothing-to-import")
    return keys


def _choose(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        for image in case_file.case.images.values():
            if arguments.image in (image.id, image.name):
                case = case_file.case.with_planning_image(image.id)
                case_file.commit(Command("choose-planning-image", image.name), case, by=arguments.by)
                return {"planning_image": image.name}
        known = ", ".join(one.name for one in case_file.case.images.values()) or "-"
        text = _("There is no image {name} in this case. It has: {known}.").format(name=arguments.image, known=known)
        raise RefusedError(text, code="image-unknown")
