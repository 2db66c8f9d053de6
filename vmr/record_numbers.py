"""The numbers of keeping records, each a setting, with its unit in the name."""

from dataclasses import dataclass

from vmr.policies import PolicyName


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNumbers:
    """Seconds where the name ends in `_s`, days in `_days`."""

    checkpoint_s: float = 900.0
    """The records of an establishment are signed so often, and at the end of each meeting."""
    retention_legal_days: int = 730
    retention_social_days: int = 365
    retention_compassionate_days: int = 365
    retention_hearing_days: int = 730
    """Personal values of a meeting are kept for so long after its end."""
    retention_staff_days: int = 2190
    """Names in the establishment's own record: who changed what, and who looked at a record."""

    def days(self) -> dict[PolicyName, int]:
        """How long each policy keeps the personal values of its meetings."""
        return {
            PolicyName.LEGAL: self.retention_legal_days,
            PolicyName.SOCIAL: self.retention_social_days,
            PolicyName.COMPASSIONATE: self.retention_compassionate_days,
            PolicyName.HEARING: self.retention_hearing_days,
        }
