"""The programmes of a description: currents and voltages at contacts and the case."""

from dataclasses import dataclass

from planner.field import Drive
from planner.i18n import _
from planner.steps.described.keys import Keys, number, refused

CASE = "case"
BALANCE_MA = 1e-6


@dataclass(frozen=True, slots=True)
class DescribedProgramme:
    """``name`` for the answer; ``drive`` as the solver takes it."""

    name: str
    drive: Drive

    @property
    def contacts(self) -> tuple[str, ...]:
        """Those that are held at a current or a voltage."""
        return (*self.drive.currents_ma, *self.drive.volts)


def programmes_of(keys: Keys, labels: tuple[str, ...], is_grounded: bool) -> tuple[DescribedProgramme, ...]:
    """``programmes``, or none. Raises RefusedError(code="field-input")."""
    found = tuple(_programme(one, place, labels, is_grounded) for place, one in enumerate(_listed(keys)))
    if len({one.name for one in found}) != len(found):
        raise refused(keys.path("programmes"), _("two programmes have the same name."))
    return found


def _listed(keys: Keys) -> list[Keys]:
    return list(keys.many("programmes", is_optional=True))


def _programme(keys: Keys, place: int, labels: tuple[str, ...], is_grounded: bool) -> DescribedProgramme:
    name = keys.text("name", str(place + 1))
    currents, volts = (_by_contact(keys.inner(key, is_optional=True)) for key in ("current_ma", "voltage_v"))
    case_word = keys.choice("case", ("on", "off"), "on" if is_grounded else "off")
    keys.finish()
    if case_word == "on" and not is_grounded:
        raise refused(keys.path("case"), _("without a ground the case cannot carry current."))
    _check_case(keys, currents, volts, case_word)
    for label in (*currents, *volts):
        if label not in labels:
            known = ", ".join(labels)
            text = _("there is no contact {label}; the lead has {known}.").format(label=label[:40], known=known)
            raise refused(keys.where, text)
    if not volts and not any(currents.values()):
        raise refused(keys.where, _("no contact carries a current or is held at a voltage."))
    return DescribedProgramme(name, Drive(currents, volts, is_case_on=case_word == "on"))


def _by_contact(keys: Keys) -> dict[str, float]:
    found = {label: number(keys.value(label), keys.path(label)) for label in keys.names()}
    keys.finish()
    return found


def _check_case(keys: Keys, currents: dict[str, float], volts: dict[str, float], case_word: str) -> None:
    """A current stated for the case is checked and left out: the case carries what the contacts leave over."""
    if CASE in volts:
        raise refused(keys.path("voltage_v.case"), _("the case is at 0 V; give the contacts' voltages."))
    stated = currents.pop(CASE, None)
    if stated is None:
        return
    if volts:
        raise refused(keys.path("current_ma.case"), _("with voltages the case's current follows from them."))
    if case_word == "off" and stated != 0.0:
        raise refused(keys.path("current_ma.case"), _("the case is off."))
    if abs(sum(currents.values()) + stated) > BALANCE_MA:
        raise refused(keys.path("current_ma"), _("the currents of the contacts and the case must add up to zero."))
