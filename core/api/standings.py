"""For a plugin that watches over how far many people are."""
from core.console.standings import HeldStanding, StudyStanding, certificates_of_many, studies_of

__all__ = ["HeldStanding", "StudyStanding", "certificates_of_many", "studies_of"]
