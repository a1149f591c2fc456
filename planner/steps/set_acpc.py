"""AC, PC and midline as a person clicked them."""

from dataclasses import dataclass

import numpy as np

from planner.anatomy.acpc import refuse_odd
from planner.case.inputs import inputs_of_anatomy
from planner.case.model import AcPc, Case, Vector
from planner.errors import RefusedError
from planner.i18n import _


@dataclass(frozen=True, slots=True)
class AcPcClicks:
    """RAS mm in the planning space; ``by`` is who clicked, when it is known."""

    ac: Vector
    pc: Vector
    midline: tuple[Vector, ...]
    by: str = ""


def set_acpc(case: Case, clicks: AcPcClicks) -> AcPc:
    """The landmarks as a fact. Raises RefusedError: no-planning-image, and those of ``refuse_odd``."""
    if not case.planning_image:
        raise RefusedError(_("There is no image to plan on. Import one first."), code="no-planning-image")
    refuse_odd(np.array(clicks.ac), np.array(clicks.pc), np.array(clicks.midline))
    return AcPc(
        ac=clicks.ac,
        pc=clicks.pc,
        midline=clicks.midline,
        space=case.planning_space,
        origin="clicked",
        inputs_hash=inputs_of_anatomy(case),
        confirmed_by=clicks.by,
    )
