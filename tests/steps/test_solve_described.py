"""``planner field``: described cases against the reference, through images, and what is refused in words."""

import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest

from planner import places
from planner.cli.verbs import run
from planner.errors import PlannerError, RefusedError
from planner.progress import SILENT
from planner.steps.described.case import case_of
from planner.steps.described.keys import Keys
from planner.steps.described.tissue import tissue_of
from planner.steps.solve_described import solve_described

EXAMPLES = places.resources() / "help" / "field"
IDS = {path.stem: path.stem.replace("_0_2", "_0.2") for path in sorted(EXAMPLES.glob("*.json"))}
QUICK = "a_cyl"


def lead(**pose: Any) -> dict[str, Any]:
    return {"model": "medtronic_3389", "pose": pose}


def described(**changes: Any) -> dict[str, Any]:
    """A small sound case; None takes a key away."""
    plain = {
        "lead": lead(),
        "tissue": {"s_per_m": 0.2},
        "programmes": [{"name": "one", "current_ma": {"1": -1.0}}],
        "thresholds_v_per_mm": [0.2],
        "points_mm": [[1.5, 0.0, 4.25]],
    }
    return {key: value for key, value in (plain | changes).items() if value is not None}


def solve(folder: Path, description: Any) -> dict[str, Any]:
    path = folder / "case.json"
    path.write_text(description if isinstance(description, str) else json.dumps(description), encoding="utf-8")
    return solve_described(path)


@pytest.fixture(scope="module")
def reference(shared_reference: Path) -> dict[str, Any]:
    cases = json.loads((shared_reference / "field_reference.json").read_text())["cases"]
    return {one["id"]: one for one in cases}


def stated_points(case: dict[str, Any]) -> dict[tuple[float, ...], float]:
    """|E| by place."""
    if "points" in case:
        return {tuple(map(float, one["p"])): one["Emag"] for one in case["points"]}
    return {(float(one["r"]), 0.0, float(one["z"])): one["E"] for one in case["points_rz"]}


@pytest.mark.parametrize(
    "name", [name if name == QUICK else pytest.param(name, marks=pytest.mark.slow) for name in IDS]
)
def test_that_the_examples_agree_with_the_reference(name: str, reference: dict[str, Any]) -> None:
    case, path = reference[IDS[name]], EXAMPLES / f"{name}.json"
    answer = solve_described(path)
    one, three = answer["programmes"]
    if "impedance_ohm" in case:
        # 0.12 %: the box is a rounded boundary to this solver (measured -0.10 %); the others 0.07 %.
        assert one["impedance_ohm"] == pytest.approx(case["impedance_ohm"], rel=0.0012)
    if "contact_potentials_V" in case:
        assert list(one["contact_volts"].values()) == pytest.approx(case["contact_potentials_V"], rel=0.002)
    for found, stated in ((one, "1mA"), (three, "3mA")):
        for volume in found["volumes"] if case["vta_mm3"] else []:
            wanted = case["vta_mm3"][f"{stated}_E>{volume['v_per_mm']:g}"]
            assert volume["mm3"] == pytest.approx(wanted, rel=0.01)
    truth, places_mm = stated_points(case), json.loads(path.read_text())["points_mm"]
    away = [np.hypot(x, y) >= 0.635 + 0.35 or z < -0.35 for x, y, z in places_mm]
    pairs = zip(one["points"], places_mm, away, strict=True)
    errors = [abs(point["magnitude_v_per_mm"] / truth[tuple(at)] - 1.0) for point, at, is_away in pairs if is_away]
    assert np.median(errors) < 0.005
    assert np.quantile(errors, 0.9) < 0.015


def test_that_the_verb_prints_one_json_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(described(capsule={"thickness_mm": 0.0})), encoding="utf-8")
    assert run(["field", str(path), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["contacts"] == ["0", "1", "2", "3"]
    assert answer["rests_on"]["capsule"]["thickness_mm"] == 0.0
    assert answer["programmes"][0]["case_current_ma"] == pytest.approx(1.0)


def test_that_the_capsule_is_on_unless_it_is_said_otherwise_and_shown(tmp_path: Path) -> None:
    capsule = solve(tmp_path, described())["rests_on"]["capsule"]
    assert capsule["is_default"]
    assert capsule["thickness_mm"] == 0.1
    assert capsule["status"] == "recalled"


def test_that_a_voltage_gives_the_current_of_its_resistance(tmp_path: Path) -> None:
    answer = solve(tmp_path, described(programmes=[{"voltage_v": {"1": -2.0}}]))
    one = answer["programmes"][0]
    assert one["contact_volts"]["1"] == pytest.approx(-2.0)
    assert one["contact_currents_ma"]["1"] == pytest.approx(-2000.0 / answer["resistance_ohm"][1][1], rel=1e-6)


def test_that_a_place_in_the_lead_has_no_field(tmp_path: Path) -> None:
    points = solve(tmp_path, described(points_mm=[[0, 0, 4.0], [2, 0, 4.0]]))["programmes"][0]["points"]
    assert points[0] == {"volts": None, "field_v_per_mm": [None] * 3, "magnitude_v_per_mm": None}
    assert points[1]["volts"] < 0


def test_that_a_volume_too_large_for_the_model_says_so_and_the_rest_is_answered(tmp_path: Path) -> None:
    volumes = solve(tmp_path, described(thresholds_v_per_mm=[1e-6, 0.2]))["programmes"][0]["volumes"]
    assert volumes[0]["mm3"] is None
    assert "end of the model" in volumes[0]["problem"]
    assert volumes[1]["mm3"] > 0


@pytest.mark.slow
def test_that_the_roll_turns_the_segments(tmp_path: Path) -> None:
    found = []
    for roll in (0.0, 120.0):
        one = {"model": "medtronic_b33005", "pose": {"zero_direction": [1, 0, 0], "roll_deg": roll}}
        angle = np.radians(roll)
        point = [2 * np.cos(angle), 2 * np.sin(angle), 3.75]
        changes = {"lead": one, "points_mm": [point], "programmes": [{"current_ma": {"1a": -1.0}}]}
        found.append(solve(tmp_path, described(**changes))["programmes"][0]["points"][0]["magnitude_v_per_mm"])
    assert found[0] == pytest.approx(found[1], rel=1e-6)


def test_that_the_return_goes_to_the_side_of_the_case(tmp_path: Path) -> None:
    points = [[10.0, 0, 4.25], [-10.0, 0, 4.25]]
    boundary = {"case": {"centre_mm": [40.0, 0, 5.0], "radius_mm": 25.0}}
    answer = solve(tmp_path, described(boundary=boundary, points_mm=points))
    strength = [one["magnitude_v_per_mm"] for one in answer["programmes"][0]["points"]]
    assert strength[0] > 1.2 * strength[1]
    assert answer["programmes"][0]["case_current_ma"] == pytest.approx(1.0)


def write(folder: Path, name: str, values: np.ndarray, affine: np.ndarray) -> str:
    nibabel.Nifti1Image(values, affine).to_filename(folder / name)
    return name


def grid(shape: tuple[int, int, int] = (30, 30, 30), size_mm: float = 2.0) -> np.ndarray:
    affine = np.diag([size_mm, size_mm, size_mm, 1.0])
    affine[:3, 3] = [size_mm * (0.5 - n / 2) for n in shape]
    return affine


@pytest.fixture
def labels(tmp_path: Path) -> str:
    """1 below z = 4 mm, 2 above."""
    values = np.ones((30, 30, 30), dtype=np.uint8)
    values[:, :, 17:] = 2
    return write(tmp_path, "labels.nii.gz", values, grid())


def test_that_a_label_image_of_one_tissue_is_a_constant(tmp_path: Path, labels: str) -> None:
    tissue = {"labels": labels, "table": {"1": 0.2, "2": 0.2}, "outside_s_per_m": 0.2}
    imaged, constant = solve(tmp_path, described(tissue=tissue)), solve(tmp_path, described())
    assert np.array(imaged["resistance_ohm"]) == pytest.approx(np.array(constant["resistance_ohm"]), rel=1e-5)


@pytest.mark.slow
def test_that_fibres_and_tensors_of_one_tissue_say_the_same(tmp_path: Path, labels: str) -> None:
    ways = np.zeros((30, 30, 30, 3), dtype=np.float32)
    ways[..., 0] = ways[..., 2] = 2.0**-0.5
    fibres = write(tmp_path, "fibres.nii.gz", ways, grid())
    table = {"1": 0.3, "2": {"along_s_per_m": 0.6, "across_s_per_m": 0.083}}
    first = solve(
        tmp_path,
        described(tissue={"labels": labels, "table": table, "outside_s_per_m": 0.2, "fibres": fibres}),
    )
    six = np.zeros((30, 30, 30, 6), dtype=np.float32)
    six[..., [0, 2, 4]], six[..., 1] = (0.3415, 0.3415, 0.2585), 0.083
    tensors = {"file": write(tmp_path, "tensors.nii.gz", six, grid()), "kind": "conductivity", "order": "mrtrix"}
    table = {"1": 0.3, "2": 0.2}
    tissue = {"labels": labels, "table": table, "outside_s_per_m": 0.2, "tensors": tensors | {"axes": "ras"}}
    second = solve(tmp_path, described(tissue=tissue | {"tensor_labels": [2]}))
    assert np.array(first["resistance_ohm"]) == pytest.approx(np.array(second["resistance_ohm"]), rel=1e-4)
    assert first["rests_on"]["tissue"]["conductivities"][1]["along_s_per_m"] == 0.6


@pytest.mark.parametrize(("order", "axes"), [("mrtrix", "ras"), ("fsl", "fsl"), ("fsl", "image")])
def test_that_diffusion_is_read_in_its_order_and_axes(tmp_path: Path, order: str, axes: str) -> None:
    affine = grid((8, 8, 8), 5.0) @ np.diag([-1.0, 1.0, 1.0, 1.0])  # first axis to the left, as in most images
    affine[0, 3] = -affine[0, 3]
    ras = {"xx": 1.2e-3, "yy": 0.6e-3, "zz": 0.5e-3, "xy": 0.2e-3, "xz": 0.0, "yz": 0.0}
    sign = 1.0 if axes == "ras" else -1.0  # the first axis points the other way, with FSL too (negative determinant)
    names = {"mrtrix": ("xx", "yy", "zz", "xy", "xz", "yz"), "fsl": ("xx", "xy", "xz", "yy", "yz", "zz")}[order]
    values = [ras[one] * (sign if one in ("xy", "xz") else 1.0) for one in names]
    six = np.broadcast_to(np.array(values, dtype=np.float32), (8, 8, 8, 6)).copy()
    image = {"file": write(tmp_path, "dti.nii.gz", six, affine), "kind": "diffusion", "mapping": "linear"}
    data = {"tensors": image | {"order": order, "axes": axes}, "outside_s_per_m": 0.2}
    found = tissue_of(Keys(data, "tissue"), tmp_path, np.zeros((1, 3)), SILENT).tissue
    assert found.tensors[4, 4, 4] == pytest.approx([0.844 * 1e3 * ras[k] for k in ("xx", "yy", "zz", "xy", "xz", "yz")])


def test_that_leads_may_cross_but_not_share_metal(tmp_path: Path) -> None:
    def two(x_mm: float) -> Keys:
        leads = [{"name": name, **lead(tip_mm=[x, 0, 0])} for name, x in (("a", 0.0), ("b", x_mm))]
        return Keys(described(lead=None, leads=leads, programmes=[{"current_ma": {"a:1": -1.0}}]), "")

    with pytest.raises(PlannerError) as caught:
        case_of(two(1.0), tmp_path, SILENT)
    assert caught.value.code == "overlapping-leads"
    assert "a:0" in caught.value.text
    assert len(case_of(two(1.27), tmp_path, SILENT).leads) == 2


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_the_example_of_the_guide_is_understood(tmp_path: Path, language: str) -> None:
    text = (places.resources() / "help" / f"field.{language}.md").read_text(encoding="utf-8")
    example = text.split("```json")[1].split("```")[0]
    write(tmp_path, "labels.nii.gz", np.full((20, 20, 20), 3, dtype=np.uint8), grid((20, 20, 20), 5.0))
    case = case_of(Keys(json.loads(example), ""), tmp_path, SILENT)
    assert case.labels == ("0", "1", "2", "3")
    assert case.tissue.rests_on["conductivities"][3]["s_per_m"] == 0.126


BIPOLE = {"current_ma": {"2": -1.0, "3": 1.0}, "case": "off"}


@pytest.mark.slow
def test_that_a_paddle_of_the_catalogue_is_solved(tmp_path: Path) -> None:
    paddle = {"model": "medtronic_resume2", "pose": {"axis": [0, 0, 1], "zero_direction": [0, -1, 0]}}
    points = [[0, -3.0, 0], [0, 5.0, 0]]
    answer = solve(tmp_path, described(lead=paddle, programmes=[BIPOLE], points_mm=points))
    front, back = (one["magnitude_v_per_mm"] for one in answer["programmes"][0]["points"])
    assert answer["rests_on"]["solver"] == "nested cubes"
    assert front > 1.5 * back  # the contacts face the zero direction


@pytest.mark.slow
def test_that_a_straight_route_is_what_a_pose_is(tmp_path: Path) -> None:
    straight = solve(tmp_path, described())
    route = {"model": "medtronic_3389", "route": {"points_mm": [[0, 0, 0], [0, 0, 60]]}}
    curved = solve(tmp_path, described(lead=route))
    assert curved["rests_on"]["solver"] != straight["rests_on"]["solver"]
    # Two grids: within the bar of 1 %.
    assert np.array(curved["resistance_ohm"]) == pytest.approx(np.array(straight["resistance_ohm"]), rel=0.01)


@pytest.mark.slow
def test_that_contacts_of_several_leads_have_their_leads_names(tmp_path: Path) -> None:
    leads = [{"name": name, **lead(tip_mm=[x, 0, 0])} for name, x in (("left", -4), ("right", 4))]
    programme = {"current_ma": {"left:1": -1.0, "right:1": 1.0}, "case": "off"}
    answer = solve(tmp_path, described(lead=None, leads=leads, programmes=[programme]))
    assert answer["contacts"][4] == "right:0"
    volts = answer["programmes"][0]["contact_volts"]
    assert volts["left:1"] == pytest.approx(-volts["right:1"], rel=0.01)  # mirror symmetry to 1 %


BAD: dict[str, tuple[Any, str]] = {
    "paddle on a route": (
        described(lead={"model": "medtronic_resume2", "route": {"points_mm": [[0, 0, 0], [0, 0, 9]]}}),
        "lead.route",
    ),
    "route of one place": (
        described(lead={"model": "medtronic_3389", "route": {"points_mm": [[0, 0, 0]]}}),
        "lead.route.points_mm",
    ),
    "two leads of one name": (described(lead=None, leads=[{"name": "a", **lead()}] * 2), "leads"),
    "no leads": (described(lead=None, leads=[]), "leads"),
    "unknown key": (described(colour="red"), "colour"),
    "unknown inner key": (described(lead=lead(tipp=[0, 0, 0])), "lead.pose.tipp"),
    "unknown key of a contact": (
        described(lead={"shape": {"diameter_mm": 1, "contacts": [{"label": "a", "low_mm": 1, "high_mm": 2, "x": 1}]}}),
        "lead.shape.contacts[0].x",
    ),
    "no lead": (described(lead=None), "lead, leads"),
    "no tissue": (described(tissue=None), "tissue"),
    "tissue twice": (described(tissue={"s_per_m": 0.2, "set": "homogeneous"}), "tissue.set"),
    "negative conductivity": (described(tissue={"s_per_m": -0.2}), "tissue.s_per_m"),
    "zero conductivity": (described(tissue={"s_per_m": 0}), "tissue.s_per_m"),
    "text for a number": (described(tissue={"s_per_m": "0.2"}), "tissue.s_per_m"),
    "true for a number": (described(tissue={"s_per_m": True}), "tissue.s_per_m"),
    "no pose": (described(lead={"model": "medtronic_3389"}), "pose, route"),
    "NaN": ('{"tissue": {"s_per_m": NaN}}', "NaN"),
    "too large a number": (
        '{"lead": {"model": "medtronic_3389", "pose": {"tip_mm": [1e999, 0, 0]}}}',
        "lead.pose.tip_mm",
    ),
    "huge whole number": (described(tissue={"s_per_m": 10**400}), "tissue.s_per_m"),
    "not JSON": ("{", "JSON"),
    "deep": ("[" * 100_000, "JSON"),
    "a list": ("[]", "braces"),
    "a key twice": ('{"title": "a", "title": "b"}', "title"),
    "no current": (described(programmes=[{"current_ma": {"1": 0.0}}]), "programmes[0]"),
    "no contact": (described(programmes=[{"current_ma": {}}]), "programmes[0]"),
    "unknown contact": (described(programmes=[{"current_ma": {"9": -1}}]), "9"),
    "unbalanced": (described(programmes=[{"current_ma": {"1": -1, "case": 0.5}}]), "programmes[0].current_ma"),
    "case without ground": (
        described(boundary={"is_grounded": False}, programmes=[{"current_ma": {"1": -1}, "case": "on"}]),
        "programmes[0].case",
    ),
    "axis of no length": (described(lead=lead(axis=[0, 0, 0])), "lead.pose.axis"),
    "zero direction along": (described(lead=lead(zero_direction=[0, 0, 2])), "lead.pose.zero_direction"),
    "two numbers for a place": (described(lead=lead(tip_mm=[0, 0])), "lead.pose.tip_mm"),
    "uneven points": (described(points_mm=[[0, 0, 1], [0, 1]]), "points_mm"),
    "thick capsule": (described(capsule={"thickness_mm": 9.0}), "capsule"),
    "negative capsule": (described(capsule={"s_per_m": -1.0}), "capsule"),
    "small model": (described(boundary={"radius_mm": 1.0}), "boundary.radius_mm"),
    "low model": (described(boundary={"top_mm": 8.0}), "boundary.top_mm"),
    "box without the lead": (described(boundary={"box_mm": [[50, 50, 50], [90, 90, 90]]}), "boundary.box_mm"),
    "set that needs labels": (described(tissue={"set": "brain"}), "tissue.set"),
    "no such image": (
        described(tissue={"labels": "none.nii", "table": {"1": 0.2}, "outside_s_per_m": 0.2}),
        "none.nii",
    ),
    "label that is no number": (
        described(tissue={"labels": "none.nii", "table": {"white": 0.2}, "outside_s_per_m": 0.2}),
        "tissue.table.white",
    ),
    "outside not stated": (described(tissue={"labels": "none.nii", "table": {"1": 0.2}}), "tissue.outside_s_per_m"),
    "overlapping contacts": (
        described(
            lead={
                "shape": {
                    "diameter_mm": 1.3,
                    "contacts": [
                        {"label": "a", "low_mm": 1, "high_mm": 3},
                        {"label": "b", "low_mm": 2, "high_mm": 4},
                    ],
                },
                "pose": {},
            }
        ),
        "overlap",
    ),
    "newer format": (described(format=2), "format"),
    "other contacts with insulation": (
        described(
            inactive="insulating",
            programmes=[{"name": "a", "current_ma": {"1": -1}}, {"name": "b", "current_ma": {"2": -1}}],
        ),
        "programmes",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_that_a_mistake_is_told_with_its_place(tmp_path: Path, name: str) -> None:
    description, place = BAD[name]
    with pytest.raises(RefusedError) as caught:
        solve(tmp_path, description)
    assert caught.value.code == "field-input"
    assert place in caught.value.text


def test_that_a_lead_of_no_known_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlannerError) as caught:
        solve(tmp_path, described(lead={"model": "nothing", "pose": {}}))
    assert caught.value.code == "device-unknown"


@pytest.mark.parametrize(
    ("table", "code"), [({"1": 0.2}, "unknown-tissue"), ({"1": 0.2, "2": "cartilage"}, "field-input")]
)
def test_that_unknown_tissue_is_refused(tmp_path: Path, labels: str, table: dict[str, Any], code: str) -> None:
    with pytest.raises(PlannerError) as caught:
        solve(tmp_path, described(tissue={"labels": labels, "table": table, "outside_s_per_m": 0.2}))
    assert caught.value.code == code


def test_that_a_lead_outside_its_image_is_refused_and_one_half_outside_told(tmp_path: Path, labels: str) -> None:
    tissue = {"labels": labels, "table": {"1": 0.2, "2": 0.3}, "outside_s_per_m": 0.2}
    with pytest.raises(PlannerError) as caught:
        solve(tmp_path, described(tissue=tissue, lead=lead(tip_mm=[200, 0, 0])))
    assert caught.value.code == "outside-image"
    answer = solve(tmp_path, described(tissue=tissue, lead=lead(tip_mm=[0, 0, 25.0])))
    assert any("2, 3" in note for note in answer["notes"])


def test_that_skewed_images_are_refused(tmp_path: Path) -> None:
    affine = grid()
    affine[0, 1] = 0.6
    name = write(tmp_path, "skewed.nii.gz", np.ones((30, 30, 30), dtype=np.uint8), affine)
    with pytest.raises(PlannerError) as caught:
        solve(tmp_path, described(tissue={"labels": name, "table": {"1": 0.2}, "outside_s_per_m": 0.2}))
    assert caught.value.code == "image-axes"


def test_that_a_tensor_image_that_does_not_conduct_is_refused(tmp_path: Path) -> None:
    six = np.zeros((10, 10, 10, 6), dtype=np.float32)
    six[...] = (0.2, 0.2, 0.2, 0.5, 0.0, 0.0)
    image = {"file": write(tmp_path, "bad.nii.gz", six, grid((10, 10, 10), 6.0)), "kind": "conductivity"}
    with pytest.raises(PlannerError) as caught:
        solve(
            tmp_path,
            described(tissue={"tensors": image | {"order": "mrtrix", "axes": "ras"}, "outside_s_per_m": 0.2}),
        )
    assert caught.value.code == "tensor"
