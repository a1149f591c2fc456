"""Who the plan is for and on which images, for page 1."""

from planner.case.checks import approval_of, is_approved
from planner.case.model import Case, Image
from planner.i18n import _
from planner.report.parts import Pair, day_words, moment_words, not_known, person_name


def running_head(case: Case) -> str:
    """Name and number of the patient, for the head of every page."""
    identity = case.identity
    parts = [person_name(identity.name), identity.patient_id] if identity else []
    return " · ".join(part for part in parts if part) or _("Patient without a name")


def patient_pairs(case: Case) -> tuple[Pair, ...]:
    """Identity as the images say it, the planning image, and who confirmed the identity."""
    identity = case.identity
    sexes = {"M": _("male"), "F": _("female"), "O": _("other")}
    born = day_words(identity.birth_date) if identity else ""
    sex = sexes.get(identity.sex, "") if identity else ""
    image = case.images.get(case.planning_image)
    others = [_image_words(one) for key, one in case.images.items() if key != case.planning_image]
    return (
        Pair(_("Patient"), (person_name(identity.name) if identity else "") or not_known()),
        Pair(_("Patient number"), (identity.patient_id if identity else "") or not_known()),
        Pair(_("Born"), born or not_known()),
        Pair(_("Sex"), sex or not_known()),
        Pair(_("Planned on"), _image_words(image) if image else not_known()),
        Pair(_("Other images"), "; ".join(others) or _("none")),
        Pair(_("Identity confirmed"), _identity_words(case)),
        Pair(_("Plan signed"), _plan_words(case)),
    )


def _image_words(image: Image) -> str:
    return " · ".join(part for part in (image.name, image.modality, day_words(image.study_date)) if part)


def _identity_words(case: Case) -> str:
    approval = approval_of(case, "identity:")
    if approval is None or approval.decision != "approved":
        return _("as read from the images")
    return _("{by}, {moment}").format(by=approval.by, moment=moment_words(approval.at))


def _plan_words(case: Case) -> str:
    approval = approval_of(case, "plan:")
    if approval is None:
        return _("DRAFT: nobody has signed this plan")
    if not is_approved(case, "plan:"):
        return _("DRAFT: the plan changed after it was signed")
    return _("{by}, {moment}").format(by=approval.by, moment=moment_words(approval.at))
