"""What lets a province differ: a plugin manager per tenant, typed hook calls, a template overlay."""
from core.extension.asking import Crowded, inside
from core.extension.calls import HookCalls, hooks
from core.extension.loading import build_manager
from core.extension.overlay import check_overrides, overlay_loader
from core.extension.parts import PluginError, serves, tables_of

__all__ = ["Crowded", "HookCalls", "PluginError", "build_manager", "check_overrides", "hooks", "inside",
           "overlay_loader", "serves", "tables_of"]
