"""Whose images are they? Pairs of identities and the verdict they get."""

import random
import unicodedata
from dataclasses import replace

import pytest

from planner.imaging.identity import age_years, apart, compare, is_same_name, is_same_person, patients_among, summary
from planner.imaging.series import Patient

ANA = Patient("NUÑEZ^Ana María", "HC-4711", "1970-02-03", "F")


@pytest.mark.parametrize(
    ("other", "verdict", "code"),
    [
        (ANA, "same", ""),
        (replace(ANA, name="nuñez^ana maría^^^"), "same", ""),
        (replace(ANA, name=unicodedata.normalize("NFD", ANA.name)), "same", ""),
        (replace(ANA, birth_date="", sex=""), "same", ""),
        (replace(ANA, patient_id=" HC-4711 "), "same", ""),
        (replace(ANA, name="NUNEZ^Ana Maria"), "ask", "identity-spelling"),
        (replace(ANA, name="NUÑEZ^Ana"), "ask", "identity-spelling"),
        (replace(ANA, patient_id="HC4711"), "ask", "identity-spelling"),
        (replace(ANA, patient_id="HC-4712"), "ask", "identity-spelling"),
        (replace(ANA, birth_date="1970-03-02"), "ask", "identity-differs"),
        (replace(ANA, sex="M"), "ask", "identity-differs"),
        (replace(ANA, patient_id="S/N"), "ask", "identity-placeholder"),
        (replace(ANA, patient_id=""), "ask", "identity-placeholder"),
        (replace(ANA, patient_id="0000"), "ask", "identity-placeholder"),
        (replace(ANA, name="ANONYMOUS"), "ask", "identity-anonymous"),
        (replace(ANA, name="", patient_id=""), "ask", "identity-anonymous"),
        (Patient("PÉREZ^Luis", "HC-0815", "1955-05-05", "M"), "refuse", "other-patient"),
        (Patient("PÉREZ^Luis", "HC-0815"), "refuse", "other-patient"),
        (Patient("PÉREZ^Luis", "HC-0815", "1970-02-03", "F"), "refuse", "other-patient"),
    ],
)
def test_that_each_pair_gets_its_verdict(other: Patient, verdict: str, code: str) -> None:
    for one, two in ((ANA, other), (other, ANA)):
        found = compare(one, two)
        assert found.verdict == verdict
        assert (found.finding.code if found.finding else "") == code
        assert not found.finding or found.finding.words()


def test_that_leading_zeros_are_asked_about() -> None:
    assert compare(replace(ANA, patient_id="00123"), replace(ANA, patient_id="123")).verdict == "ask"


def test_that_a_thousand_generated_pairs_never_merge_in_silence() -> None:
    """Different people that share at most one of number and name are never taken as the same."""
    rng = random.Random(4)
    families, given = ("NUÑEZ", "PÉREZ", "DA SILVA", "GÓMEZ"), ("Ana", "Luis", "Ñusta", "José")
    for _trial in range(1000):
        one = Patient(f"{rng.choice(families)}^{rng.choice(given)}", str(rng.randrange(10000, 99999)), _birth(rng), "F")
        other = Patient(
            f"{rng.choice(families)}^{rng.choice(given)}", str(rng.randrange(10000, 99999)), _birth(rng), "M"
        )
        other = rng.choice([other, replace(other, patient_id=one.patient_id), replace(other, name=one.name)])
        assert compare(one, other).verdict in ("ask", "refuse")
        assert not is_same_person(one, other)
        assert len(patients_among([one, other])) == 2


def test_that_the_same_person_as_scanners_write_her_is_no_false_alarm() -> None:
    rng = random.Random(5)
    forms = (ANA.name, "Nuñez^Ana María", "NUÑEZ^ANA MARÍA^^", unicodedata.normalize("NFD", ANA.name))
    alarms = 0
    for _trial in range(1000):
        other = Patient(rng.choice(forms), ANA.patient_id, rng.choice(("", ANA.birth_date)), rng.choice(("", "F")))
        alarms += compare(ANA, other).verdict != "same"
    assert alarms <= 20  # 2 %


def _birth(rng: random.Random) -> str:
    return f"{rng.randrange(1930, 2005)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 28):02d}"


def test_that_one_and_two_code_points_are_one_name() -> None:
    assert is_same_name("NU\u00d1EZ", "NUN\u0303EZ")


def test_that_names_without_an_alphabetic_form_are_told_apart() -> None:
    assert not is_same_name("=山田^太郎=やまだ^たろう", "=鈴木^花子=すずき^はなこ")
    assert is_same_name("=山田^太郎=やまだ^たろう", "=山田^太郎")


def test_that_ages_and_days_need_possible_dates() -> None:
    assert age_years("1970-02-03", "2024-02-02") == 53
    assert age_years("", "2024-02-02") is None
    assert age_years("2030-01-01", "2024-02-02") is None
    assert apart("2021-01-01", "2024-01-01") == 1095
    assert apart("2021-01-01", "") is None


def test_that_the_identity_is_read_back_in_one_line() -> None:
    assert summary(ANA) == "NUÑEZ Ana María · HC-4711 · 1970-02-03 · F"
    assert summary(Patient()) == "? · ? · ? · ?"


def test_that_two_files_that_name_nobody_are_asked_about_in_words_that_fit() -> None:
    """NIfTI says nothing of the patient."""
    answer = compare(Patient(), Patient())
    assert answer.verdict == "ask"
    assert answer.finding is not None
    assert answer.finding.code == "identity-absent"
    assert "?" not in answer.finding.words().rstrip("?")
