"""黑名单: a person barred from enrolling, tests and certificates at every institution (ZJ-14, C-21)."""
from core.blacklist.queries import Bar, bar_hint, bar_of, bar_sentence, barred, barred_people, check_not_barred

__all__ = ["Bar", "bar_hint", "bar_of", "bar_sentence", "barred", "barred_people", "check_not_barred"]
