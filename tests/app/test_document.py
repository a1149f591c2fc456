from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from planner.app.document import CaseDocument
from planner.app.jobs import Jobs
from planner.case.codec import canonical
from planner.case.commands import Command
from planner.case.disk import Disk
from planner.case.file import CaseFile
from planner.case.model import Case, Lead
from planner.errors import PlannerError
from planner.progress import Progress
from tests.case.sample_cases import FailingDisk, full_case, lead

MOVE = Command("move-lead", "VPL")


@pytest.fixture
def document(tmp_path: Path) -> Iterator[CaseDocument]:
    made = CaseDocument(CaseFile.create(tmp_path / "a"))
    yield made
    made.close()


def heard(document: CaseDocument) -> list[tuple[Case, Case]]:
    changes: list[tuple[Case, Case]] = []
    document.changed.connect(lambda before, after: changes.append((before, after)))
    return changes


def test_that_each_change_is_announced_once_with_both_cases(qtbot: QtBot, document: CaseDocument) -> None:
    changes = heard(document)
    empty = document.case
    document.do(MOVE, document.case.with_lead(lead()))
    assert changes == [(empty, document.case)]
    assert document.undo() == MOVE
    assert document.redo() == MOVE
    assert [after.leads for _before, after in changes] == [{"lead-1": lead()}, {}, {"lead-1": lead()}]
    assert all(before is changes[n][1] for n, (before, _after) in enumerate(changes[1:]))


def test_that_undo_restores_the_same_case_byte_for_byte(qtbot: QtBot, document: CaseDocument) -> None:
    document.do(MOVE, replace(full_case(), id=document.case.id))
    before = canonical(document.case)
    images = document.case.images
    document.do(MOVE, document.case.without_lead("lead-1"))
    document.undo()
    assert canonical(document.case) == before
    assert document.case.images is images


def test_that_nothing_is_announced_when_there_is_nothing_to_undo(qtbot: QtBot, document: CaseDocument) -> None:
    changes = heard(document)
    assert document.undo() is None
    assert document.redo() is None
    assert changes == []


def test_that_a_change_that_could_not_be_kept_is_not_announced(qtbot: QtBot, tmp_path: Path) -> None:
    document = CaseDocument(CaseFile.create(tmp_path / "a"))
    document.file.close()
    changes = heard(document)
    before = document.case
    with pytest.raises(PlannerError):
        document.do(MOVE, document.case.with_lead(lead()))
    assert changes == []
    assert document.case is before


def test_that_a_full_disk_leaves_the_case_and_work_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    CaseFile.create(tmp_path / "a").close()
    disk: Disk = FailingDisk(1, ("write",), OSError(28, "made up"), short=True)
    document = CaseDocument(CaseFile.open(tmp_path / "a.noci", disk=disk))
    changes = heard(document)
    with pytest.raises(PlannerError):
        document.do(MOVE, document.case.with_lead(lead()))
    document.do(MOVE, document.case.with_lead(lead()))
    assert len(changes) == 1
    document.close()


def test_that_the_result_of_a_job_goes_into_the_case_that_is_current_when_it_ends(
    qtbot: QtBot, document: CaseDocument
) -> None:
    jobs = Jobs()

    def work(progress: Progress) -> Lead:
        ref = document.store.put(np.arange(10.0))
        return replace(lead("made"), name=ref.sha256)

    jobs.start("work", work, lambda fact: document.do(Command("add-lead"), document.case.with_lead(fact)))
    document.do(Command("add-lead"), document.case.with_lead(lead("meanwhile")))
    qtbot.waitUntil(lambda: not jobs.running)
    assert set(document.case.leads) == {"meanwhile", "made"}
    jobs.shut()
