"""How one hook of one tenant is asked: in which order, of what kind the answers are, and what a failure means.

A plugin's call is timed, sits on one of the tenant's seats, and its answer is looked at before it is believed.
"""
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from time import monotonic
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import pluggy
from sqlalchemy.exc import SQLAlchemyError

from core.base.errors import Problem, Unavailable
from core.contract.hooks import Hooks
from core.extension.seats import SLOW_SECONDS, Seats
from core.tenancy import Ctx, Tenant

log = logging.getLogger("jianxue.plugins")
T = TypeVar("T")
UNDECIDED = "这一步暂时无法判断，没有做任何更改。请稍后再试；一直这样的，请告诉工作人员。"
FAILURES = (Exception, SystemExit)
"""What a plugin may raise; `sys.exit()` in one must not end a thread that serves others."""


class Crowded(Exception):
    """All seats of the tenant's plugins are taken."""


@dataclass(frozen=True, slots=True)
class Answerer:
    """One implementation of a hook; `plugin` is "" for the core's own."""

    plugin: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of one tenant: who is asked when answers are joined, who when the first one wins."""

    joined: tuple[Answerer, ...]
    deciding: tuple[Answerer, ...]
    kinds: tuple[type, ...]


class Plugins(pluggy.PluginManager):
    """The plugins of one tenant: pluggy knows them by name, `hooks` says who is asked."""

    def __init__(self, seats: int) -> None:
        super().__init__("jianxue")
        self.seats = Seats(seats)
        self.hooks: Mapping[str, Hook] = {}

    def arrange(self, plugins: Sequence[str]) -> None:
        """Fix the order once all are registered: the core's first, then the tenant's, as its file lists them."""
        self.hooks = {name: self._arranged(name, plugins) for name, spec in vars(Hooks).items()
                      if hasattr(spec, "jianxue_spec")}

    def _arranged(self, name: str, plugins: Sequence[str]) -> Hook:
        found = getattr(self.hook, name).get_hookimpls()
        core = tuple(Answerer("", one.function, tuple(one.argnames)) for one in found if one.plugin_name not in plugins)
        own = tuple(Answerer(plugin, one.function, tuple(one.argnames))
                    for plugin in plugins for one in found if one.plugin_name == plugin)
        return Hook(core + own, own + core[::-1], answer_kinds(name))


@cache
def answer_kinds(name: str) -> tuple[type, ...]:
    """The classes that an answer, or each member of a joined one, may have."""
    hint = get_type_hints(getattr(Hooks, name))["return"]
    if get_origin(hint) is list:
        [hint] = get_args(hint)
    members = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return tuple(get_origin(member) or member for member in members if member is not NoneType)


class Asking:
    """The hooks of one tenant for one context; `HookCalls` gives each a typed name."""

    def __init__(self, ctx: Ctx) -> None:
        self._ctx = ctx
        self._plugins = cast(Plugins, ctx.tenant.plugins)

    def _resolve(self, name: str, **values: Any) -> Any:
        """A deciding hook fails closed: nothing is granted when a plugin raises or answers in the wrong kind."""
        hook = self._plugins.hooks[name]
        for one in hook.deciding:
            try:
                answer = self._call(name, one, values)
            except FAILURES as error:
                self._failed(name, one, error)
                raise Unavailable("hook_failed", UNDECIDED) from error
            if answer is None:
                continue
            if not isinstance(answer, hook.kinds):
                self._wrong(name, one, answer)
                raise Unavailable("hook_failed", UNDECIDED)
            return answer
        raise Unavailable("hook_unanswered", UNDECIDED)

    def _collect(self, name: str, _kind: type[T], **values: Any) -> list[T]:
        """Each implementation on its own: one that fails is logged and left out."""
        found: list[T] = []
        for one in self._plugins.hooks[name].joined:
            found += self._listed(name, one, values) or ()
        return found

    def _check(self, name: str, **values: Any) -> list[Problem]:
        """One that fails is a problem too."""
        problems: list[Problem] = []
        for one in self._plugins.hooks[name].joined:
            answer = self._listed(name, one, values)
            problems += [Problem("hook_failed", UNDECIDED)] if answer is None else answer
        return [problem for problem in problems if problem.final] or problems

    def _adjust(self, name: str, argument: str, value: T, **values: Any) -> T:
        """A value through all plugins; one that fails leaves it as it was."""
        hook = self._plugins.hooks[name]
        for one in hook.joined:
            try:
                answer = self._call(name, one, {**values, argument: value})
            except FAILURES as error:
                self._failed(name, one, error)
                continue
            if isinstance(answer, hook.kinds):
                value = cast(T, answer)
            else:
                self._wrong(name, one, answer)
        return value

    def _tell(self, name: str, **values: Any) -> None:
        """Nobody answers; one that fails is logged."""
        for one in self._plugins.hooks[name].joined:
            try:
                self._call(name, one, values)
            except FAILURES as error:
                self._failed(name, one, error)

    def _listed(self, name: str, one: Answerer, values: dict[str, Any]) -> list[Any] | None:
        """The members that one implementation gives; None when it failed."""
        try:
            answer = self._call(name, one, values)
        except FAILURES as error:
            self._failed(name, one, error)
            return None
        kinds = self._plugins.hooks[name].kinds
        if isinstance(answer, list | tuple) and all(isinstance(member, kinds) for member in answer):
            return list(answer)
        self._wrong(name, one, answer)
        return None

    def _call(self, name: str, one: Answerer, values: dict[str, Any]) -> Any:
        values["ctx"] = self._ctx
        arguments = [values[argument] for argument in one.arguments]
        if not one.plugin:
            return one.function(*arguments)
        # As `inside`, written out: a context manager of a generator costs as much as all the rest.
        seats, began = self._plugins.seats, monotonic()
        if not seats.enter(began):
            raise Crowded(self._ctx.tenant.slug)
        try:
            return one.function(*arguments)
        finally:
            seats.leave()
            _look_at_the_clock(began, self._ctx.tenant, one.plugin, name)

    def _failed(self, name: str, one: Answerer, error: BaseException) -> None:
        """Name it in the log. A failed statement of a plugin takes the whole use case with it, since nobody knows
        what of the transaction is left; a reading request goes on with a fresh one."""
        crowded = isinstance(error, Crowded)
        log.error("hook %s of %s %s at tenant %s", name, one.plugin or one.function.__module__,
                  "refused: plugins hold all their threads" if crowded else "failed", self._ctx.tenant.slug,
                  exc_info=None if crowded else error)
        if isinstance(error, SQLAlchemyError) and not self._ctx.begin_anew():
            raise Unavailable("hook_failed", UNDECIDED) from error

    def _wrong(self, name: str, one: Answerer, answer: object) -> None:
        log.error("hook %s of %s gave an answer of the wrong kind at tenant %s: %.200r", name,
                  one.plugin or one.function.__module__, self._ctx.tenant.slug, answer)


@contextmanager
def inside(tenant: Tenant, plugin: str, what: str) -> Iterator[None]:
    """Around each call into a plugin: on one of its tenant's seats, and named in the log when it is slow."""
    seats, began = cast(Plugins, tenant.plugins).seats, monotonic()
    if not seats.enter(began):
        log.error("%s of plugin %s refused: plugins hold all their threads at tenant %s", what, plugin, tenant.slug)
        raise Crowded(tenant.slug)
    try:
        yield
    finally:
        seats.leave()
        _look_at_the_clock(began, tenant, plugin, what)


def _look_at_the_clock(began: float, tenant: Tenant, plugin: str, what: str) -> None:
    if (seconds := monotonic() - began) > SLOW_SECONDS:
        log.warning("%s of plugin %s took %.1f s at tenant %s", what, plugin, seconds, tenant.slug)
