"""Outline the spine, name its vertebrae, confirm the numbering."""

import argparse
from pathlib import Path

from planner.case.commands import Command
from planner.case.file import CaseFile
from planner.case.model import Case, SpineOutline
from planner.case.store import ArrayStore
from planner.cli.points import point
from planner.cli.verb import Result, Verb, add_by, add_case, opened
from planner.errors import RefusedError
from planner.i18n import _, position
from planner.progress import Progress
from planner.steps import name_levels
from planner.steps.approve import confirm_levels
from planner.steps.outline_spine import outline_spine
from planner.steps.place_spine_atlas import place_spine_atlas
from planner.steps.read_spine import cord_at_levels, level_alarms, level_rows, numbering_confirmed_by
from planner.steps.spine_facts import outline_in
from planner.steps.take_labels import LabelRequest, take_labels


def verbs() -> list[Verb]:
    return [
        Verb("outline-anatomy", _("find canal and vertebrae of a spine"), _outline_arguments, _outline),
        Verb("take-labels", _("canal and vertebrae from another program's label map"), _labels_arguments, _labels),
        Verb("name-levels", _("name the vertebrae, move the names, mend the count"), _name_arguments, _name),
        Verb("confirm-levels", _("stand for the numbering of the vertebrae"), _confirm_arguments, _confirm),
        Verb("place-spine-atlas", _("cord, sac and ganglia along the canal"), _place_arguments, _place),
        Verb("read-levels", _("the vertebrae and how far their names can be trusted"), add_case, _read),
    ]


def _outline_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    add_by(parser)


def _labels_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("labels", type=Path, help=_("NIfTI or NRRD label map in the space of the planning image"))
    parser.add_argument("--numbered", default="", help=_("which program numbered it, when it can be more than one"))
    add_by(parser)


def _name_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--vertebra", type=int, help=_("which one, counted from above, the first is 1"))
    parser.add_argument("--is", dest="level", help=_("its name, such as T12; the others are counted from it"))
    parser.add_argument("--shift", type=int, help=_("move all names down by so many levels (negative: up)"))
    parser.add_argument("--remove", type=int, metavar="N", help=_("take out a bone that is no vertebra"))
    parser.add_argument("--add", type=point, help=_("middle of a vertebral body that was missed, as R12,P3,S40"))
    parser.add_argument("--thoracic", type=int, help=_("how many thoracic vertebrae there are (11 to 13)"))
    parser.add_argument("--lumbar", type=int, help=_("how many lumbar vertebrae there are (4 to 6)"))
    add_by(parser)


def _confirm_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--top", required=True, help=_("name of the uppermost vertebra, as you counted it"))
    add_by(parser, is_required=True)


def _place_arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--conus", type=point, help=_("tip of the cord, as R12,P3,S40"))
    parser.add_argument("--posture", choices=("supine", "prone"))
    add_by(parser)


def _outline(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        found = outline_spine(case_file.case, case_file.store, progress)
        case_file.commit(Command("outline-spine"), found.in_case(case_file.case), by=arguments.by)
        return levels(case_file.case)


def _labels(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        request = LabelRequest(arguments.labels, arguments.numbered)
        taken = take_labels(case_file.case, case_file.store, request, progress)
        case_file.commit(Command("outline-spine"), taken.outlined.in_case(case_file.case), by=arguments.by)
        return {**levels(case_file.case), "doubts": [one.words for one in taken.doubts]}


def _name(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments) as case_file:
        before = case_file.case.spine
        if arguments.remove is not None:
            _keep(case_file, name_levels.remove_vertebra(case_file.case, arguments.remove - 1), arguments.by)
        if arguments.add is not None:
            outline = name_levels.insert_vertebra(case_file.case, case_file.store, arguments.add)
            _keep(case_file, outline, arguments.by)
        if arguments.thoracic is not None or arguments.lumbar is not None:
            _keep(case_file, _renumbered(case_file.case, arguments), arguments.by)
        if arguments.level is not None:
            index = (arguments.vertebra or 1) - 1
            outline = name_levels.name_vertebra(case_file.case, index, arguments.level, arguments.by)
            _keep(case_file, outline, arguments.by)
        if arguments.shift:
            _keep(case_file, name_levels.shift_names(case_file.case, arguments.shift, arguments.by), arguments.by)
        if case_file.case.spine is before:
            text = _("Nothing to do. Give --is, --shift, --remove, --add, --thoracic or --lumbar.")
            raise RefusedError(text, code="nothing-to-name")
        return levels(case_file.case)


def _renumbered(case: Case, arguments: argparse.Namespace) -> SpineOutline:
    thoracic, lumbar, _sacral = outline_in(case).numbers
    return name_levels.renumber(case, arguments.thoracic or thoracic, arguments.lumbar or lumbar)


def _keep(case_file: CaseFile, outline: SpineOutline, by: str) -> None:
    case_file.commit(Command("name-levels", outline.anchor), case_file.case.with_spine(outline), by=by)


def _confirm(arguments: argparse.Namespace, _progress: Progress) -> Result:
    """The uppermost name is read back, so that nobody confirms names they have not seen."""
    with opened(arguments) as case_file:
        names = tuple(row.name for row in level_rows(case_file.case))
        if names and names[0] and names[0] != arguments.top:
            text = _("The uppermost vertebra is called {name} here, not {other}. Count again, then name one of them.")
            raise RefusedError(text.format(name=names[0], other=arguments.top), code="levels-differ")
        approval = confirm_levels(case_file.case, names, arguments.by)
        case_file.commit(Command("confirm-levels"), case_file.case.with_approval(approval), by=arguments.by)
        return levels(case_file.case)


def _place(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments) as case_file:
        case, store = case_file.case, case_file.store
        if arguments.conus is not None:
            outline = name_levels.set_conus(case, store, arguments.conus)
            case_file.commit(Command("set-conus"), case.with_spine(outline), by=arguments.by)
        if arguments.posture is not None:
            outline = name_levels.set_posture(case_file.case, arguments.posture)
            case_file.commit(Command("set-posture"), case_file.case.with_spine(outline), by=arguments.by)
        placed = place_spine_atlas(case_file.case, store, progress)
        case_file.commit(Command("place-spine-atlas"), placed.in_case(case_file.case), by=arguments.by)
        structures = [{"id": one.id, "mm": list(one.centre), "status": one.status} for one in placed.structures]
        return {**levels(case_file.case), "cord": cord(case_file.case, store), "structures": structures}


def cord(case: Case, store: ArrayStore) -> Result:
    return {
        name: {
            "segments": list(one.segments),
            "dorsal_csf_mm": None if one.dorsal_csf_mm is None else round(one.dorsal_csf_mm, 2),
            "spread_mm": round(one.spread_mm, 2),
            "is_measured": one.is_measured,
        }
        for name, one in cord_at_levels(case, store).items()
    }


def _read(arguments: argparse.Namespace, _progress: Progress) -> Result:
    with opened(arguments, read_only=True) as case_file:
        outline_in(case_file.case)
        return {**levels(case_file.case), "cord": cord(case_file.case, case_file.store)}


def levels(case: Case) -> Result:
    outline = outline_in(case)
    return {
        "method": outline.method,
        "anchor": outline.anchor,
        "confirmed_by": numbering_confirmed_by(case),
        "anchor_origin": outline.anchor_origin,
        "evidence": list(outline.evidence),
        "likely_firsts": dict(outline.likely_firsts),
        "alarms": list(level_alarms(case)),
        "vertebrae": [
            {
                "number": row.index + 1,
                "name": row.name,
                "state": row.state,
                "position": position(*row.centre),
                "mm": list(row.centre),
                "top_mm": round(row.top_mm, 1),
                "bottom_mm": round(row.bottom_mm, 1),
                "certainty_percent": row.certainty_percent,
                "is_cut": row.is_cut,
            }
            for row in level_rows(case)
        ],
        "unsure": [{"from_mm": one.from_mm, "to_mm": one.to_mm, "reason": one.reason} for one in outline.unsure],
    }
