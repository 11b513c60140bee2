"""Who sees what in Zhejiang (R3)."""
import pytest

from core.api import DomainError
from core.tenancy import Actor, Tenant, unit_of_work
from plugins.zhejiang import parties
from plugins.zhejiang.enterprise.states import State
from tests.people import Somebody
from tests.plugins.zhejiang import scene


def acting(somebody: Somebody, organization_id: object) -> Actor:
    return Actor(somebody.account_id, None, somebody.name, somebody.roles, organization_id)  # type: ignore[arg-type]


def test_only_the_own_enterprise_and_the_chosen_institution_see_a_candidate(zhejiang: Tenant) -> None:
    own, other = scene.firm(zhejiang), scene.firm(zhejiang, "另一家建筑有限公司")
    chosen, beside = scene.school(zhejiang), scene.school(zhejiang, "示例培训机构二")
    held = scene.candidate(zhejiang, scene.batch(zhejiang, own, chosen))
    with unit_of_work(zhejiang, acting(own.clerk, own.organization_id)) as ctx:
        assert parties.enterprise_candidate(ctx, held).id == held
    with unit_of_work(zhejiang, acting(other.clerk, other.organization_id)) as ctx, pytest.raises(DomainError):
        parties.enterprise_candidate(ctx, held)
    with unit_of_work(zhejiang, acting(chosen.clerk, chosen.id)) as ctx:
        assert parties.institution_candidate(ctx, held).id == held
    with unit_of_work(zhejiang, acting(beside.clerk, beside.id)) as ctx, pytest.raises(DomainError):
        parties.institution_candidate(ctx, held)


def test_nothing_is_enrolled_before_the_approval(zhejiang: Tenant) -> None:
    """ZJ-06."""
    waiting = scene.firm(zhejiang, state=State.SUBMITTED)
    with unit_of_work(zhejiang, acting(waiting.clerk, waiting.organization_id)) as ctx, \
            pytest.raises(DomainError, match="审核通过"):
        parties.own_enterprise(ctx)
