"""What a person did, as a stable word plus a detail; the words for the undo list are made when they are shown."""

from dataclasses import dataclass

from planner.i18n import _


@dataclass(frozen=True, slots=True)
class Command:
    """``kind`` is one of the words below; ``detail`` names the thing (a lead's name, an image's name)."""

    kind: str
    detail: str = ""

    def words(self) -> str:
        """For the undo list and the audit trail, in the user's language."""
        texts = {
            "new-case": _("New case"),
            "set-title": _("Name the case"),
            "confirm-identity": _("Confirm identity"),
            "import-image": _("Import image {detail}"),
            "remove-image": _("Remove image {detail}"),
            "choose-planning-image": _("Plan on image {detail}"),
            "align": _("Align {detail}"),
            "approve-alignment": _("Approve alignment {detail}"),
            "reject-alignment": _("Reject alignment {detail}"),
            "find-anatomy": _("Find anatomy"),
            "set-acpc": _("Set AC and PC"),
            "choose-region": _("Choose head or spine"),
            "outline-spine": _("Outline the spine"),
            "name-levels": _("Name the vertebrae: {detail}"),
            "set-conus": _("Set the conus"),
            "set-posture": _("Choose the posture"),
            "confirm-levels": _("Confirm the numbering of the vertebrae"),
            "place-spine-atlas": _("Place the spine atlas"),
            "add-lead": _("Add lead {detail}"),
            "move-lead": _("Move lead {detail}"),
            "change-lead": _("Change lead {detail}"),
            "lock-lead": _("Lock lead {detail}"),
            "unlock-lead": _("Unlock lead {detail}"),
            "remove-lead": _("Remove lead {detail}"),
            "set-programme": _("Change stimulation of {detail}"),
            "solve-field": _("Compute field of {detail}"),
            "solve-band": _("Compute the band of {detail}"),
            "simulate": _("Compute activation of {detail}"),
            "add-fibres": _("Add fibres {detail}"),
            "change-fibres": _("Change fibres {detail}"),
            "remove-fibres": _("Remove fibres {detail}"),
            "activate-fibres": _("Compute what the fibres do: {detail}"),
            "confirm-side": _("Confirm side of {detail}"),
            "approve-plan": _("Approve plan"),
            "write-report": _("Write report"),
            "recover-case": _("Restore the case after damage"),
            "migrate-case": _("Bring the case to format {detail}"),
        }
        return texts[self.kind].format(detail=self.detail)
