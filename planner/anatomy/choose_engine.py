"""The engine by its name."""

from planner.anatomy.engine import EngineName, RegistrationEngine
from planner.errors import PlannerError
from planner.i18n import _


def engine(name: EngineName) -> RegistrationEngine:
    """Raises PlannerError(code="engine-missing") when this installation lacks it."""
    if name == "itk":
        from planner.anatomy.itk_engine import ItkEngine

        return ItkEngine()
    if not has_greedy():
        text = _("Greedy is not installed here. Choose the SimpleITK engine.")
        raise PlannerError(text, code="engine-missing")
    from planner.anatomy.greedy_engine import GreedyEngine

    return GreedyEngine()


def has_greedy() -> bool:
    """Whether picsl-greedy can be loaded on this machine."""
    try:
        import picsl_greedy  # noqa: F401
    except ImportError:
        return False
    return True


def second_opinion(first: EngineName) -> EngineName:
    """The other engine where there is one."""
    return "greedy" if first == "itk" and has_greedy() else "itk"
