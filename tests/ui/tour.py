"""Drive the window through the whole path and keep a picture of every task, to be judged by eye.

Run: ``xvfb-run -a -s "-screen 0 1366x768x24" python -m tests.ui.tour OUT [--lang es] [--theme light] [--case PATH]``.
A case that is there already is opened and only what is missing is done; so a second language costs seconds.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from planner import i18n
from planner.app.settings import Settings
from planner.ui import start
from planner.ui.gl_format import set_default_format
from planner.ui.main_window import MainWindow
from planner.ui.theme import apply_theme
from planner.ui.widgets.question import QuestionDialog

SIGNER = "Dra. Núñez"
PATIENCE_S = 400.0
SETTLE_S = 0.7


class Tour:
    """One window on its way from images to a signed report."""

    def __init__(self, out: Path, tag: str, window: MainWindow) -> None:
        self.out, self.tag, self.window = out, tag, window
        self.times_s: dict[str, float] = {}

    def pause(self, seconds: float) -> None:
        loop = QEventLoop()
        QTimer.singleShot(int(1000 * seconds), loop.quit)
        loop.exec()

    def until(self, what: str, is_done: Callable[[], object]) -> None:
        begin = time.monotonic()
        while not is_done():
            if time.monotonic() - begin > PATIENCE_S:
                self.picture(f"failed-{what}")
                raise SystemExit(f"{what}: {self.window.messages.text()}")
            self.pause(0.05)
        self.times_s[what] = time.monotonic() - begin

    def picture(self, name: str) -> None:
        self.pause(SETTLE_S)
        self.window.grab().save(str(self.out / f"{name}-{self.tag}.png"))

    @property
    def case(self):  # type: ignore[no-untyped-def]
        assert self.window.document is not None
        return self.window.document.case

    def page(self, key: str):  # type: ignore[no-untyped-def]
        self.window.go_to_task(key)
        assert self.window.workspace is not None
        return self.window.workspace.pages[key]

    def run(self, case_path: Path) -> None:
        self.picture("0-start")
        if case_path.exists():
            self.window.open_path(case_path)
        else:
            self.window.desk.create(case_path, "Práctica Peña", sample="head")
            self.until("import", lambda: self.case.images)
        self.window.signer.set_name(SIGNER)
        for part in (self.patient, self.images, self.align, self.anatomy, self.plan, self.stimulate, self.report):
            part()

    def patient(self) -> None:
        page = self.page("patient")
        if self.case.identity is None:
            self.picture("1-patient-before")
            page.signing.buttons["confirm"].click()
        self.picture("1-patient")

    def images(self) -> None:
        self.page("images")
        self.picture("2-images")

    def align(self) -> None:
        page = self.page("align")
        if not self.case.alignments:
            page.run()
            self.picture("3-align-running")
            self.until("align", lambda: self.case.alignments)
            self.picture("3-align-proposed")
            page.signing.buttons["approved"].click()
        for mode in ("edges", "checker", "blend"):
            page.overlay.mode_box.setCurrentIndex(page.overlay.mode_box.findData(mode))
            self.picture(f"3-align-{mode}")

    def anatomy(self) -> None:
        page = self.page("anatomy")
        if not self.case.structures:
            page.carry_over()
            self.until("anatomy", lambda: self.case.structures)
        page.session.selection.set_cursor(self.case.acpc.ac)
        self.picture("4-anatomy")
        page.tissue_box.setChecked(True)
        self.picture("4-anatomy-tissue")
        page.tissue_box.setChecked(False)

    def plan(self) -> None:
        page = self.page("plan")
        form = page.new_lead
        if not self.case.leads:
            form.name_edit.setText("VPL izquierdo")
            form.side.setCurrentIndex(form.side.findData("left"))
            form.start_points.box.setCurrentIndex(form.start_points.box.findData("VPL"))
            form.start_points.box.activated.emit(form.start_points.box.currentIndex())
            self.picture("5-plan-new")
            form._take_entry((-35.0, 25.0, 72.0))
            form.place_button.click()
            for dialog in self.window.findChildren(QuestionDialog):
                self.picture("5-plan-question")
                dialog.buttons["confirm"].click()
            self.until("lead", lambda: self.case.leads)
        page.chosen.zoomer.click()
        for share, name in ((0.0, "top"), (0.5, "middle"), (1.0, "end")):
            bar = page.verticalScrollBar()
            bar.setValue(int(share * bar.maximum()))
            self.picture(f"5-plan-{name}")

    def stimulate(self) -> None:
        page = self.page("stimulate")
        lead = next(iter(self.case.leads.values()))
        if not self.case.solutions:
            self.picture("6-stimulate-before")
            page.controls._set_sign(page.controls.picture._boxes[1].label, "-")
            page.controls.amplitude.spin.setValue(3.0)
            page.compute_field()
            self.until("field", lambda: self.case.simulations)
        if not self.case.fibre_groups:
            page.fibres.capsule_button.click()
            self.until("fibres", lambda: self.case.fibre_results)
        self.window.workspace.session.showing.zoom_to(lead.target)  # type: ignore[union-attr]
        self.pause(SETTLE_S)
        self.drag_amplitude(page)
        for share, name in ((0.0, "top"), (0.5, "middle"), (1.0, "end")):
            bar = page.verticalScrollBar()
            bar.setValue(int(share * bar.maximum()))
            self.picture(f"6-stimulate-{name}")

        page.fibres.recruitment.setFocus()
        page.ensureWidgetVisible(page.fibres.numbers)
        self.picture("6-stimulate-fibres")

    def drag_amplitude(self, page) -> None:  # type: ignore[no-untyped-def]
        """What one step of the amplitude slider costs, from the new value to the repainted views."""
        request = page.controls.request()
        steps = []
        for number in range(24):
            begin, begin_cpu = time.monotonic(), time.thread_time()
            page.preview(replace(request, amplitude_ma=request.amplitude_ma + 0.05 * number))
            QApplication.processEvents()
            steps.append((time.monotonic() - begin, time.thread_time() - begin_cpu))
            self.pause(0.1)
        page.live.end()
        self.times_s["drag step, wall"], self.times_s["drag step, CPU of the window's thread"] = (
            statistics.median(column) for column in zip(*steps[4:], strict=True)
        )

    def report(self) -> None:
        page = self.page("report")
        self.picture("7-report-before")
        for chooser in page.sides.choosers.values():
            chooser.show_side("left")
        page.side_signing.buttons["confirm"].click()
        page.plan_signing.buttons["approve"].click()
        path = self.out / f"report-{self.tag}.pdf"
        path.unlink(missing_ok=True)
        page.write(path)
        self.until("report", path.exists)
        self.picture("7-report")
        self.window.undo()
        self.picture("8-after-undo")
        self.window.redo()


class SpineTour(Tour):
    """The same window on a case whose planning image is a CT of a spine (the verb ``demo spine`` makes one)."""

    def run(self, case_path: Path) -> None:
        self.window.open_path(case_path)
        self.window.signer.set_name(SIGNER)
        page = self.page("anatomy")
        if self.case.region != "spine":
            page.region.buttons["spine"].click()
            page = self.window.workspace.page
        if self.case.spine is None:
            page.outline()
            self.until("outline", lambda: self.case.spine)
        page = self.window.workspace.page
        page.table.setCurrentItem(page.table.topLevelItem(10))
        if "spinal-cord" not in self.case.structures:
            page.cord.place()
            self.until("place", lambda: "spinal-cord" in self.case.structures)
        self.picture("4-spine")
        page.verticalScrollBar().setValue(page.verticalScrollBar().maximum())
        self.picture("4-spine-below")
        if self.case.images[self.case.planning_image].modality == "CT":
            views = self.window.workspace.session.views
            views.show_in_corner("c-arm")
            self.pause(2.0)  # the fine picture follows the coarse one
            self.picture("4-c-arm")
            views.carm.square_button.click()
            views.show_layout("c-arm")
            self.pause(2.0)
            self.picture("4-c-arm-alone")
            views.show_layout("four")


TOURS = {"head": Tour, "spine": SpineTour}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--region", choices=TOURS, default="head")
    arguments.add_argument("--lang", choices=i18n.LANGUAGES, default="en")
    arguments.add_argument("--theme", choices=("dark", "light"), default="dark")
    arguments.add_argument("--case", type=Path)
    wanted = arguments.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    os.environ["NOCIPLAN_HOME"] = str(wanted.out / "home")
    set_default_format()
    app = start.make_application(["tour"])
    i18n.use_language(wanted.lang)
    texts = start.QtTexts(app)
    texts.use(wanted.lang)
    apply_theme(app, wanted.theme)
    window = MainWindow(Settings())
    window.resize(1366, 740)
    window.show()
    tour = TOURS[wanted.region](wanted.out, f"{wanted.lang}-{wanted.theme}", window)
    tour.run(wanted.case or wanted.out / "Caso Ñandú 1.noci")
    for what, seconds in tour.times_s.items():
        os.write(1, f"{what}: {seconds:.3f} s\n".encode())
    window.close()
    QApplication.processEvents()


if __name__ == "__main__":
    main()
