"""Open the window quickly; the heavy libraries follow in a thread once it is shown."""

import logging
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from planner import __version__, i18n
from planner.app.log import start_log
from planner.app.settings import Settings
from planner.app.warming import WarmUp
from planner.ui.gl_format import set_default_format
from planner.ui.main_window import MainWindow
from planner.ui.theme import apply_theme, load_fonts

log = logging.getLogger(__name__)


def run_window(paths: list[str]) -> int:
    """Open the window, with the case folder ``paths[0]`` if there is one. Returns the exit code."""
    set_default_format()
    app = make_application(sys.argv[:1])
    start_log()
    settings = Settings()
    i18n.use_language(i18n.system_language() if settings.language == "system" else settings.language)
    translator = QtTexts(app)
    translator.use(i18n.language())
    apply_theme(app, settings.theme)
    QGuiApplication.styleHints().colorSchemeChanged.connect(lambda _scheme: apply_theme(app, settings.theme))
    window = MainWindow(settings)
    window.language_changed.connect(translator.use)
    window.bugs.install()
    window.show()
    warming = WarmUp()
    warming.is_long.connect(window.say_warming)
    QTimer.singleShot(0, warming.start)
    if paths:
        QTimer.singleShot(0, lambda: window.open_path(Path(paths[0])))
    code = app.exec()
    warming.shut()
    return code


def make_application(arguments: list[str]) -> QApplication:
    app = QApplication(arguments)
    app.setApplicationName("Nociplan")
    app.setApplicationVersion(__version__)
    load_fonts()
    return app


class QtTexts:
    """The texts of Qt's own dialogs in the language of the window."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._translator: QTranslator | None = None

    def use(self, language: str) -> None:
        """Qt's "es_419" writes a decimal point; Colombia, like most of the region, the comma that our texts have."""
        if self._translator is not None:
            self._app.removeTranslator(self._translator)
            self._translator = None
        QLocale.setDefault(QLocale("es_CO" if language == "es" else "en_US"))
        if language == "en":
            return
        translator = QTranslator(self._app)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load(f"qtbase_{language}", folder):
            self._app.installTranslator(translator)
            self._translator = translator
        else:
            log.warning("Qt has no texts in %s here", language)
