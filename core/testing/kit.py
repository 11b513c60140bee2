"""The conformance kit as a whole: every check of one tenant, and the shipped tenants beside it."""
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from alembic.util import CommandError

from core.base.config import ConfigError
from core.extension import PluginError
from core.tenancy import Tenant, UnknownTenant
from core.testing.cast import Holding
from core.testing.contract import check_hooks, check_state
from core.testing.findings import Finding, Looking, Report, Result, failed
from core.testing.moves import check_migrations
from core.testing.pages import check_pages, check_templates
from core.testing.scenarios import Seen, holding_of, walk
from core.testing.scratch import Scratch, Source, scratch
from core.testing.texts import check_texts

OPENING, SCENARIOS, BESIDE = ("opening", "设置与插件"), ("scenarios", "办理全程"), ("beside", "与其他租户并存")
CHECKS = ("opening", "hooks", "state", "texts", "templates", "pages", "migrations", "scenarios", "beside")
"""The keys of all checks, in the order in which they are done."""


@dataclass(frozen=True)
class Kit:
    """What is checked: a tenant of a source, with the certificate that its scenarios use."""

    slug: str
    source: Source = field(default_factory=Source)
    holding: Holding | None = None

    def run(self, only: Sequence[str] = CHECKS) -> Report:
        """The wanted checks. A tenant that cannot be opened gets that one finding and no more."""
        with tempfile.TemporaryDirectory(prefix="jianxue-blank-") as blanks:
            try:
                with scratch(self.source, [self.slug], Path(blanks)) as here:
                    tenant = here.tenant(self.slug)
                    results = [check(self, here, tenant) for key, check in _CHECKS.items() if key in only]
            except (ConfigError, PluginError, UnknownTenant, CommandError) as error:
                return Report(self.slug, (_not_opened(error),))
            if "beside" in only:
                results.append(self._beside(Path(blanks)))
        return Report(self.slug, tuple(results))

    def holding_at(self, here: Scratch, slug: str) -> Holding:
        """The certificate of the scenarios: the given one at the tenant that is checked, else its demonstration's."""
        return self.holding if self.holding and slug == self.slug else holding_of(here, here.tenant(slug))

    def _beside(self, blanks: Path) -> Result:
        """X-01 … X-29: every other tenant goes its way as it does without this one, and none notices the other."""
        looking = Looking(*BESIDE)
        others = [slug for slug in self.source.slugs() if slug != self.slug]
        with scratch(self.source, others, blanks) as here:
            alone = {slug: walk(here, slug, self.holding_at(here, slug)) for slug in others}
        with scratch(self.source, blanks=blanks) as here:
            walk(here, self.slug, self.holding_at(here, self.slug))
            for slug in others:
                looking.at(len(alone[slug]))
                _compare(looking, slug, alone[slug], walk(here, slug, self.holding_at(here, slug)))
        return looking.result()


def _not_opened(error: Exception) -> Result:
    return failed(*OPENING, [Finding("设置", str(error), "见左；改正后再检查")])


def _opening(kit: Kit, _here: Scratch, tenant: Tenant) -> Result:
    """That it was opened says most; what is left is whether it can stand among the others."""
    looking = Looking(*OPENING)
    looking.at(1 + len(tenant.file.plugins))
    try:
        with scratch(kit.source):
            pass
    except (ConfigError, PluginError) as error:
        looking.wrong("与其他租户一起打开", str(error), "见左；改正后再检查")
    return looking.result()


def _scenarios(kit: Kit, here: Scratch, tenant: Tenant) -> Result:
    looking = Looking(*SCENARIOS)
    for seen in walk(here, tenant.slug, kit.holding_at(here, tenant.slug)):
        looking.at()
        if not seen.right:
            looking.wrong(f"{seen.row} {seen.what}", seen.seen, seen.declared)
    return looking.result()


def _compare(looking: Looking, slug: str, alone: Sequence[Seen], beside: Sequence[Seen]) -> None:
    for before, after in zip(alone, beside, strict=False):
        if before != after:
            looking.wrong(f"{slug}：{before.row} {before.what}", f"并存时为“{after.seen}”（{after.what}）",
                          f"单独时的“{before.seen}”")
            return
    if len(alone) != len(beside):
        looking.wrong(slug, f"并存时走了 {len(beside)} 步", f"单独时的 {len(alone)} 步")


_CHECKS: dict[str, Callable[[Kit, Scratch, Tenant], Result]] = {
    "opening": _opening,
    "hooks": lambda kit, here, tenant: check_hooks(here, tenant, kit.holding_at(here, tenant.slug)),
    "state": lambda kit, here, tenant: check_state(tenant),
    "texts": lambda kit, here, tenant: check_texts(tenant),
    "templates": lambda kit, here, tenant: check_templates(tenant),
    "pages": lambda kit, here, tenant: check_pages(here, tenant, kit.holding_at(here, tenant.slug)),
    "migrations": lambda kit, here, tenant: check_migrations(here, tenant),
    "scenarios": _scenarios,
}
