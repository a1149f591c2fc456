"""Help, About: what this is, what it is not, and whose work it stands on."""

from PySide6.QtWidgets import QMessageBox, QWidget

from planner import __version__
from planner.i18n import _
from planner.ui.pages.start_page import research_only_words

_STANDS_ON = (  # name, licence as its package states it
    ("Qt, PySide6", "LGPL-3.0"),
    ("VTK", "BSD-3-Clause"),
    ("SimpleITK", "Apache-2.0"),
    ("greedy", "Apache-2.0"),
    ("NumPy, SciPy", "BSD-3-Clause"),
    ("NiBabel, pydicom, pyqtgraph", "MIT"),
    ("ReportLab", "BSD-3-Clause"),
    ("DejaVu fonts", "Bitstream Vera"),
    ("Colin27, MNI152 2009a", "MNI/McGill"),
)


def about_dialog(parent: QWidget) -> QMessageBox:
    """The dialog, not yet shown."""
    words = _("Nociplan {version}").format(version=__version__)
    dialog = QMessageBox(QMessageBox.Icon.Information, _("About Nociplan"), words, parent=parent)
    stands_on = "\n".join(f"{name}: {licence}" for name, licence in _STANDS_ON)
    parts = [
        research_only_words(),
        _("It shows options with reasons and sources. It does not decide."),
        _("Licence: Apache-2.0. It stands on:"),
        stands_on,
    ]
    dialog.setInformativeText("\n\n".join(parts))
    return dialog
