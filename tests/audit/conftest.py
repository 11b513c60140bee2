"""Tenants whose rules of the audit are changed."""
from collections.abc import Callable
from dataclasses import replace

import pytest

from core.tenancy import Tenant


@pytest.fixture
def without_audit() -> Callable[[Tenant], None]:
    """`without_audit(tenant)`: the rule audit.required is off there."""

    def turn_off(tenant: Tenant) -> None:
        rule_set = tenant.file.rule_set
        rules = replace(rule_set.rules, audit=replace(rule_set.rules.audit, required=False))
        tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))

    return turn_off


@pytest.fixture
def by_hours() -> Callable[[Tenant], None]:
    """`by_hours(tenant)`: the rule audit.clears is `hours` there (C-06)."""

    def turn_on(tenant: Tenant) -> None:
        rule_set = tenant.file.rule_set
        rules = replace(rule_set.rules, audit=replace(rule_set.rules.audit, clears="hours"))
        tenant.file = replace(tenant.file, rule_set=replace(rule_set, rules=rules))

    return turn_on
