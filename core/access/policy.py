"""The policy of a route, declared on its view; a route without one fails the start and the build."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from core.access.table import Permission, permits
from core.tenancy import Actor

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Policy:
    """`signed` routes prove themselves by a signature (payment notices), not by a session or CSRF token;
    `restricted` ones are open to an account that must change its password first."""

    name: str
    permission: Permission | None = None
    public: bool = False
    signed: bool = False
    restricted: bool = False


PUBLIC = Policy("public", public=True, restricted=True)
SIGNED = Policy("signed", public=True, signed=True)
SIGNED_IN = Policy("signed_in", restricted=True)


def policy(wanted: Policy | Permission) -> Callable[[View], View]:
    """Decorator, nearest to the view: `@policy(Permission.AUDIT)`, `@policy(PUBLIC)`."""
    declared = wanted if isinstance(wanted, Policy) else Policy(wanted.value, permission=wanted)

    def declare(view: View) -> View:
        view.__jx_policy__ = declared  # type: ignore[attr-defined]
        return view

    return declare


def policy_of(view: Any) -> Policy | None:
    """The declared policy, also through decorators that keep `__wrapped__`."""
    while view is not None:
        if (found := getattr(view, "__jx_policy__", None)) is not None:
            return found  # type: ignore[no-any-return]
        view = getattr(view, "__wrapped__", None)
    return None


def allows(declared: Policy, actor: Actor) -> bool:
    if declared.public:
        return True
    if not actor.signed_in or (actor.restricted and not declared.restricted):
        return False
    return declared.permission is None or permits(actor, declared.permission)


def camera_page(view: View) -> View:
    """Marks a page that may ask for the camera; all others forbid it by Permissions-Policy (F9)."""
    view.__jx_camera__ = True  # type: ignore[attr-defined]
    return view


def uses_camera(view: Any) -> bool:
    return bool(getattr(view, "__jx_camera__", False))


def trail_exempt(reason: str) -> Callable[[View], View]:
    """Marks a mutating route whose own records are its trail (the study beat); the reason is kept for the reader."""

    def mark(view: View) -> View:
        view.__jx_trail_exempt__ = reason  # type: ignore[attr-defined]
        return view

    return mark
