import json
import math
from itertools import pairwise

import pytest

from planner import places
from planner.errors import RefusedError
from planner.library.devices import device, devices, usable_devices


def _entries() -> list[dict]:
    text = (places.resources() / "devices" / "leads.json").read_text(encoding="utf-8")
    return json.loads(text)["leads"]


def test_that_every_lead_of_the_file_is_listed_with_its_form():
    assert len(devices()) == 60
    assert {d.form for d in devices()} == {"cylindrical", "paddle"}


def test_that_contacts_of_3387_lie_where_the_manual_says():
    contacts = device("medtronic_3387").contacts
    assert [(c.label, c.low_mm, c.high_mm) for c in contacts] == [
        ("0", 1.5, 3.0),
        ("1", 4.5, 6.0),
        ("2", 7.5, 9.0),
        ("3", 10.5, 12.0),
    ]
    assert all(c.is_ring for c in contacts)


def test_that_segments_carry_the_printed_labels_and_angles():
    sensight = device("medtronic_b33005")
    assert sensight.labels == ("0", "1a", "1b", "1c", "2a", "2b", "2c", "3")
    assert [sensight.contact(label).centre_deg for label in ("1a", "1b", "1c")] == [0.0, 120.0, 240.0]
    assert sensight.contact("1b").width_deg == 90.0
    assert sensight.contact("3").is_ring


def test_that_a_tip_contact_begins_at_the_tip():
    for name in ("abbott_traditional_05", "boston_db2202"):
        lead = device(name)
        assert lead.tip_is_contact
        assert lead.contacts[0].low_mm == 0.0
    assert device("abbott_traditional_05").contacts[0].high_mm == 3.0


def test_that_gaps_between_levels_agree_with_the_stated_edge_gaps():
    for entry in _entries():
        lead = device(entry["id"])
        if not lead.contacts:
            continue
        levels = sorted({(c.low_mm, c.high_mm) for c in lead.contacts})
        gaps = [above[0] - below[1] for below, above in pairwise(levels)]
        stated = entry["edge_gap_mm"]
        stated = stated if isinstance(stated, list) else [stated] * len(gaps)
        assert gaps == pytest.approx(stated, abs=1e-9), entry["id"]


def test_that_the_number_of_contacts_agrees_with_the_file():
    for entry in _entries():
        lead = device(entry["id"])
        if lead.contacts:
            assert len(lead.contacts) == entry["contact_count"] == len(set(lead.labels)), entry["id"]


def test_that_usable_leads_are_dbs_leads_of_high_or_medium_confidence():
    usable = usable_devices()
    assert len(usable) == 21
    for lead in usable:
        assert "DBS" in lead.uses
        assert lead.confidence_grade in ("high", "medium")
        assert lead.diameter_mm > 1.0
        assert lead.insulated_tip_mm is not None
        assert lead.contacts[0].low_mm == pytest.approx(lead.insulated_tip_mm, abs=1e-9)


def test_that_a_lead_of_low_confidence_says_why_it_cannot_be_placed():
    for name in ("pins_l303", "aleva_directstim"):
        assert not device(name).is_usable
        assert "data sheet" in device(name).reason_not_usable()


def test_that_spinal_leads_and_paddles_are_listed_but_not_placed():
    assert device("medtronic_977a1").contacts
    assert "brain" in device("medtronic_977a1").reason_not_usable()
    assert device("medtronic_resume2").form == "paddle"
    assert not device("medtronic_resume2").is_usable


def test_that_doubts_about_a_usable_lead_are_said():
    assert any("turning sense" in words for words in device("abbott_directed_05").caveats())
    assert any("tip" in words for words in device("abbott_infinity4_05").caveats())
    assert any("turning sense" in words for words in device("boston_db2202").caveats())
    assert not any("turning sense" in words for words in device("medtronic_b33005").caveats())
    assert device("medtronic_3389").caveats() == ()


def test_that_ring_area_equals_the_published_contact_area_of_3389():
    # facts/stimulation.csv, area_3389: 5.98 mm2 = pi x 1.27 x 1.5
    lead = device("medtronic_3389")
    ring = lead.contacts[0]
    assert math.pi * lead.diameter_mm * (ring.high_mm - ring.low_mm) == pytest.approx(5.98, abs=0.01)


def test_that_an_unknown_lead_is_refused():
    with pytest.raises(RefusedError) as refused:
        device("no_such_lead")
    assert refused.value.code == "device-unknown"
