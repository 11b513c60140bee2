"""Which tenant is served, what it has set, and the context that carries both."""
from core.tenancy.actor import NOBODY, Actor, Role
from core.tenancy.context import Ctx, bound, bound_tenant, current_tenant, set_tenant, unit_of_work
from core.tenancy.rules import Rules
from core.tenancy.settings import RuleSet, build_rule_set
from core.tenancy.tenant import Directory, Tenant, UnknownTenant, open_directory

__all__ = ["NOBODY", "Actor", "Ctx", "Directory", "Role", "RuleSet", "Rules", "Tenant", "UnknownTenant", "bound",
           "bound_tenant", "build_rule_set", "current_tenant", "open_directory", "set_tenant", "unit_of_work"]
