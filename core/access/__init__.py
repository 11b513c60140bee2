"""Who may do what: one table of permissions, and the policy that every route declares itself against.

Knows no accounts: it judges an `Actor`.
"""
from core.access.policy import (
    PUBLIC,
    SIGNED,
    SIGNED_IN,
    Policy,
    allows,
    camera_page,
    policy,
    policy_of,
    trail_exempt,
    uses_camera,
)
from core.access.table import PERMISSIONS, Permission, permits
from core.tenancy import NOBODY, Actor, Role

__all__ = ["NOBODY", "PERMISSIONS", "PUBLIC", "SIGNED", "SIGNED_IN", "Actor", "Permission", "Policy", "Role",
           "allows", "camera_page", "permits", "policy", "policy_of", "trail_exempt", "uses_camera"]
