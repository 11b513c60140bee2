"""How a lower flow tells the flows above it what happened, inside the same transaction."""
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar


@dataclass(frozen=True)
class Event:
    """Base of all events: frozen, ids and plain values only."""


E = TypeVar("E", bound=Event)
Subscriber = Callable[[Any, Any], None]

_subscribers: dict[type[Event], list[Subscriber]] = defaultdict(list)


def subscribe(kind: type[E]) -> Callable[[Callable[[Any, E], None]], Callable[[Any, E], None]]:
    """Decorator for `def f(ctx, event)` in a flow's `events.py`; core flows only, plugins use hooks."""

    def register(function: Callable[[Any, E], None]) -> Callable[[Any, E], None]:
        if function not in _subscribers[kind]:
            _subscribers[kind].append(function)
        return function

    return register


def publish(ctx: object, event: Event) -> None:
    """Call each subscriber in order of subscription; an exception rolls the whole use case back."""
    for subscriber in _subscribers[type(event)]:
        subscriber(ctx, event)
