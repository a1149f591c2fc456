"""What the C-arm would show."""

import argparse
from dataclasses import replace
from pathlib import Path

from planner.cli.verb import Result, Verb, add_case, opened
from planner.i18n import _
from planner.progress import Progress
from planner.scene.carm import radiograph_png
from planner.steps.show_carm import CarmScene, arm_at, arm_squared


def verbs() -> list[Verb]:
    return [Verb("c-arm", _("a simulated radiograph of the planning CT"), _arguments, _carm)]


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_case(parser)
    parser.add_argument("--level", required=True, help=_("vertebra in the middle, such as T9"))
    parser.add_argument("--view", choices=("ap", "lateral"), default="ap")
    parser.add_argument("--square", action="store_true", help=_("turn until the end plates are lines"))
    parser.add_argument("--oblique", type=float, help=_("degrees to the patient's right (negative: left)"))
    parser.add_argument("--tilt", type=float, help=_("degrees to the head (negative: feet)"))
    parser.add_argument("--pixels", type=int, default=512)
    parser.add_argument("--out", type=Path, required=True, help=_("PNG file to write"))


def _carm(arguments: argparse.Namespace, progress: Progress) -> Result:
    with opened(arguments, read_only=True) as case_file:
        case, store = case_file.case, case_file.store
        if arguments.square:
            arm = arm_squared(case, store, arguments.level, arguments.view)
        else:
            arm = arm_at(case, arguments.level, arguments.view)
        if arguments.oblique is not None:
            arm = replace(arm, oblique_deg=arguments.oblique)
        if arguments.tilt is not None:
            arm = replace(arm, tilt_deg=arguments.tilt)
        arm = arm.with_pixels(arguments.pixels)
        progress(0.1, _("Computing the radiograph"))
        picture = CarmScene.of(case, store).picture(case, arm)
        arguments.out.write_bytes(radiograph_png(picture))
    return {
        "picture": str(arguments.out),
        "oblique_deg": round(arm.oblique_deg, 1),
        "tilt_deg": round(arm.tilt_deg, 1),
        "meaning": _("positive angles: the detector to the patient's right, to the head"),
        "basis": picture.basis,
    }
