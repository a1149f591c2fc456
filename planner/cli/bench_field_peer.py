"""``planner bench field --against ossdbs``: the open reference of this field beside ours, in the same run.

OSS-DBS v2 runs in an environment of its own (``pip install ossdbs==0.5.9``); ``NOCIPLAN_OSSDBS`` or ``--peer`` names
its ``ossdbs`` program. The case is a_box of the reference: contact 1 of a 3389 lead at 1 mA in a box of 80 mm, the
others insulating. Both solve it from their descriptions; CPU seconds of the whole process.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from planner import places
from planner.errors import PlannerError
from planner.i18n import _

PEER_VARIABLE = "NOCIPLAN_OSSDBS"
LONGEST_S = 1200.0
IMPEDANCE_OHM, VOLUME_MM3 = 563.623, 10.178
"""Of field_reference.json: a_box, and tissue above 0.2 V/mm of a_cyl (which differs by less than 0.1 %)."""
EXAMPLE = "a_box.json"
TISSUES = ("Unknown", "CSF", "White matter", "Gray matter", "Blood")
S_PER_M = 0.2


def peer_program(stated: Path | None) -> Path:
    """Raises PlannerError(code="no-peer") when there is none."""
    found = stated or Path(os.environ.get(PEER_VARIABLE, ""))
    if not found.is_file():
        text = _("OSS-DBS was not found. Install it in an environment of its own and name its program with {name}.")
        raise PlannerError(text.format(name=f"--peer / {PEER_VARIABLE}"), code="no-peer")
    return found


def against_ossdbs(program: Path) -> dict[str, Any]:
    """Errors in percent and CPU seconds of both, and how many times quicker ours is."""
    with tempfile.TemporaryDirectory() as folder:
        peer = _peer(program, Path(folder))
    ours = _ours()
    return {"ossdbs": peer, "ours": ours, "times_quicker": peer["cpu_s"] / ours["cpu_s"]}


def _peer(program: Path, folder: Path) -> dict[str, float]:
    import SimpleITK as sitk

    labels = sitk.GetImageFromArray(np.full((90, 90, 90), TISSUES.index("Gray matter"), dtype=np.uint8))
    labels.SetOrigin((44.5, 44.5, -39.5))  # SimpleITK thinks in LPS
    labels.SetDirection(np.diag([-1.0, -1.0, 1.0]).ravel().tolist())
    sitk.WriteImage(labels, str(folder / "labels.nii.gz"))
    (folder / "in.json").write_text(json.dumps(_description()), encoding="utf-8")
    spent = _cpu_s([str(program), "in.json"], folder)
    impedance = float((folder / "Results" / "impedance.csv").read_text().splitlines()[1].split(",")[1])
    volume = next(
        float(line.rsplit(":", 1)[1])
        for line in (folder / "Results" / "ossdbs.log").read_text(encoding="utf-8").splitlines()
        if "VTA volume is" in line
    )
    return _row(impedance, volume, spent)


def _ours() -> dict[str, float]:
    """From the start of the program, as a person calls it."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [
            sys.executable,
            "-m",
            "planner",
            "field",
            str(places.resources() / "help" / "field" / EXAMPLE),
            "--json",
        ]
        with answer.open("w", encoding="utf-8") as out:
            spent = _cpu_s(command, Path.cwd(), out)
        one = json.loads(answer.read_text(encoding="utf-8"))["programmes"][0]
    return _row(one["impedance_ohm"], one["volumes"][0]["mm3"], spent)


def _row(impedance_ohm: float, volume_mm3: float, cpu_s: float) -> dict[str, float]:
    return {
        "impedance_percent": 100.0 * (impedance_ohm / IMPEDANCE_OHM - 1.0),
        "volume_percent": 100.0 * (volume_mm3 / VOLUME_MM3 - 1.0),
        "cpu_s": cpu_s,
    }


def _cpu_s(command: list[str], folder: Path, out: Any = subprocess.DEVNULL) -> float:
    """Of the process and its children. Raises PlannerError(code="peer-failed")."""
    before = os.times()
    began = time.monotonic()
    done = subprocess.run(command, cwd=folder, stdout=out, stderr=subprocess.DEVNULL, timeout=LONGEST_S, check=False)
    if done.returncode != 0:
        text = _("{name} ended with an error after {seconds} s.")
        elapsed = f"{time.monotonic() - began:.0f}"
        raise PlannerError(text.format(name=Path(command[0]).name, seconds=elapsed), code="peer-failed")
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _description() -> dict[str, Any]:
    """In the peer's own words; what is not said is its default."""
    origin, upward = {"x[mm]": 0.0, "y[mm]": 0.0, "z[mm]": 0.0}, {"x[mm]": 0.0, "y[mm]": 0.0, "z[mm]": 1.0}
    constant = {"permittivity": 1.0, "conductivity": S_PER_M}
    return {
        "BrainRegion": {
            "Center": {**origin, "z[mm]": 5.0},
            "Dimension": {"x[mm]": 80.0, "y[mm]": 80.0, "z[mm]": 80.0},
            "Shape": "Box",
        },
        "Electrodes": [
            {
                "Name": "Medtronic3389",
                "Direction": upward,
                "TipPosition": origin,
                "Contacts": [{"Contact_ID": 1, "Active": True, "Current[A]": 0.001, "Voltage[V]": 1.0}],
                "EncapsulationLayer": {"Thickness[mm]": 0.0},
            }
        ],
        "Surfaces": [{"Name": "BrainSurface", "Active": True, "Current[A]": -0.001, "Voltage[V]": 0.0}],
        "MaterialDistribution": {
            "MRIPath": "labels.nii.gz",
            "MRIMapping": {name: number for number, name in enumerate(TISSUES)},
        },
        "DielectricModel": {"Type": "Constant", "CustomParameters": dict.fromkeys(TISSUES, constant)},
        "ComputeImpedance": True,
        "StimulationSignal": {"Type": "Multisine", "ListOfFrequencies": [130.0], "CurrentControlled": True},
        "PointModel": {
            "Lattice": {
                "Active": True,
                "Center": {**origin, "z[mm]": 2.0},
                "Shape": {"x": 60, "y": 60, "z": 60},
                "Direction": upward,
                "PointDistance[mm]": 0.1,
            }
        },
        "OutputPath": "Results",
        "ActivationThresholdVTA[V-per-m]": 200.0,
    }
