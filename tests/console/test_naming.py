"""Every rule has a name that an administrator understands."""
from dataclasses import fields

from core.console.naming import CODES, GROUPS, RULES
from core.tenancy import Rules, Tenant
from tests.conftest import NOON


def test_every_rule_and_group_has_a_name_and_no_name_is_left_over(national: Tenant) -> None:
    rules = national.rules(NOON)
    keys = {f"{group.name}.{one.name}" for group in fields(Rules) for one in fields(getattr(rules, group.name))}
    assert set(RULES) == keys
    assert set(GROUPS) == {group.name for group in fields(Rules)}


def test_choices_belong_to_rules() -> None:
    assert set(CODES) <= set(RULES)
