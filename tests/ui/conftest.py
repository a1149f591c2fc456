"""A window with a small case: one synthetic head, AC and PC set, a lead when it is asked for."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from planner.app.settings import Settings
from planner.case.commands import Command
from planner.case.facts import matrix_of, new_id, spec_of
from planner.case.file import CaseFile
from planner.case.inputs import inputs_of_alignment, inputs_of_anatomy
from planner.case.model import MNI_SPACE, AcPc, Alignment, GridSpec, Identity, Image, Lead, Segmentation
from planner.geometry import Grid
from planner.library.devices import usable_devices
from planner.ui.main_window import MainWindow

SPACING_MM = 4.0
AC = (0.0, 2.0, -4.0)
PC = (0.0, -24.0, -2.0)
MIDLINE = ((0.0, -10.0, 40.0), (0.0, 30.0, 30.0))
TARGET = (-14.0, -20.0, -2.0)
ENTRY = (-36.0, 30.0, 60.0)


def head_values() -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    """(50, 60, 50) a bright ball in the dark: enough to draw."""
    i, j, k = np.indices((50, 60, 50)).astype(np.float32)
    distance = np.sqrt(((i - 25) / 20) ** 2 + ((j - 30) / 25) ** 2 + ((k - 25) / 20) ** 2)
    return np.where(distance < 1.0, 100.0 - 40.0 * distance, 0.0).astype(np.float32)


def put_image(file: CaseFile, name: str = "T1 Peña", modality: str = "MR", patient: str = "PEÑA^ANA") -> Image:
    """An image fact with its voxels in the store."""
    affine = np.diag([SPACING_MM, SPACING_MM, SPACING_MM, 1.0])
    affine[:3, 3] = (-100.0, -130.0, -90.0)
    return Image(
        id=new_id("image"),
        name=name,
        modality=modality,
        grid=GridSpec((50, 60, 50), matrix_of(affine)),
        values=file.store.put(head_values()),
        identity=Identity(patient, "77", "1970-05-01", "F"),
        window=(0.0, 120.0),
        study_date="2026-11-02",
    )


class OpenCase:
    """A window with an open case, and short ways to put facts into it."""

    def __init__(self, window: MainWindow) -> None:
        assert window.workspace is not None
        self.window = window
        self.workspace = window.workspace
        self.session = window.workspace.session
        self.document = window.workspace.session.document

    @property
    def case(self):  # type: ignore[no-untyped-def]
        return self.document.case

    def add_acpc(self) -> None:
        acpc = AcPc(AC, PC, MIDLINE, self.case.planning_space, "clicked")
        self.document.do(Command("set-acpc"), self.case.with_acpc(acpc))

    def add_lead(self, name: str = "VPL left", side: str = "left", x_sign: int = 1) -> Lead:
        target, entry = (x_sign * TARGET[0], *TARGET[1:]), (x_sign * ENTRY[0], *ENTRY[1:])
        device = usable_devices()[0]
        lead = Lead(new_id("lead"), name, side, device.id, target, entry, self.case.planning_space)  # type: ignore[arg-type]
        self.document.do(Command("add-lead", name), self.case.with_lead(lead))
        self.session.selection.set_active_lead(lead.id)
        return lead

    def add_atlas_alignment(self) -> Alignment:
        space = self.case.planning_space
        alignment = Alignment(
            id=new_id("alignment"),
            source=space,
            target=MNI_SPACE,
            kind="affine",
            matrix=matrix_of(np.eye(4)),
            engine="greedy",
            inputs_hash=inputs_of_alignment(self.case, space, MNI_SPACE),
            quality={"correlation": 0.7, "correlation_acpc": 0.2, "second_start_mm": 0.1},
        )
        self.document.do(Command("align", "T1"), self.case.with_alignment(alignment))
        return alignment

    def go_to_page(self, key: str) -> None:
        """The page in sight; a spine's page of a task makes the case one of a spine."""
        task, _hyphen, region = key.partition("-")
        self.document.do(Command("choose-region"), self.case.with_region("spine" if region else "head"))
        self.window.go_to_task(task)

    def add_tissue(self) -> None:
        """Grey matter everywhere, on an alignment that counts."""
        self.add_atlas_alignment()
        space = self.case.planning_space
        affine = np.diag([4.0, 4.0, 4.0, 1.0])
        affine[:3, 3] = (-100.0, -130.0, -90.0)
        grid = Grid.of((50, 60, 50), affine, space)
        values = self.document.store.put(np.full((50, 60, 50), 2, dtype=np.uint8))
        labels = {"1": "csf", "2": "grey", "3": "white"}
        inputs = inputs_of_anatomy(self.case)
        tissue = Segmentation(new_id("tissue"), space, spec_of(grid), values, labels, "test", inputs)
        self.document.do(Command("find-anatomy"), self.case.with_segmentation(tissue))

    def page(self, key: str):  # type: ignore[no-untyped-def]
        self.window.go_to_task(key)
        return self.workspace.pages[key]


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The window without a case, shown."""
    made = MainWindow(Settings(tmp_path / "settings.json"))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


@pytest.fixture
def opened(window: MainWindow, tmp_path: Path) -> OpenCase:
    """The window with a case that holds one image."""
    path = tmp_path / "Caso Ñandú 1.noci"
    with CaseFile.create(path, title="Caso Ñandú") as file:
        file.commit(Command("import-image", "T1 Peña"), file.case.with_image(put_image(file)))
    window.open_path(path)
    return OpenCase(window)
