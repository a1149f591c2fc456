"""Laws of any programme: currents sum to zero with the case, fields add up, voltages and currents agree."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.field import Drive, UnitSolutions
from planner.geometry import Points

LABELS = ("C1", "C2", "C3", "C4")
PLACES = Points.of([(12.0, -4.0, 5.0), (11.0, -3.0, 6.0), (10.0, -5.0, 1.0)], "world")
milliamperes = st.floats(-10.0, 10.0).map(lambda value: round(value, 6))
currents = st.dictionaries(st.sampled_from(LABELS), milliamperes, min_size=1).filter(
    lambda found: max(abs(value) for value in found.values()) > 0.01
)
volts = st.dictionaries(st.sampled_from(LABELS), st.floats(-8.0, 8.0).map(lambda value: round(value, 3)), min_size=1)
FEW = settings(max_examples=40, deadline=None)


@given(currents)
@FEW
def test_that_contacts_and_case_sum_to_zero(coarse_units: UnitSolutions, wanted: dict[str, float]) -> None:
    field = coarse_units.driven(Drive(wanted))
    leaving = dict(zip(coarse_units.labels, field.currents_ma, strict=True))
    assert all(abs(leaving[label] - wanted.get(label, 0.0)) < 1e-6 for label in LABELS)
    to_case = coarse_units.conductance_ms.sum(axis=0) @ field.contact_volts
    assert abs(to_case - sum(wanted.values())) < 1e-6


@given(currents)
@FEW
def test_that_a_programme_without_the_case_balances_itself(
    coarse_units: UnitSolutions, wanted: dict[str, float]
) -> None:
    rest = next((label for label in LABELS if label not in wanted), LABELS[0])
    balanced = {**wanted, rest: 0.0}
    balanced[rest] = -sum(balanced.values())
    field = coarse_units.driven(Drive(balanced, is_case_on=False))
    assert abs(field.currents_ma.sum()) < 1e-5


@given(currents, st.floats(0.1, 5.0))
@FEW
def test_that_any_programme_grows_with_its_current(
    coarse_units: UnitSolutions, wanted: dict[str, float], factor: float
) -> None:
    one = coarse_units.driven(Drive(wanted))
    more = coarse_units.driven(Drive({label: factor * value for label, value in wanted.items()}))
    first, second = one.at(PLACES).field_v_mm, more.at(PLACES).field_v_mm
    # Potentials are kept in single precision, and the field is their difference over cells.
    assert np.allclose(second, factor * first, rtol=1e-4, atol=1e-4 * factor * np.abs(first).max())


@given(currents, currents)
@FEW
def test_that_any_two_programmes_add_up(
    coarse_units: UnitSolutions, first: dict[str, float], second: dict[str, float]
) -> None:
    both = {label: first.get(label, 0.0) + second.get(label, 0.0) for label in LABELS}
    parts = [coarse_units.driven(Drive(one)).at(PLACES).volts for one in (first, second)]
    together = coarse_units.driven(Drive(both)).at(PLACES).volts
    assert np.allclose(together, parts[0] + parts[1], atol=1e-4 * max(np.abs(part).max() for part in parts))


@given(volts)
@FEW
def test_that_voltages_and_the_currents_they_give_are_one_programme(
    coarse_units: UnitSolutions, held: dict[str, float]
) -> None:
    by_volts = coarse_units.driven(Drive(volts=held))
    by_currents = coarse_units.driven(Drive(dict(zip(LABELS, by_volts.currents_ma.tolist(), strict=True))))
    assert np.allclose(by_volts.contact_volts, by_currents.contact_volts, atol=1e-6)
    assert all(abs(dict(zip(LABELS, by_volts.contact_volts, strict=True))[one] - held[one]) < 1e-9 for one in held)


@given(currents, currents)
@FEW
def test_that_what_one_programme_does_to_another_is_mutual(
    coarse_units: UnitSolutions, first: dict[str, float], second: dict[str, float]
) -> None:
    one, other = coarse_units.driven(Drive(first)), coarse_units.driven(Drive(second))
    power = one.currents_ma @ other.contact_volts, other.currents_ma @ one.contact_volts
    assert abs(power[0] - power[1]) < 1e-4 * np.sqrt(
        (one.currents_ma @ one.contact_volts) * (other.currents_ma @ other.contact_volts)
    )
