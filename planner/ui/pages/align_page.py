"""Task 3: run an alignment, look at it in three planes, approve, redo or reject it by name."""

from PySide6.QtWidgets import QComboBox, QFormLayout, QVBoxLayout

from planner.anatomy.engine import ENGINES, EngineName
from planner.anatomy.quality import alarm_words, alarms
from planner.app.jobs import Job
from planner.case import checks
from planner.case.commands import Command
from planner.case.facts import transform_of
from planner.case.model import Alignment, Case, Decision
from planner.geometry import Affine, Volume, Warp
from planner.i18n import _
from planner.library.atlases import template
from planner.progress import Progress
from planner.scene.slices import EdgeLayer, Layer, SliceLayer
from planner.steps import approve
from planner.steps.align import align
from planner.steps.align_spine import align_spine
from planner.ui.pages.align_landmarks import LandmarkDialog
from planner.ui.pages.align_overlay import OverlayChooser
from planner.ui.pages.align_pairs import Pair, PairList, alignment_of, pairs
from planner.ui.pages.align_words import engine_words, figure_rows
from planner.ui.pages.page import Page
from planner.ui.session import Session
from planner.ui.theme import TARGET_PX
from planner.ui.widgets.labels import FactTable, Note
from planner.ui.widgets.signing import SigningRow
from planner.ui.words import shown_time

ATLAS_WINDOW = (0.0, 240.0)
"""The template's T1 is kept as 0 to 255; 1 % of the brain is brighter than 232."""
CHECKER_MM = 20.0
"""Squares of the checkerboard: a gyrus and its neighbour fit in."""


class AlignPage(Page):
    """A proposal is looked at before it counts; who decided what is remembered."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, _("Align"), _("Lay the images over one another, then judge by eye."))
        self._job: Job | None = None
        self.pairs = PairList()
        self.pairs.chosen.connect(lambda _key: self._show_pair())
        self.nothing = Note(_("There are no images yet. Add them in task 2."))
        self.section(_("What to align"), self.nothing, self.pairs)
        self.engine = QComboBox()
        self.engine.setAccessibleName(_("&Engine").replace("&", ""))
        self.engine.setMinimumHeight(TARGET_PX + 2)
        for one in ENGINES:
            self.engine.addItem(engine_words(one), one)
        form = QFormLayout()
        form.addRow(_("&Engine"), self.engine)
        self.run_button = self.button(_("Align"), self.run, "run", is_primary=True)
        self.cancel_button = self.button(_("Cancel"), self._cancel, "close")
        self.cancel_button.setVisible(False)
        self.landmark_button = self.button(_("By landmarks…"), self._open_landmarks, "target")
        self.section(_("Run"), form, self.run_button, self.cancel_button, self.landmark_button)
        self.alarms = QVBoxLayout()
        self.figures = FactTable()
        self.made_by = Note()
        self.quality_section = self.section(_("Figures"), self.made_by, self.alarms, self.figures)
        self.overlay = OverlayChooser()
        self.overlay.changed.connect(self._show_overlay)
        self.decided = Note()
        self.signing = SigningRow(
            session.signer,
            {"approved": (_("Approve"), "approve"), "redo": (_("Redo"), "redo"), "rejected": (_("Reject"), "reject")},
        )
        self.signing.signed.connect(lambda word, name: session.settle(lambda _accepted: self._decide(word, name)))
        self.judge_section = self.section(_("Judge it in all three planes"), self.overlay, self.decided, self.signing)
        self._landmarks: LandmarkDialog | None = None
        self.finish()

    # -- following --------------------------------------------------------------------------------------------------

    def follow(self, _before: Case | None, case: Case) -> None:
        self.pairs.show_case(case)
        self.nothing.setVisible(not case.images)
        self.pairs.setVisible(bool(case.images))
        self._show_pair()

    def _pair(self) -> Pair | None:
        return next((one for one in pairs(self.case) if one.key == self.pairs.current_key), None)

    def _alignment(self) -> Alignment | None:
        pair = self._pair()
        return alignment_of(self.case, pair) if pair else None

    def _show_pair(self) -> None:
        pair, alignment = self._pair(), self._alignment()
        self.run_button.setEnabled(pair is not None and self._job is None)
        self.run_button.setText(_("Align") if alignment is None else _("Align again"))
        self.landmark_button.setVisible(pair is not None and not pair.is_atlas)
        self.quality_section.setVisible(alignment is not None)
        self.judge_section.setVisible(alignment is not None)
        is_stale = alignment is not None and f"alignment:{alignment.id}" in checks.stale(self.case)
        self.say_stale(_("This alignment is out of date: an image was replaced. Align again.") if is_stale else "")
        if alignment is not None:
            self._show_figures(alignment)
            self._show_decision(alignment)
        self._show_overlay()

    def _show_figures(self, alignment: Alignment) -> None:
        while self.alarms.count():
            item = self.alarms.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        for code in alarms(alignment.quality):
            self.alarms.addWidget(Note(alarm_words(code), "bad"))
        self.figures.show_rows(figure_rows(alignment))
        kinds = {"rigid": _("rigid"), "affine": _("affine"), "deformable": _("deformable"), "landmarks": _("rigid")}
        text = _("{kind}, made with {engine}").format(kind=kinds[alignment.kind], engine=engine_words(alignment.engine))
        self.made_by.say(text)

    def _show_decision(self, alignment: Alignment) -> None:
        self.signing.buttons["approved"].setEnabled(alignment.decision != "approved")
        self.signing.buttons["rejected"].setEnabled(alignment.decision != "rejected")
        when = shown_time(alignment.decided_at)
        if alignment.decision == "approved":
            self.decided.say(_("Approved by {name}, {time}.").format(name=alignment.decided_by, time=when), "good")
        elif alignment.decision == "rejected":
            self.decided.say(_("Rejected by {name}, {time}.").format(name=alignment.decided_by, time=when), "bad")
        else:
            self.decided.say(_("Compare ventricles, brain surface and midline. Then sign."), "warn")

    # -- looking ----------------------------------------------------------------------------------------------------

    def entered(self) -> None:
        self._show_overlay()

    def left(self) -> None:
        self.session.showing.show_overlay(None)

    def _show_overlay(self) -> None:
        if not self.isVisible() and self.session.views.isVisible():
            return
        pair, alignment = self._pair(), self._alignment()
        planning = self.case.images.get(self.case.planning_image)
        if pair is None or alignment is None or planning is None or alignment.decision == "rejected":
            self.session.showing.show_overlay(None)
            return
        base = SliceLayer(self.session.showing.volume(planning), planning.window, name=planning.name)
        over = self._over(pair, alignment)
        self.session.showing.show_overlay((base, over) if over is not None else (base,))

    def _over(self, pair: Pair, alignment: Alignment) -> Layer | None:
        """The other image or the atlas, in the chosen way of looking."""
        if self.overlay.mode == "off":
            return None
        transform = transform_of(alignment, self.session.document.store)
        to_other: Affine | Warp = transform
        if transform.source != self.case.planning_space:
            to_other = transform.inverse()
        volume, window, name = self._other(pair)
        if self.overlay.mode == "edges":
            return EdgeLayer(volume, window, to_other, name=name)
        if self.overlay.mode == "checker":
            return SliceLayer(volume, window, to_other, name=name, checker_mm=CHECKER_MM)
        return SliceLayer(volume, window, to_other, opacity=self.overlay.opacity, name=name)

    def _other(self, pair: Pair) -> tuple[Volume, tuple[float, float], str]:
        if pair.is_atlas:
            return template().t1, ATLAS_WINDOW, _("MNI152 atlas")
        image = self.case.images[pair.moving_id]
        return self.session.showing.volume(image), image.window, image.name

    # -- what the person does ---------------------------------------------------------------------------------------

    def run(self) -> None:
        """A job; the proposal goes into the case that is current when it ends."""
        pair = self._pair()
        if pair is None or self._job is not None:
            return
        case, store = self.case, self.session.document.store
        engine: EngineName = "itk" if self.engine.currentData() == "itk" else "greedy"

        def work(progress: Progress) -> Alignment:
            if case.region == "spine":  # never one rigid spine
                return align_spine(case, store, pair.moving_id, progress)
            return align(case, store, pair.moving_id, pair.target, engine, progress)

        def done(alignment: Alignment) -> None:
            if pair.moving_id in self.case.images:
                self.session.do(Command("align", pair.title), self.case.with_alignment(alignment))

        self._job = self.session.run(_("Align {pair}").format(pair=pair.title), work, done)
        self.session.jobs.ended.connect(self._job_ended)
        self._show_running()

    def _job_ended(self, job: Job) -> None:
        if job is self._job:
            self._job = None
            self.session.jobs.ended.disconnect(self._job_ended)
            self._show_running()

    def _show_running(self) -> None:
        is_running = self._job is not None
        self.run_button.setEnabled(not is_running and self._pair() is not None)
        self.cancel_button.setVisible(is_running)

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.cancel()

    def _decide(self, word: str, name: str) -> None:
        """Approve, reject, or reject and run again."""
        alignment, pair = self._alignment(), self._pair()
        if alignment is None or pair is None:
            return
        decision: Decision = "approved" if word == "approved" else "rejected"
        decided = approve.decide_alignment(self.case, alignment.id, decision, name)
        kind = "approve-alignment" if decision == "approved" else "reject-alignment"
        if self.session.do(Command(kind, pair.title), self.case.with_alignment(decided), name) and word == "redo":
            self.run()

    def _open_landmarks(self) -> None:
        pair = self._pair()
        if pair is not None and not pair.is_atlas:
            self._landmarks = LandmarkDialog(self.session, pair, self)
            self._landmarks.finished.connect(lambda _result: self._forget_landmarks())
            self._landmarks.show()

    def _forget_landmarks(self) -> None:
        if self._landmarks is not None:
            self._landmarks.deleteLater()
            self._landmarks = None

    def closed(self) -> None:
        if self._landmarks is not None:
            self._landmarks.close()
