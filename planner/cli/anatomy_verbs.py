"""Align images, find the anatomy, set AC and PC."""

import argparse

from planner.anatomy.engine import ENGINES
from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import AcPc, Alignment
from planner.cli.points import point
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _, position
from planner.library.targets import target
from planner.progress import Progress
from planner.steps.align import ATLAS, align, align_by_landmarks
from planner.steps.align_spine import align_spine
from planner.steps.find_anatomy import find_anatomy
from planner.steps.set_acpc import AcPcClicks, set_acpc
from planner.steps.start_point import start_points


def verbs() -> list[Verb]:
    return [
        Verb("align", _("align an image with the atlas or with another image"), _align_arguments, _align),
        Verb("align-by-landmarks", _("align two images by pairs of points"), _pairs_arguments, _align_by_landmarks),
        Verb("find-anatomy", _("AC-PC, tissue classes and target structures"), _find_arguments, _find),
        Verb("set-acpc", _("set AC, PC and midline points yourself"), _acpc_arguments, _set_acpc),
        Verb("start-points", _("where a target of the library lies in this patient"), _start_arguments, _start),
    ]


def _align_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--moving", default="", help=_("image to align; the planning image, if not given"))
    parser.add_argument("--to", default=ATLAS, help=_("image id, or mni for the atlas"))
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0])
    add_by(parser)


def _pairs_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--moving", required=True)
    parser.add_argument("--to", required=True)
    parser.add_argument("--pair", nargs=2, type=point, action="append", required=True, metavar=("A", "B"))
    add_by(parser)


def _find_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    add_by(parser)


def _acpc_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--ac", type=point, required=True)
    parser.add_argument("--pc", type=point, required=True)
    parser.add_argument("--midline", type=point, action="append", required=True)
    add_by(parser)


def _start_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("target", help=_("id of the target, such as VPL"))
    parser.add_argument("--side", required=True, choices=("left", "right"))


def _image_id(case_file: CaseFile, wanted: str) -> str:
    """The id of the image with this id or name; the planning image for an empty word."""
    if not wanted:
        return case_file.case.planning_image
    for image in case_file.case.images.values():
        if wanted in (image.id, image.name):
            return image.id
    return wanted


def _align(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        moving = _image_id(case_file, arguments.moving)
        if case_file.case.region == "spine":
            return _proposed(case_file, align_spine(case_file.case, case_file.store, moving, progress), arguments.by)
        to = ATLAS if arguments.to == ATLAS else _image_id(case_file, arguments.to)
        return _proposed(
            case_file, align(case_file.case, case_file.store, moving, to, arguments.engine, progress), arguments.by
        )


def _align_by_landmarks(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        found = align_by_landmarks(
            case_file.case,
            _image_id(case_file, arguments.moving),
            _image_id(case_file, arguments.to),
            tuple(one for one, _other in arguments.pair),
            tuple(other for _one, other in arguments.pair),
        )
        return _proposed(case_file, found, arguments.by)


def _proposed(case_file: CaseFile, alignment: Alignment, by: str) -> Result:
    name = f"{alignment.source} → {alignment.target}"
    case_file.commit(Command("align", name), case_file.case.with_alignment(alignment), by=by)
    return {
        "alignment": alignment.id,
        "from": alignment.source,
        "to": alignment.target,
        "engine": alignment.engine,
        "decision": alignment.decision,
        "quality": dict(alignment.quality),
    }


def _find(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        facts = find_anatomy(case_file.case, case_file.store, progress)
        case_file.commit(Command("find-anatomy"), facts.in_case(case_file.case), by=arguments.by)
        return {**landmarks(facts.acpc), "structures": [one.id for one in facts.structures]}


def landmarks(acpc: AcPc) -> Result:
    return {"ac": position(*acpc.ac), "pc": position(*acpc.pc), "ac_mm": list(acpc.ac), "pc_mm": list(acpc.pc)}


def _set_acpc(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        clicks = AcPcClicks(arguments.ac, arguments.pc, tuple(arguments.midline), arguments.by)
        acpc = set_acpc(case_file.case, clicks)
        case_file.commit(Command("set-acpc"), case_file.case.with_acpc(acpc), by=arguments.by)
        return landmarks(acpc)


def _start(arguments: argparse.Namespace, _progress: Progress) -> Result:
    wanted = target(arguments.target)
    with opened(arguments, read_only=True) as case_file:
        found = start_points(case_file.case, case_file.store, wanted, arguments.side)
        if not found:
            text = _("This case has no AC-PC and no approved alignment yet: find the anatomy first.")
            raise RefusedError(text, code="no-start-point")
        return {
            "target": wanted.name,
            "status": wanted.status,
            "source": wanted.source,
            "meaning": _("a start point, to be confirmed on the images"),
            "points": [
                {"basis": one.basis, "position": position(*one.position), "mm": list(one.position)} for one in found
            ],
        }
