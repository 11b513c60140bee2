"""Every hook that a plugin implements, called with sample values: the kind of its answer, its types, its sentences."""
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from core.base.errors import Problem
from core.contract.hooks import Hooks
from core.extension.asking import FAILURES
from core.extension.parts import package_of
from core.extension.scanning import source_problems
from core.tenancy import Ctx, Tenant
from core.testing.cast import Holding, facts_for_hooks
from core.testing.findings import Looking, Result
from core.testing.samples import calls_of, fits, spoken
from core.testing.scratch import Scratch

SLOWEST_SECONDS = 0.5
"""A page waits for all hooks of all plugins; one that needs longer belongs into a job."""
CODE = re.compile(r"[a-z][a-z0-9_.]*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SPECS: Mapping[str, Callable[..., Any]] = {
    name: spec for name, spec in vars(Hooks).items() if hasattr(spec, "jianxue_spec")}


@dataclass(frozen=True)
class Implementation:
    """One hook of one plugin."""

    plugin: str
    hook: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    @property
    def where(self) -> str:
        return f"{self.plugin}：{self.hook}"


def implementations(tenant: Tenant) -> Iterator[Implementation]:
    """What the tenant's plugins implement, in the order of the contract."""
    for hook in SPECS:
        caller = getattr(tenant.plugins.hook, hook)
        for found in reversed(caller.get_hookimpls()):
            if found.plugin_name in tenant.file.plugins:
                yield Implementation(found.plugin_name, hook, found.function, tuple(found.argnames))


def check_hooks(scratch: Scratch, tenant: Tenant, holding: Holding | None = None) -> Result:
    """Each hook of each plugin is called many times; nothing that it writes is kept."""
    looking = Looking("hooks", "钩子守约")
    with scratch.serving(tenant, keep=False) as ctx:
        known = facts_for_hooks(ctx, holding or Holding())
        for one in implementations(tenant):
            looking.at()
            _check_annotations(looking, one)
            _check_answers(looking, ctx, one, known)
    return looking.result()


def _check_annotations(looking: Looking, one: Implementation) -> None:
    """Wrong ones stopped the opening; one that is left out would be looked at by nobody."""
    spec, given = get_type_hints(SPECS[one.hook]), get_type_hints(one.function)
    for name in (*one.arguments, "return"):
        if name not in given:
            looking.wrong(one.where, f"{name} 没有类型注解", f"{name}: {spoken(spec[name])}")


def check_state(tenant: Tenant) -> Result:
    """No plugin keeps anything in its modules or reaches into the core: one process serves many tenants."""
    looking = Looking("state", "不留状态")
    for plugin in tenant.file.plugins:
        looking.at()
        for problem in source_problems(package_of(tenant.plugins.get_plugin(plugin))):
            looking.wrong(plugin, problem, "放进数据库、规则或参数；只从 core.api 导入")
    return looking.result()


def _check_answers(looking: Looking, ctx: Ctx, one: Implementation, known: Mapping[Any, Sequence[Any]]) -> None:
    hints = get_type_hints(SPECS[one.hook])
    for values in calls_of(hints, known, {"year": (ctx.now.year, ctx.now.year - 1)}):
        try:
            (answer, first), (again, second) = _timed(ctx, one, values), _timed(ctx, one, values)
        except FAILURES as error:  # whatever a plugin raises is what its author must read
            looking.wrong(one.where, f"调用出错 {type(error).__name__}: {error}（参数 {_brief(values)}）",
                          "不抛异常；不答复时返回 None 或空列表，拒绝时返回 Problem")
            return
        # The quicker of the two: a busy machine or a first import makes one slow, a slow plugin both.
        if (seconds := min(first, second)) > SLOWEST_SECONDS:
            looking.wrong(one.where, f"一次调用用了 {seconds:.1f} 秒",
                          f"{SLOWEST_SECONDS} 秒以内；费时的事写成 jobs.py 里的任务")
            return
        if not fits(answer, hints["return"]):
            looking.wrong(one.where, f"返回了 {type(answer).__name__}：{answer!r}", spoken(hints["return"]))
            return
        if again != answer:
            looking.wrong(one.where, f"同样的参数两次答复不同：{answer!r}，{again!r}", "只由参数、规则和数据库决定，不记在模块里")
            return
        _check_words(looking, ctx, one, values, answer)


def _timed(ctx: Ctx, one: Implementation, values: Mapping[str, Any]) -> tuple[Any, float]:
    before = time.perf_counter()
    return _call(ctx, one, values), time.perf_counter() - before


def _call(ctx: Ctx, one: Implementation, values: Mapping[str, Any]) -> Any:
    """What it writes is taken back, so that the next call finds what this one found."""
    given = {"ctx": ctx, **values}
    before = ctx.db.begin_nested()
    try:
        return one.function(*(given[name] for name in one.arguments))
    finally:
        if before.is_active:
            before.rollback()


def _check_words(looking: Looking, ctx: Ctx, one: Implementation, values: Mapping[str, Any], answer: Any) -> None:
    if one.hook.startswith("check_"):
        for problem in answer:
            check_problem(looking, one.where, problem)
    elif one.hook.startswith("adjust_"):
        _check_adjusted(looking, ctx, one, values, answer)


def check_problem(looking: Looking, where: str, problem: Problem) -> None:
    """A problem has a code for logs and a Chinese sentence that ends like one."""
    if not CODE.fullmatch(problem.code):
        looking.wrong(where, f"代号 {problem.code!r}", "小写字母开头，只含小写字母、数字、下划线，例如 issued_too_late")
    for name, text in (("句子", problem.sentence), ("提示", problem.hint)):
        if name == "提示" and not text:
            continue
        if not is_sentence(text):
            looking.wrong(where, f"{name}“{text}”（{problem.code}）", "一句完整的中文，以句号、问号或感叹号结束，说明原因和下一步")


def is_sentence(text: str) -> bool:
    """Chinese, and with an end; a closing quote or bracket may follow the end or stand for it."""
    return bool(CHINESE.search(text)) and text.strip() == text and text.endswith(("。", "！", "？", "。”", "！”", "。）"))


def _check_adjusted(looking: Looking, ctx: Ctx, one: Implementation, values: Mapping[str, Any], answer: Any) -> None:
    """What goes through twice has the same members as once: another plugin may have added them before."""
    kinds = get_type_hints(SPECS[one.hook])
    name = next(name for name in values if kinds[name] == kinds["return"])
    keys = [getattr(item, "key", item) for item in answer] if isinstance(answer, tuple | list) else []
    if len(set(keys)) < len(keys):
        looking.wrong(one.where, f"有重复的项：{'、'.join(map(str, keys))}", "每项的 key 只出现一次")
    again = _call(ctx, one, {**values, name: answer})
    if isinstance(answer, tuple | list) and {getattr(item, "key", item) for item in again} != set(keys):
        looking.wrong(one.where, "对自己的答复再做一次，得到了别的项", "做两次与做一次的项相同")


def _brief(values: Mapping[str, Any]) -> str:
    text = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return text if len(text) <= 160 else f"{text[:160]}…"
