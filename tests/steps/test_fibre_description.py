"""What ``planner axons`` reads: good descriptions, and hostile ones refused with the key's path."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planner import places
from planner.axons.fibres import Fibre, arc_fibre
from planner.axons.mrg import MRG
from planner.axons.nodes import Placing
from planner.axons.preparing import Preparation
from planner.axons.sources import PointSources
from planner.axons.waveform import Waveform
from planner.errors import RefusedError
from planner.steps.activate_fibres import FibreQuestion, activate_fibres
from planner.steps.fibre_description import read_fibre_description

GOOD: dict[str, Any] = {
    "medium": {"s_per_m": 0.2},
    "sources": [{"at_mm": [0, 1, 0]}],
    "waveform": {"kind": "monophasic", "width_us": 60},
    "nodes": {"ends": "as-is"},
    "fibres": [{"diameter_um": 10, "straight": {"middle_mm": [0, 0, 0], "direction": [1, 0, 0], "nodes": 21}}],
}


def written(folder: Path, change: dict[str, Any]) -> Path:
    path = folder / "ask.json"
    path.write_text(json.dumps({**GOOD, **change}))
    return path


def thresholds(path: Path) -> list[float]:
    described = read_fibre_description(path)
    found = activate_fibres(described.fibres, described.potential, described.question)
    return [one.threshold_ma for one in found]


def test_that_a_described_fibre_has_the_reference_threshold(tmp_path: Path) -> None:
    """10 µm, 1 mm, 60 µs, 0.2 S/m: 0.165762 mA converged, 0.168698 by NEURON (axon_reference.json)."""
    assert thresholds(written(tmp_path, {})) == pytest.approx([0.165762], rel=0.015)
    parity = written(tmp_path, {"setting": "parity", "tolerance_percent": 0.1})
    assert thresholds(parity) == pytest.approx([0.168698], rel=0.0015)


def test_that_an_anisotropic_medium_has_the_reference_threshold(tmp_path: Path) -> None:
    """phi = I / (4 pi sqrt(sL) sT sqrt(x^2/sL + rho^2/sT)), the form the reference states."""
    along, across = 0.6, 0.083
    medium = PointSources.of(np.array([[0, 2.0, 0]]), [-1.0], np.array([along, across, across]))
    x, rho = 3.0, 2.0
    wanted = -1000.0 / (4 * np.pi * np.sqrt(along) * across * np.sqrt(x**2 / along + rho**2 / across))
    assert medium.at(np.array([[x, 0, 0]])) == pytest.approx([wanted])


def test_that_the_samples_beside_the_guide_are_good() -> None:
    folder = places.resources() / "help" / "axons"
    found = [read_fibre_description(path) for path in sorted(folder.glob("*.json"))]
    assert len(found) == 2
    assert found[0].fibres[0].branches


def test_that_a_straight_fibre_in_a_turned_field_has_the_same_threshold(tmp_path: Path) -> None:
    turned = written(tmp_path, {
        "sources": [{"at_mm": [0, 0, 1]}],
        "fibres": [{"diameter_um": 10, "straight": {"middle_mm": [0, 0, 0], "direction": [0, -2, 0], "nodes": 21}}],
    })  # fmt: skip
    assert thresholds(turned) == pytest.approx(thresholds(written(tmp_path, {})), rel=1e-6)


def test_that_a_curved_fibre_of_large_radius_tends_to_the_straight_one() -> None:
    """The deviation falls with the radius: within 2 % at 50 mm, within 0.5 % at 500 mm."""
    source = PointSources.of(np.array([[0, 2.0, 0]]), [-1.0], np.array(0.2))
    question = FibreQuestion(
        Waveform.monophasic(100.0), MRG, preparation=Preparation(Placing((0, 0, 0), ends="as-is")), tolerance=0.001
    )
    straight = Fibre.of([(-12, 0, 0), (12, 0, 0)], "s", 10.0)
    curved = [arc_fibre((0, 0, 0), (1, 0, 0), (0, -1, 0), radius, 24.0, 10.0, "s") for radius in (20.0, 50.0, 500.0)]
    found = [one.threshold_ma for one in activate_fibres([straight, *curved], source, question)]
    off = [abs(value / found[0] - 1.0) for value in found[1:]]
    assert off[0] > off[1] > off[2]
    assert off[2] < 0.005


def test_that_the_velocity_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    """55 to 56 m/s at 10 µm (55.2 with steps of 1 µs, facts); C and other fibres by the network path."""
    line = {"diameter_um": 10, "straight": {"middle_mm": [10, 0, 0], "direction": [1, 0, 0], "nodes": 41}}
    for model, wanted in (("mrg", 55.8), ("sweeney", 57.0)):
        described = read_fibre_description(written(tmp_path, {"velocity": True, "model": model, "fibres": [line]}))
        (found,) = activate_fibres(described.fibres, described.potential, described.question)
        assert found.velocity_m_s == pytest.approx(wanted, rel=0.025)
    described = read_fibre_description(written(tmp_path, {}))
    assert np.isnan(activate_fibres(described.fibres, described.potential, described.question)[0].velocity_m_s)


HOSTILE = [
    ({"medium": {"s_per_m": 0}}, "medium.s_per_m"),
    ({"medium": {"s_per_m": [0.2, -1, 0.2]}}, "medium.s_per_m"),
    ({"medium": {"s_per_m": "a"}}, "medium.s_per_m"),
    ({"medium": {"s_per_m": [[1, 0, 0], [0, 1, 0]]}}, "medium.s_per_m"),
    ({"medium": {}}, "medium.s_per_m"),
    ({"sources": []}, "sources"),
    ({"sources": [{"at_mm": [0, 1]}]}, "sources[0].at_mm"),
    ({"sources": [{"at_mm": [0, 1, 0], "share": None, "amp": 1}]}, "sources[0].amp"),
    ({"model": "hodgkin"}, "model"),
    ({"waveform": {"kind": "sine", "width_us": 60}}, "waveform.kind"),
    ({"waveform": {"kind": "monophasic", "width_us": 1e9}}, "waveform"),
    ({"waveform": {"kind": "monophasic", "width_us": 60, "gap_us": 3}}, "waveform.gap_us"),
    ({"waveform": {"width_us": 60, "rate_hz": 10000, "pulses": 5}}, "waveform"),
    ({"waveform": {"width_us": 60, "rate_hz": 1, "pulses": 1000}}, "waveform"),
    ({"waveform": {"width_us": 60, "rate_hz": 100, "pulses": 1.5}}, "waveform.pulses"),
    ({"fibres": []}, "fibres"),
    ({"fibres": {}}, "fibres"),
    ({"fibres": [{"diameter_um": 10}]}, "fibres[0]"),
    ({"fibres": [{"diameter_um": 99, "points_mm": [[0, 0, 0], [9, 0, 0]]}]}, "fibres[0]"),
    ({"fibres": [{"diameter_um": True, "points_mm": [[0, 0, 0], [9, 0, 0]]}]}, "fibres[0].diameter_um"),
    ({"fibres": [{"diameter_um": 10, "points_mm": [[0, 0, 0]]}]}, "fibres[0]"),
    ({"fibres": [{"diameter_um": 10, "points_mm": [[0, 0, 0], [9, 0]]}]}, "fibres[0].points_mm"),
    ({"fibres": [{"diameter_um": 10, "file": "../../no.trk"}]}, "fibres[0]"),
    ({"fibres": [{"diameter_um": 10, "points_mm": [[0, 0, 0], [9, 0, 0]], "ends": "cut"}]}, "fibres[0].ends"),
    ({"fibres": [{"diameter_um": 10, "straight": {"middle_mm": [0, 0, 0], "direction": [0, 0, 0], "nodes": 9}}]},
     "fibres[0].straight.direction"),
    ({"fibres": [{"diameter_um": 10, "straight": {"middle_mm": [0, 0, 0], "direction": [1, 0, 0], "nodes": 1e9}}]},
     "fibres[0].straight.nodes"),
    ({"nodes": {"ends": "sharp"}}, "nodes.ends"),
    ({"tolerance_percent": 1e-9}, "tolerance_percent"),
    ({"amplitude_ma": -1}, "amplitude_ma"),
    ({"colour": "red"}, "colour"),
    ({"case": {"path": "x.noci", "lead": "a"}}, "medium, case"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "path"), HOSTILE)
def test_that_what_is_odd_is_refused_at_its_key(tmp_path: Path, change: dict[str, Any], path: str) -> None:
    with pytest.raises(RefusedError) as refused:
        read_fibre_description(written(tmp_path, change))
    assert path in refused.value.text


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, "\x00"])
def test_that_what_is_no_object_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "ask.json"
    path.write_text(text)
    with pytest.raises(RefusedError):
        read_fibre_description(path)


def test_that_a_missing_case_is_refused_in_words(tmp_path: Path) -> None:
    change = {key: value for key, value in GOOD.items() if key not in ("medium", "sources")}
    path = tmp_path / "ask.json"
    path.write_text(json.dumps({**change, "case": {"path": "no.noci", "lead": "VPL"}}))
    with pytest.raises(RefusedError, match=r"case\.path"):
        read_fibre_description(path)


def test_that_a_described_field_drives_fibres_as_a_point_at_its_contact(tmp_path: Path) -> None:
    """Homogeneous 0.2 S/m, a contact of 1.5 mm, 4 mm away: within 2 % of the closed form."""
    lead = {"model": "medtronic_3389", "pose": {"tip_mm": [0, 0, 0], "axis": [0, 0, 1]}}
    field = {
        "lead": lead, "tissue": {"s_per_m": 0.2}, "capsule": {"thickness_mm": 0},
        "programmes": [{"name": "one", "current_ma": {"1": -2.0}}],
    }  # fmt: skip
    (tmp_path / "field.json").write_text(json.dumps(field))
    middle = 1.5 + 2.0 + 0.75
    line = {"diameter_um": 10, "straight": {"middle_mm": [4, 0, middle], "direction": [0, 1, 0], "nodes": 21}}
    common = {key: GOOD[key] for key in ("waveform", "nodes")}
    path = tmp_path / "ask.json"
    path.write_text(json.dumps({**common, "field": {"path": "field.json"}, "fibres": [line]}))
    (solved,) = thresholds(path)
    point = written(tmp_path, {"sources": [{"at_mm": [0, 0, middle]}], "fibres": [line]})
    assert solved == pytest.approx(thresholds(point)[0], rel=0.02)
    path.write_text(json.dumps({**common, "field": {"path": "field.json", "programme": "two"}, "fibres": [line]}))
    with pytest.raises(RefusedError, match=r"field\.programme"):
        read_fibre_description(path)


def test_that_a_troubled_fibre_is_refused_or_set_aside_with_its_reason(tmp_path: Path) -> None:
    fibres = [
        {"name": "through", "diameter_um": 10, "points_mm": [[0, -12, 0], [0, 12, 0]]},
        {"name": "fine", "diameter_um": 10, "points_mm": [[-12, 0, 0], [12, 0, 0]]},
        {"name": "short", "diameter_um": 10, "points_mm": [[0, 0, 0], [1, 0, 0]]},
    ]
    nodes = {"ends": "as-is", "abreast_of_mm": [0, 1, 0]}
    with pytest.raises(RefusedError, match="through"):
        thresholds(written(tmp_path, {"fibres": fibres[:2], "nodes": nodes}))
    described = read_fibre_description(written(tmp_path, {"fibres": fibres, "nodes": nodes, "sets_aside": True}))
    found = activate_fibres(described.fibres, described.potential, described.question)
    assert [one.trouble for one in found] == ["fibre-in-lead", "", "fibre-short"]
    assert np.isinf(found[0].threshold_ma)
    assert np.isfinite(found[1].threshold_ma)
