"""Sample values for the arguments of hooks, made from their types: a hook that is new tomorrow has samples too."""
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from itertools import islice, product
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

MOST_CALLS = 150
"""Of one hook: enough for every post, status and year in turn."""

_SIMPLE: Mapping[Any, tuple[Any, ...]] = {
    str: ("样例",), int: (1,), float: (1.0,), bool: (True, False), bytes: (b"sample",), UUID: (UUID(int=1),),
    datetime: (datetime(2026, 11, 20, 4, tzinfo=UTC),), date: (date(2026, 11, 20),), timedelta: (timedelta(days=1),),
    NoneType: (None,), object: ("样例",), Any: ("样例",),
}


def samples_of(kind: Any, known: Mapping[Any, Sequence[Any]]) -> Sequence[Any]:
    """Values of a type: those that are known for it, else one made from its parts."""
    if kind in known:
        return known[kind]
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return [value for part in arguments for value in samples_of(part, known)]
    if origin in (tuple, list, frozenset, set, Sequence):
        inner = samples_of(arguments[0], known)[:1] if arguments else ()
        return [inner_kind(inner) for inner_kind in (_maker(origin),)]
    if origin is not None and issubclass(origin, Mapping):
        return [{}]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return [kind(**{item.name: samples_of(hints[item.name], known)[0] for item in dataclasses.fields(kind)
                        if item.init})]
    raise LookupError(f"{kind} 没有样例值")


def _maker(origin: Any) -> Any:
    return list if origin is Sequence else origin


def calls_of(hints: Mapping[str, Any], known: Mapping[Any, Sequence[Any]],
             named: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Argument sets for one hook from its annotations without `ctx` and `return`; `named` knows some by name."""
    names = [name for name in hints if name not in ("ctx", "return")]
    choices = [named.get(name) or samples_of(hints[name], known) for name in names]
    for values in islice(product(*choices), MOST_CALLS):
        yield dict(zip(names, values, strict=True))


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of an annotated type, looking into lists and tuples."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (Any, object):
        return True
    if kind in (None, NoneType):
        return value is None
    if origin in (Union, UnionType):
        return any(fits(value, part) for part in arguments)
    if origin is tuple and arguments[-1:] == (Ellipsis,):
        return isinstance(value, tuple) and all(fits(one, arguments[0]) for one in value)
    if origin is tuple:
        return isinstance(value, tuple) and len(value) == len(arguments) and all(map(fits, value, arguments))
    if origin is list or origin is Sequence:
        return isinstance(value, list | tuple if origin is Sequence else list) and all(
            fits(one, arguments[0]) for one in value)
    if origin is not None:
        return isinstance(value, origin)
    if kind is bool or kind is int:
        return type(value) is kind
    return isinstance(value, kind)


def spoken(kind: Any) -> str:
    """A type as an author writes it."""
    if kind in (None, NoneType):
        return "None"
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(spoken(part) for part in get_args(kind))
    if get_origin(kind) is not None:
        inner = ", ".join("…" if part is Ellipsis else spoken(part) for part in get_args(kind))
        return f"{get_origin(kind).__name__}[{inner}]"
    return str(getattr(kind, "__name__", kind))
