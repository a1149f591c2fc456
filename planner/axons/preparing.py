"""From fibres in a field to what the models are asked: nodes, their potentials, collaterals at their parents' nodes.

A fibre that cannot be asked (too short, through the lead, outside the field) is refused, or set aside with the reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from planner.axons.activation import CollateralField, NodeField
from planner.axons.fibres import Branch, Fibre, curve_of
from planner.axons.models import FibreModel
from planner.axons.nodes import (
    NodeRow,
    Placing,
    Potential,
    inside_model,
    known_nodes,
    node_potentials,
    place_nodes,
    through_lead,
)
from planner.errors import PlannerError, RefusedError
from planner.geometry.arrays import FloatArray
from planner.i18n import _

Trouble = Literal[
    "", "fibre-short", "fibre-long", "fibre-in-lead", "fibre-outside-field", "fibre-diameter", "fibre-not-asked"
]  # fmt: skip
TROUBLES: tuple[Trouble, ...] = (
    "fibre-short", "fibre-long", "fibre-in-lead", "fibre-outside-field", "fibre-diameter", "fibre-not-asked"
)  # fmt: skip
"""Kept results count their places in this list: new ones come last."""


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFibre:
    """``row`` of the fibre, ``twigs`` of its collaterals; ``field`` None where there was ``trouble``."""

    fibre: Fibre
    row: NodeRow | None
    twigs: tuple[NodeRow, ...]
    field: NodeField | None
    trouble: Trouble = ""

    def place_of(self, node: int) -> FloatArray:
        """(3,) RAS mm of a node, counted through the fibre and then its collaterals."""
        rows = [self.row, *self.twigs]
        for row in rows:
            if row is not None and node < len(row):
                return np.asarray(row.xyz_mm[node])
            node -= len(row) if row is not None else 0
        raise IndexError(node)


@dataclass(frozen=True, slots=True)
class Preparation:
    """``reads_internodes``: the field is read in the internodes too (for MRG; 0.02 to 0.45 % of a threshold).
    ``sets_aside``: troubled fibres are kept out with their reason instead of being refused."""

    placing: Placing = Placing()  # noqa: RUF009 - frozen
    reads_internodes: bool = False
    sets_aside: bool = False


def prepare(
    fibres: Sequence[Fibre], model: FibreModel, potential: Potential, how: Preparation
) -> tuple[PreparedFibre, ...]:
    """In the order given. Raises RefusedError (see :mod:`planner.axons.nodes`), PlannerError(code="fibre-diameter")."""
    placed = [_placed(one, model, how) for one in fibres]
    if how.sets_aside:
        placed = _within(placed, potential)
    else:
        _refuse_crossing(fibres, placed, potential)
    laid = [
        _laid(fibre, one, model) if isinstance(one, NodeRow) else one for fibre, one in zip(fibres, placed, strict=True)
    ]
    whole = [one for one in laid if isinstance(one, _Laid)]
    values = iter(_values(whole, potential))
    found: list[PreparedFibre] = []
    for fibre, one in zip(fibres, laid, strict=True):
        if isinstance(one, _Laid):
            found.append(_prepared(one, next(values), model, potential, how))
        else:
            found.append(PreparedFibre(fibre, None, (), None, one))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class _Laid:
    fibre: Fibre
    row: NodeRow
    twigs: tuple[tuple[int, NodeRow], ...]


def _placed(fibre: Fibre, model: FibreModel, how: Preparation) -> "NodeRow | Trouble":
    try:
        return place_nodes(fibre, model.internode_mm(model.checked(fibre.diameter_um)), how.placing)
    except PlannerError as error:
        for code in TROUBLES:
            if how.sets_aside and error.code == code:
                return code
        raise


def _within(placed: "Sequence[NodeRow | Trouble]", potential: Potential) -> "list[NodeRow | Trouble]":
    """The part of each fibre that has a field, or the trouble it is in; the field is read once for all."""
    rows = [one for one in placed if isinstance(one, NodeRow)]
    meets = iter(through_lead(rows, potential))
    known = iter(known_nodes(rows, potential))
    found: list[NodeRow | Trouble] = []
    for one in placed:
        if not isinstance(one, NodeRow):
            found.append(one)
            continue
        part = inside_model(one, next(known))
        found.append("fibre-in-lead" if next(meets) else part if part is not None else "fibre-outside-field")
    return found


def _refuse_crossing(fibres: Sequence[Fibre], placed: "Sequence[NodeRow | Trouble]", potential: Potential) -> None:
    meets = through_lead([one for one in placed if isinstance(one, NodeRow)], potential)
    for fibre, is_meeting in zip(fibres, meets, strict=True):
        if is_meeting:
            text = _("{name} runs through the lead: there is no field inside it. Move the fibre or leave it out.")
            raise RefusedError(text.format(name=fibre.name or _("A fibre")), code="fibre-in-lead")


def _laid(fibre: Fibre, row: NodeRow, model: FibreModel) -> _Laid:
    return _Laid(fibre, row, tuple(_twig(row, branch, model) for branch in fibre.branches))


def _twig(row: NodeRow, branch: Branch, model: FibreModel) -> tuple[int, NodeRow]:
    """The parent's node a collateral leaves from, and the collateral's own nodes after it."""
    at = int(np.abs(row.arc_mm - branch.arc_mm).argmin())
    points = np.concatenate([row.xyz_mm[at][None], branch.fibre.curve.xyz])
    line = replace(branch.fibre, curve=curve_of(points, branch.fibre.curve.space), ends=("terminal", "terminal"))
    step = model.internode_mm(model.checked(line.diameter_um))
    placed = place_nodes(line, step, Placing(ends="as-is"))
    own = slice(1, None)
    return at, NodeRow(placed.xyz_mm[own], placed.arc_mm[own], placed.is_added[own], "as-is")


def _values(laid: Sequence[_Laid], potential: Potential) -> list[list[FloatArray]]:
    """Of each fibre: its own nodes' potentials, then those of its collaterals; the field is read once."""
    rows, names = [], []
    for one in laid:
        for row in (one.row, *(twig for _at, twig in one.twigs)):
            rows.append(row)
            names.append(one.fibre.name)
    values = iter(node_potentials(rows, potential, names))
    return [[next(values) for _row in range(1 + len(one.twigs))] for one in laid]


def _prepared(
    laid: _Laid, values: list[FloatArray], model: FibreModel, potential: Potential, how: Preparation
) -> PreparedFibre:
    fibre = laid.fibre
    collaterals = tuple(
        CollateralField(at, branch.fibre.diameter_um, value)
        for (at, _row), branch, value in zip(laid.twigs, fibre.branches, values[1:], strict=True)
    )
    inside = None
    if how.reads_internodes and model.cable is not None and not collaterals and laid.row.treatment != "tapered":
        inside = _inside(laid, model.cable(fibre.diameter_um).places, potential)
    field = NodeField(fibre.diameter_um, values[0], collaterals, inside)
    return PreparedFibre(fibre, laid.row, tuple(row for _at, row in laid.twigs), field)


def _inside(laid: _Laid, shares: FloatArray, potential: Potential) -> FloatArray:
    """(N - 1, 10) mV per mA at the internodes' compartments. Raises RefusedError(code="fibre-in-lead")."""
    places = laid.row.between(laid.fibre, shares)
    values = potential.at(places.reshape(-1, 3)).reshape(places.shape[:2])
    if not np.isfinite(values).all():
        text = _("{name} runs through the lead between two of its nodes. Move the fibre or leave it out.")
        raise RefusedError(text.format(name=laid.fibre.name or _("A fibre")), code="fibre-in-lead")
    return values
