from dataclasses import replace

import pytest

from planner import i18n
from planner.case.band import BandEnd, FieldBand
from planner.case.checks import inputs_of_band, inputs_of_simulation, inputs_of_solution, stale
from planner.case.model import Simulation
from planner.report.content import build_content
from planner.report.findings import FibreFinding
from planner.report.parts import person_name
from planner.report.stimulation_content import contact_marks

RESEARCH_ONLY = "Research, education and planning support only"


def _pairs(values) -> dict[str, str]:
    return {one.label: one.value for one in values}


def test_that_page_one_says_who_and_on_which_image(plain_case, make_findings):
    content = build_content(plain_case, make_findings(plain_case), "en")
    patient = _pairs(content.patient)
    assert patient["Patient"] == "Núñez, Ana"
    assert patient["Patient number"] == "HC-0042"
    assert patient["Born"] == "04 May 1971"
    assert patient["Planned on"] == "T1 MPRAGE sag · MR · 12 Mar 2026"
    assert content.running_head == "Núñez, Ana · HC-0042"
    assert content.warning.startswith(RESEARCH_ONLY)


def test_that_the_side_is_in_capitals_with_who_read_it_back(plain_case, make_findings):
    card = build_content(plain_case, make_findings(plain_case), "en").leads[0]
    assert card.side == "RIGHT side of the patient"
    assert card.read_back == "Side read back by Dra. Núñez, 23 Nov 2026, 22:31 UTC"


def test_that_a_moved_lead_counts_as_not_read_back(plain_case, make_findings):
    moved = plain_case.with_lead(replace(plain_case.leads["l1"], target=(15.0, -9.5, 0.2)))
    card = build_content(moved, make_findings(moved), "en").leads[0]
    assert card.read_back == "The side was not read back."
    approvals = build_content(moved, make_findings(moved), "en").approvals
    assert ("Side of VPL right", "approved before a later change") in [row[:2] for row in approvals.rows]


def test_that_the_plan_table_tells_length_depth_angles_and_device_confidence(plain_case, make_findings):
    card = build_content(plain_case, make_findings(plain_case), "en").leads[0]
    found = _pairs(card.facts)
    assert found["Entry to target"] == "76.2 mm"
    assert found["Tip"] == "1.5 mm beyond the target"
    assert found["Angle to the AC-PC plane"] == "57.4° from anterior (90° = straight up)"
    assert found["Angle to the midsagittal plane"] == "15.2° towards R"
    assert found["Lead model"].startswith("Medtronic 3387")
    assert "high" in found["Lead model"]


def test_that_positions_wear_letters_and_never_signs(plain_case, make_findings):
    content = build_content(plain_case, make_findings(plain_case), "en")
    rows = content.leads[0].positions.rows
    assert rows[0] == ("Target", *["R 14.0  P 9.5  S 0.2"] * 3)
    assert [row[0] for row in rows] == ["Target", "Entry", "Tip"]
    assert [row[1] for row in content.contacts.rows] == ["Contact 0", "Contact 1", "Contact 2", "Contact 3"]


def test_that_spanish_positions_use_spanish_letters_and_commas(plain_case, make_findings):
    i18n.use_language("es")
    rows = build_content(plain_case, make_findings(plain_case), "es").leads[0].positions.rows
    assert rows[0][1] == "D 14,0  P 9,5  Sup 0,2"
    assert rows[2][1] == "D 13,6  P 10,3  Inf 1,0"


def test_that_positions_not_known_are_dashes(plain_case, make_findings):
    findings = make_findings(plain_case)
    lead = findings.leads["l1"]
    bare = tuple(replace(one, acpc=None, mni=None) for one in lead.positions)
    blank = replace(lead, positions=bare, plane_deg=None, sagittal_deg=None)
    without = replace(findings, leads={"l1": blank})
    card = build_content(replace(plain_case, acpc=None), without, "en").leads[0]
    assert card.positions.rows[0][1:3] == ("–", "–")
    assert _pairs(card.facts)["Angle to the AC-PC plane"] == "not known"


def test_that_contacts_print_their_sign(plain_case):
    marks = contact_marks(plain_case.leads["l1"], plain_case.programmes["p1"])
    assert [(mark.label, mark.sign) for mark in marks] == [("0", ""), ("1", "−"), ("2", "+"), ("3", ""), ("case", "")]
    assert [mark.words for mark in marks] == ["off", "− 100 %", "+ 100 %", "off", "off"]


def test_that_segments_share_a_level(crowded_case):
    marks = contact_marks(crowded_case.leads["l2"], crowded_case.programmes["p2"])
    levels = {mark.label: mark.level for mark in marks}
    assert levels == {"1": 0, "2A": 1, "2B": 1, "2C": 1, "3A": 2, "3B": 2, "3C": 2, "4": 3, "case": -1}


def test_that_charge_is_told_with_limit_source_and_verdict(plain_case, make_findings):
    card = build_content(plain_case, make_findings(plain_case), "en").stimulations[0]
    density, shannon = card.limits
    assert (density.value, density.limit, density.source) == ("3.0 µC/cm²", "30.0 µC/cm²", "makers' warning threshold")
    assert (shannon.value, shannon.limit, shannon.source) == ("-0.27", "1.85", "Shannon 1992")
    assert density.is_within
    assert shannon.is_within
    high = replace(plain_case.simulations["s1"], charge_density_uc_cm2=37.6, shannon_k=1.93)
    over = build_content(plain_case.with_simulation(high), make_findings(plain_case), "en").stimulations[0]
    assert [line.is_within for line in over.limits] == [False, False]
    assert all("ABOVE" in line.verdict for line in over.limits)


def test_that_a_charge_that_is_not_a_number_is_not_within_limits(plain_case, make_findings):
    odd = replace(plain_case.simulations["s1"], shannon_k=float("nan"))
    card = build_content(plain_case.with_simulation(odd), make_findings(plain_case), "en").stimulations[0]
    assert not card.limits[1].is_within


def test_that_overlaps_are_ordered_and_empty_ones_left_out(plain_case, make_findings):
    card = build_content(plain_case, make_findings(plain_case), "en").stimulations[0]
    assert card.overlaps.rows == (
        ("Ventral posterolateral nucleus", "41.3 mm³", "71 %", "0.84 V/mm"),
        ("PLIC", "4.4 mm³", "8 %", "0.23 V/mm"),
    )


def test_that_a_lead_without_stimulation_and_a_programme_without_result_say_so(crowded_case, make_findings):
    bare = replace(crowded_case, programmes={k: v for k, v in crowded_case.programmes.items() if k == "p2"})
    first, second = build_content(bare, make_findings(bare), "en").stimulations
    assert "No stimulation" in first.notice
    assert "not computed" in second.notice
    assert second.results == ()


def test_that_what_is_not_verified_is_listed(crowded_case, make_findings):
    content = build_content(crowded_case, make_findings(crowded_case), "en")
    doubts = "\n".join(content.unverified)
    assert "Nobody has confirmed them on the images" in doubts
    assert "turning sense" in doubts


def test_that_assumptions_are_sentences_said_once(plain_case, make_findings):
    found = build_content(plain_case, make_findings(plain_case), "en").assumptions
    assert found[0] == "Tissue conducts the same in every direction."
    assert "Tissue: the same everywhere, 0.2 S/m." in found
    assert "An activated volume is an estimate, not a measurement of effect." in found
    assert len(found) == len(set(found))


def test_that_an_assumption_of_one_lead_only_names_the_lead(crowded_case, make_findings):
    other = replace(crowded_case.solutions["f1"], id="f2", lead_id="l2")
    thick = replace(other, conductor={**other.conductor, "capsule_mm": "0.5"})
    case = crowded_case.with_solution(thick)
    found = build_content(case, make_findings(case), "en").assumptions
    assert "VPL right: Encapsulation around the lead: 0.2 mm, 0.1 S/m." in found
    assert any(line.endswith("0.5 mm, 0.1 S/m.") and line.startswith("Electrodo") for line in found)
    assert "Contacts that are off are metal and float." in found


def test_that_a_draft_is_called_a_draft(plain_case, make_findings):
    patient = _pairs(build_content(plain_case, make_findings(plain_case), "en").patient)
    assert patient["Plan signed"] == "DRAFT: nobody has signed this plan"


def test_that_a_dicom_name_is_printed_for_people():
    assert person_name("NUÑEZ^ANA^MARÍA") == "NUÑEZ, ANA MARÍA"
    assert person_name("Ana Núñez") == "Ana Núñez"


def test_that_a_path_through_a_sulcus_is_not_told_as_a_distance(plain_case, make_findings):
    rows = build_content(plain_case, make_findings(plain_case), "en").clearances.rows
    assert ("VPL right", "sulcal CSF", "passes through", "51.0 above", "2.2") in rows
    assert ("VPL right", "midline", "12.1", "1.5 below", "none") in rows


def test_that_alignments_tell_figures_and_who_decided(plain_case, make_findings):
    row = build_content(plain_case, make_findings(plain_case), "en").alignments.rows[0]
    assert row[0] == "T1 MPRAGE sag → MNI152 2009a"
    assert row[2] == "similarity in the brain 0.87; second start differs by 0.41 mm"
    assert row[3] == "approved by Dra. Núñez, 23 Nov 2026, 22:10 UTC"


@pytest.mark.parametrize("language", ["en", "es"])
def test_that_no_text_calls_a_plan_indicated_or_best(crowded_case, make_findings, language):
    i18n.use_language(language)
    everything = repr(build_content(crowded_case, make_findings(crowded_case, 0), language)).lower()
    for word in ("indicated", "best", "will respond", "indicado", "mejor opción"):
        assert word not in everything


def test_that_fibres_are_told_with_what_they_rest_on_and_none_without_them(plain_case, make_findings):
    plain = build_content(plain_case, make_findings(plain_case), "en")
    assert plain.fibres.rows == ()
    assert plain.fibre_notes == ()
    finding = FibreFinding(
        "Internal capsule, right", "VPL right", "MRG myelinated", 5.7, 3.0, 210, 4, 2.8, float("inf"), 1,
        {"fibre-in-lead": 40}, 1.4, 320.0, "An estimate, unverified.", ("Cable model: MRG.",),
    )  # fmt: skip
    findings = replace(make_findings(plain_case), fibres=(finding,), fibres_out_of_date=("Tract",))
    content = build_content(plain_case, findings, "en")
    (row,) = content.fibres.rows
    assert row == (
        "VPL right · Internal capsule, right", "MRG myelinated, 5.7 µm", "4 of 210 at 3.0 mA", "2.80 mA",
        "more than 25.5 mA",
    )  # fmt: skip
    notes = " ".join(content.fibre_notes)
    for words in ("estimate, unverified", "at an end of the line", "40 fibres were set aside", "chronaxie 320 µs",
                  "Cable model: MRG.", "left out: Tract"):  # fmt: skip
        assert words in notes


def _run(factor: float, simulation: Simulation, s_per_m: str) -> BandEnd:
    overlaps = {key: value * factor for key, value in simulation.overlaps_mm3.items()}
    return BandEnd(
        simulation.volume_mm3 * factor,
        simulation.impedance_ohm * factor,
        simulation.max_field_v_per_mm * factor,
        overlaps,
        {"outside_s_per_m": s_per_m},
    )


def test_that_a_band_stands_in_brackets_and_one_that_is_out_of_date_is_left_out(plain_case, make_findings):
    case = replace(plain_case, structures={}, segmentations={})
    solution = next(iter(case.solutions.values()))
    fresh = replace(solution, inputs_hash=inputs_of_solution(case, solution.lead_id, solution.conductor))
    case = case.with_solution(fresh)
    old = next(iter(case.simulations.values()))
    inputs = inputs_of_simulation(case, old.programme_id, old.assumptions)
    simulation = replace(old, inputs_hash=inputs, overlaps_mm3={"VPL-right": 10.0, "VPM-right": 0.0})
    case = case.with_simulation(simulation)
    low, high = _run(1.5, simulation, "0.14"), _run(0.5, simulation, "0.33")
    low = replace(low, overlaps_mm3={**low.overlaps_mm3, "VPM-right": 3.0})
    hashed = inputs_of_band(case, simulation.programme_id, low, high)
    usual = _run(1.0, simulation, "0.2")
    band = FieldBand("b1", simulation.programme_id, hashed, simulation.threshold_v_per_mm, low, usual, high)
    kept = case.with_band(band)
    assert "band:b1" not in stale(kept)
    card = build_content(kept, make_findings(kept), "en").stimulations[0]
    shown = _pairs(card.results)
    volume = simulation.volume_mm3
    assert shown["Activated volume"] == f"{volume:.1f} ({0.5 * volume:.1f} to {1.5 * volume:.1f}) mm³"
    assert "published spans" in card.band_note
    assert [row[1] for row in card.overlaps.rows] == ["10.0 (5.0 to 15.0) mm³", "0.0 (0.0 to 3.0) mm³"]

    louder = replace(kept.programmes[simulation.programme_id], amplitude_ma=4.4)
    card = build_content(kept.with_programme(louder), make_findings(kept), "en").stimulations[0]
    assert "(" not in _pairs(card.results)["Activated volume"]
    assert "left out" in card.band_note
