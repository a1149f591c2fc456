"""Signs become shares of the current that balance."""

import pytest

from planner.case.model import Case, Lead
from planner.errors import RefusedError
from planner.library.devices import usable_devices
from planner.steps.set_programme import ProgrammeRequest, set_programme, signs_of


def _case() -> tuple[Case, tuple[str, ...]]:
    device = usable_devices()[0]
    lead = Lead("lead-1", "VPL left", "left", device.id, (-14.0, -9.0, 0.0), (-40.0, 20.0, 60.0), "image:a")
    return Case("case-1").with_lead(lead), device.labels


def _request(signs: dict[str, str], amplitude_ma: float = 2.0, width_us: float = 90.0) -> ProgrammeRequest:
    return ProgrammeRequest("lead-1", signs, amplitude_ma, width_us, 130.0)  # type: ignore[arg-type]


def test_that_cathodes_share_minus_one_and_the_case_returns_it_when_no_contact_does() -> None:
    case, labels = _case()
    programme = set_programme(case, _request({labels[0]: "-", labels[1]: "-"}))
    assert programme.shares == {labels[0]: -0.5, labels[1]: -0.5}
    assert programme.case_share == 1.0
    assert signs_of(programme) == {labels[0]: "-", labels[1]: "-"}


def test_that_a_bipolar_programme_leaves_the_case_out() -> None:
    case, labels = _case()
    programme = set_programme(case, _request({labels[0]: "-", labels[2]: "+"}))
    assert programme.case_share == 0.0
    assert sum(programme.shares.values()) == 0.0


def test_that_a_lead_keeps_its_one_programme() -> None:
    case, labels = _case()
    first = set_programme(case, _request({labels[0]: "-"}))
    second = set_programme(case.with_programme(first), _request({labels[1]: "-"}, amplitude_ma=3.0))
    assert second.id == first.id
    assert second.amplitude_ma == 3.0


@pytest.mark.parametrize(
    ("signs", "amplitude_ma", "width_us", "code"),
    [
        ({}, 2.0, 90.0, "no-contact"),
        ({"no such": "-"}, 2.0, 90.0, "contact-unknown"),
        ({"0": "-"}, 0.0, 90.0, "programme-odd"),
        ({"0": "-"}, 26.0, 90.0, "programme-odd"),
        ({"0": "-"}, 2.0, 9000.0, "programme-odd"),
    ],
)
def test_that_an_odd_programme_is_refused(
    signs: dict[str, str], amplitude_ma: float, width_us: float, code: str
) -> None:
    case, _labels = _case()
    with pytest.raises(RefusedError) as refused:
        set_programme(case, _request(signs, amplitude_ma, width_us))
    assert refused.value.code == code
