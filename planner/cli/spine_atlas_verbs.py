"""Verbs of the parametric spine: compare it with its tables; draw it as CT or MRI with known truth."""

import argparse
import math
from pathlib import Path
from typing import Any

from planner.anatomy.spine.levels import LevelScheme
from planner.anatomy.spine.synthetic import Findings, View
from planner.cli.verb import Result, Verb
from planner.errors import RefusedError
from planner.i18n import _, number
from planner.progress import Progress
from planner.steps.draw_spine import DrawRequest, draw_spine
from planner.steps.own_spine_atlas import own_measures, read_own_atlas
from planner.steps.spine_measures import spine_measures
from planner.steps.spine_report import Line, spine_report

THIN_MM = 0.5


def verbs() -> list[Verb]:
    return [
        Verb("spine-atlas", _("compare the parametric spine with its tables"), _atlas_arguments, _atlas),
        Verb("draw-spine", _("draw a synthetic spine as CT or MRI with known truth"), _draw_arguments, _draw),
    ]


def _atlas_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--own", type=Path, metavar="FOLDER", help=_("an atlas of your own, such as a PAM50 folder"))
    parser.add_argument("--quantity", help=_("only this quantity, such as dorsal_csf_mm"))


def _atlas(arguments: argparse.Namespace, _progress: Progress) -> Result:
    own = own_measures(read_own_atlas(arguments.own), spine_measures()) if arguments.own else None
    report = spine_report(own)
    if arguments.quantity and arguments.quantity not in report.quantities:
        text = _("There is no quantity {name}. Known: {known}.")
        known = ", ".join(report.quantities)
        raise RefusedError(text.format(name=arguments.quantity, known=known), code="unknown-quantity")
    wanted = (arguments.quantity,) if arguments.quantity else report.quantities
    return {
        "largest_difference": {name: round(report.worst(name), 3) for name in wanted},
        "lines": [_line(one) if arguments.json else _sentence(one) for name in wanted for one in report.of(name)],
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "quantity": one.quantity,
        "level": one.level,
        "spine": round(one.spine, 3),
        "table": one.table,
        "difference": round(one.difference, 3),
        "sd": one.sd,
        "status": one.status,
        "source": one.source,
        "is_input": one.is_input,
    }


def _sentence(one: Line) -> str:
    status = {
        "measured": _("measured"),
        "read": _("read"),
        "memory": _("from memory, unverified"),
        "inferred": _("assumed"),
    }[one.status]
    values = (one.quantity, one.level, number(one.spine, 2), number(one.table, 2))
    text = _("{quantity} {level}: spine {spine}, table {table} ({status}; {source})")
    return text.format(
        quantity=values[0], level=values[1], spine=values[2], table=values[3], status=status, source=one.source
    )


def _draw_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help=_("where image, labels and truth are written"))
    parser.add_argument("--modality", choices=("ct", "ct-contrast", "t2", "t1"), default="ct")
    parser.add_argument("--seed", type=int, default=0, help=_("the same seed gives the same picture"))
    parser.add_argument("--first", default="T8", help=_("uppermost vertebra in the image"))
    parser.add_argument("--last", default="L2", help=_("lowest vertebra in the image"))
    parser.add_argument(
        "--size", type=float, nargs=2, default=(160.0, 160.0), metavar=("LR", "AP"), help=_("width, mm")
    )
    parser.add_argument("--spacing", type=float, nargs=3, default=(1.0, 1.0, 1.0), metavar=("X", "Y", "Z"))
    parser.add_argument("--thoracic", type=int, default=12, help=_("how many thoracic vertebrae there are (11 to 13)"))
    parser.add_argument("--lumbar", type=int, default=5, help=_("how many lumbar vertebrae there are (4 to 6)"))
    parser.add_argument("--cobb", type=float, default=0.0, help=_("angle of a scoliosis, degrees, convex to the right"))
    parser.add_argument("--fuse", nargs="*", default=(), metavar="LEVEL", help=_("fused with the vertebra below"))
    parser.add_argument("--open", nargs="*", default=(), metavar="LEVEL", help=_("laminectomy: no arch behind"))
    parser.add_argument("--screws", nargs="*", default=(), metavar="LEVEL", help=_("pedicle screws on both sides"))
    parser.add_argument("--fracture", nargs="*", default=(), metavar="LEVEL", help=_("wedge of 40 % of the height"))


FRACTURE_SHARE = 0.4
LIMITS = {"thoracic": (11, 13), "lumbar": (4, 6)}
MOST_VOXELS = 60_000_000


def _draw(arguments: argparse.Namespace, progress: Progress) -> Result:
    for name, (low, high) in LIMITS.items():
        if not low <= getattr(arguments, name) <= high:
            text = _("There can be {low} to {high} vertebrae of this kind, not {count}.")
            count = getattr(arguments, name)
            raise RefusedError(text.format(low=low, high=high, count=count), code="unknown-level")
    if min(arguments.spacing) < THIN_MM / 2 or not all(math.isfinite(size) and size > 5 for size in arguments.size):
        text = _("Give a size of more than 5 mm and voxels of at least 0.25 mm.")
        raise RefusedError(text, code="bad-size")
    across = arguments.size[0] * arguments.size[1] / (arguments.spacing[0] * arguments.spacing[1])
    if across * 700 / arguments.spacing[2] > MOST_VOXELS * 4:
        text = _("The image would be too large. Make it narrower or its voxels bigger.")
        raise RefusedError(text, code="bad-size")
    drawn = draw_spine(_request(arguments), arguments.folder, progress)
    truth = drawn.rendered.truth
    return {
        "image": str(drawn.image),
        "labels": str(drawn.labels),
        "truth": str(drawn.truth),
        "shape": list(drawn.rendered.image.grid.shape),
        "vertebrae": [one.name for one in truth.vertebrae],
        "remarks": list(truth.remarks),
    }


def _request(arguments: argparse.Namespace) -> DrawRequest:
    sx, sy, sz = arguments.spacing
    width, depth = arguments.size
    view = View(arguments.first, arguments.last, (width, depth), min(75.0, depth / 2), spacing_mm=(sx, sy, sz))
    return DrawRequest(
        modality=arguments.modality,
        seed=arguments.seed,
        view=view,
        scheme=LevelScheme(arguments.thoracic, arguments.lumbar),
        cobb_deg=arguments.cobb,
        fractured=tuple((name, FRACTURE_SHARE) for name in arguments.fracture),
        findings=Findings(tuple(arguments.fuse), tuple(arguments.open), tuple(arguments.screws)),
    )
