"""What a plugin adds to the app is its own: served at the tenants that have it on, unseen at the others.

One app serves all tenants, so a plugin's routes lie under first segments that nothing else uses (`/desk/…`,
`/admin/tickets/…`): no address of the core changes its meaning because some other tenant has a plugin.
"""
from werkzeug.routing import Rule

from core.extension import PluginError
from core.tenancy import Tenant

CONSOLE = "admin"


def place(path: str) -> str:
    """The part of a path that one owner has: its first segment, in the back office the first two."""
    first, _slash, rest = path.lstrip("/").partition("/")
    return f"{first}/{rest.partition('/')[0]}" if first == CONSOLE else first


class Ownership:
    """Which plugin owns which place of the app."""

    def __init__(self) -> None:
        self._places: dict[str, str] = {}
        self._endpoints: dict[str, str] = {}

    def hidden(self, tenant: Tenant, path: str) -> bool:
        """Whether a path is a plugin's that this tenant does not have."""
        owner = self._places.get(place(path))
        return owner is not None and owner not in tenant.file.plugins

    def owner(self, endpoint: str) -> str | None:
        """The plugin that serves an endpoint; None for the core's."""
        return self._endpoints.get(endpoint)

    def record(self, plugin: str, others: list[Rule], rules: list[Rule]) -> None:
        """The plugin's new rules, those not among the `others`; PluginError names one that lies where others are."""
        known, taken = set(map(id, others)), {place(rule.rule) for rule in others}
        for rule in rules:
            if id(rule) in known:
                continue
            spot = place(rule.rule)
            if not spot or "<" in spot or spot in taken:
                raise PluginError(f"插件 {plugin} 的网址 {rule.rule} 占用了别处的位置：插件的网址要以自己的第一段开头，"
                                  f"例如 /{plugin}/…")
            self._places[spot] = plugin
            self._endpoints[rule.endpoint] = plugin
