"""Put the parts of an open case together."""

from planner.app.document import CaseDocument
from planner.app.jobs import Jobs
from planner.app.selection import Selection
from planner.app.settings import Settings
from planner.ui.carm_on_views import CarmOnViews
from planner.ui.errors import Errors
from planner.ui.picking import PointPicker
from planner.ui.session import Session
from planner.ui.showing import CaseOnViews
from planner.ui.skin import Skin
from planner.ui.views.four_views import LAYOUTS, FourViews
from planner.ui.widgets.signing import Signer
from planner.ui.workspace import Workspace


def open_workspace(document: CaseDocument, jobs: Jobs, settings: Settings, signer: Signer, errors: Errors) -> Workspace:
    """The workspace of one document, ready to be shown."""
    selection = Selection()
    views = FourViews(selection)
    if settings.layout in LAYOUTS:
        views.show_layout(settings.layout)
    views.layout_changed.connect(lambda key: setattr(settings, "layout", key))
    picker = PointPicker()
    showing = CaseOnViews(document, selection, views, picker)
    carm = CarmOnViews(document, selection, views.carm, errors.show)
    views.layout_changed.connect(lambda _key: carm.shown() if views.carm.isVisible() else None)
    skin = Skin(document, jobs, settings, showing, views)
    return Workspace(Session(document, jobs, selection, settings, views, picker, showing, skin, signer, errors, carm))
