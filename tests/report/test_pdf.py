import hashlib
import pickle
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from planner import i18n
from planner.report.content import ReportContent, build_content
from planner.report.pdf import render_pdf

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")


def _text_of(pdf: bytes, tmp_path) -> str:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    ran = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return ran.stdout.decode("utf-8")


@pytest.fixture
def content(plain_case, make_findings) -> ReportContent:
    return build_content(plain_case, make_findings(plain_case), "en")


def test_that_the_same_plan_gives_the_same_bytes(plain_case, make_findings):
    first = render_pdf(build_content(plain_case, make_findings(plain_case), "en"))
    again = render_pdf(build_content(plain_case, make_findings(plain_case), "en"))
    assert first == again
    assert first.startswith(b"%PDF-")


def test_that_another_process_gives_the_same_bytes(content):
    """Nothing of this process (memory addresses, hash seed, clock) is in the file."""
    words = (
        "import pickle, sys, hashlib\n"
        "from planner.report.pdf import render_pdf\n"
        "sys.stdout.write(hashlib.sha256(render_pdf(pickle.load(sys.stdin.buffer))).hexdigest())\n"
    )
    ran = subprocess.run([sys.executable, "-c", words], input=pickle.dumps(content), capture_output=True, check=True)
    assert ran.stdout.decode() == hashlib.sha256(render_pdf(content)).hexdigest()


def test_that_a_changed_plan_gives_other_bytes(content):
    assert render_pdf(content) != render_pdf(replace(content, audit_head="cd" * 32))


def test_that_the_shipped_font_is_embedded_and_no_machine_is_named(content):
    pdf = render_pdf(content)
    assert b"DejaVuSans" in pdf
    assert b"/FontFile2" in pdf
    for word in (b"/home", b"/work", b"reportlab.com", b"Helvetica"):
        assert word not in pdf
    assert set(re.findall(rb"/CreationDate \(([^)]*)\)", pdf)) <= {b"D:20000101000000+00'00'"}


@needs_pdftotext
def test_that_every_page_carries_the_warning_twice(crowded_case, make_findings, tmp_path):
    pdf = render_pdf(build_content(crowded_case, make_findings(crowded_case), "en"))
    pages = _text_of(pdf, tmp_path).rstrip("\f").split("\f")
    assert len(pages) == 3
    for n, page in enumerate(pages):
        assert page.count("Research, education and planning support only") == 2
        assert f"page {n + 1} of {len(pages)}" in page


@needs_pdftotext
def test_that_one_lead_fits_two_pages_and_pictures_stay_on_the_first(content, tmp_path):
    pages = _text_of(render_pdf(content), tmp_path).rstrip("\f").split("\f")
    assert len(pages) == 2
    assert "Picture 4" in pages[0]
    assert "RIGHT side of the patient" in pages[0]
    assert "Stimulation" in pages[1]


@needs_pdftotext
def test_that_long_spanish_names_are_printed_whole(crowded_case, make_findings, tmp_path):
    i18n.use_language("es")
    pdf = render_pdf(build_content(crowded_case, make_findings(crowded_case), "es"))
    words = " ".join(_text_of(pdf, tmp_path).split())
    for part in ("MUÑOZ-ECHEVERRÍA", "GUTIÉRREZ", "Inmaculada", "Ángeles", "comité"):
        assert part in words


@needs_pdftotext
def test_that_markup_in_a_name_is_shown_and_not_obeyed(plain_case, make_findings, tmp_path):
    odd = plain_case.with_title("<b>A & B</b> <img src='x'/>\x00")
    text = _text_of(render_pdf(build_content(odd, make_findings(odd), "en")), tmp_path)
    assert "<b>A & B</b> <img src='x'/>" in text


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6])
def test_that_any_number_of_pictures_can_be_printed(plain_case, make_findings, count):
    assert render_pdf(build_content(plain_case, make_findings(plain_case, count), "en")).startswith(b"%PDF-")


def test_that_a_very_long_list_of_doubts_goes_on_over_pages(content):
    doubts = tuple(f"Doubt number {n}: " + "check it on the images before you rely on it. " * 3 for n in range(120))
    assert render_pdf(replace(content, unverified=doubts, assumptions=doubts)).startswith(b"%PDF-")


def test_that_a_plan_without_leads_can_be_printed(plain_case, make_findings):
    empty = replace(plain_case, leads={}, programmes={}, simulations={}, approvals={})
    assert render_pdf(build_content(empty, make_findings(empty, 0), "en")).startswith(b"%PDF-")


def test_that_reportlab_is_not_loaded_before_a_report_is_written():
    words = "import sys, planner.report.pdf, planner.report.content; sys.exit('reportlab' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
