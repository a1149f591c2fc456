"""The numbered tasks of the window."""

from planner.i18n import _
from planner.ui.widgets.task_list import Task


def tasks() -> tuple[Task, ...]:
    """The tasks there are, in the order of the work."""
    titles = {
        "patient": _("Patient"),
        "images": _("Images"),
        "align": _("Align"),
        "anatomy": _("Anatomy"),
        "plan": _("Plan leads"),
        "stimulate": _("Stimulate"),
        "report": _("Report and export"),
    }
    return tuple(Task(key, number, title) for number, (key, title) in enumerate(titles.items(), start=1))
