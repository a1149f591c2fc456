"""What the engine refuses, in words."""

import numpy as np
import pytest

from planner.axons import engine
from planner.axons.batch import NodePotentials
from planner.axons.waveform import Waveform
from planner.errors import PlannerError

PULSE = Waveform.monophasic(60.0)


def _refused(batch: NodePotentials) -> PlannerError:
    with pytest.raises(PlannerError) as caught:
        engine.thresholds(batch, PULSE)
    return caught.value


def test_that_a_fibre_of_two_nodes_is_refused() -> None:
    error = _refused(NodePotentials(10.0, np.zeros((4, 2))))
    assert (error.code, "at least 3 nodes" in error.text) == ("fibre-nodes", True)


def test_that_a_field_with_holes_is_refused_with_the_number_of_fibres() -> None:
    volts = np.zeros((5, 21))
    volts[[1, 3], 7] = (np.nan, np.inf)
    error = _refused(NodePotentials(10.0, volts))
    assert (error.code, "along 2 fibres" in error.text) == ("fibre-field", True)


def test_that_a_hole_inside_an_internode_counts_too() -> None:
    inside = np.zeros((5, 20, 10))
    inside[2, 0, 0] = np.nan
    assert _refused(NodePotentials(10.0, np.zeros((5, 21)), inside_volts=inside)).code == "fibre-field"


def test_that_a_fibre_thicker_than_the_model_is_refused() -> None:
    assert _refused(NodePotentials(20.0, np.zeros((1, 21)))).code == "fibre-diameter"


def test_that_no_field_fires_nothing() -> None:
    found = engine.thresholds(NodePotentials(10.0, np.zeros((3, 21))), PULSE)
    assert np.isinf(found.threshold_ma).all()
    assert found.first_spike_kind == ["", "", ""]
    assert np.isnan(found.latency_ms).all()


def test_that_no_fibres_give_no_thresholds() -> None:
    found = engine.thresholds(NodePotentials(10.0, np.zeros((0, 21))), PULSE)
    assert found.threshold_ma.shape == (0,)
