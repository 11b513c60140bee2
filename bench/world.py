"""An installation to measure: one tenant on PostgreSQL or SQLite, with trainees who are signed in."""
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from itsdangerous import URLSafeTimedSerializer

from bench.harness import ROOT, User
from core.app import create_app, open_tenants
from core.base.config import load_config
from core.base.db import Base, Id, new_id
from core.identity import Account, AccountRole, LoginSession, Person
from core.identity.hashing import hash_password
from core.identity.service import Stage, digest
from core.tenancy import Ctx, Role, Tenant, bound, unit_of_work
from core.tenancy.settings import read_tenants
from core.web import JianxueFlask
from tests import postgres
from tests.people import id_number

PASSWORD = "kv7#Qwlm-tower"
BATCH = 200


@dataclass(frozen=True)
class Trainee:
    person_id: Id
    id_number: str
    sign_in: str


def _add_trainee(ctx: Ctx, number: int, hashed: str) -> Trainee:
    text = id_number(number % 999 + 1, f"1990{number // 999 % 12 + 1:02d}07")  # 999 serials a birthday
    person = Person(id=new_id(), name=f"学员{number}", sex="男", id_number=text, id_number_mac=ctx.mac(text),
                    phone=f"138{number:08d}", phone_mac=ctx.mac(f"138{number:08d}"), created_at=ctx.now)
    account = Account(id=new_id(), person_id=person.id, display_name=person.name, password_hash=hashed,
                      created_at=ctx.now, roles=[AccountRole(role=Role.TRAINEE)])
    token = secrets.token_urlsafe(32)
    session = LoginSession(token_digest=digest(token), account_id=account.id, stage=Stage.FULL, device="bench",
                           address="", created_at=ctx.now, seen_at=ctx.now)
    ctx.db.add_all([person, account, session])
    return Trainee(person.id, text, token)


@dataclass
class World:
    """The tenant under load and how to reach it."""

    env: dict[str, str]
    app: JianxueFlask
    tenant: Tenant
    pids: tuple[int, ...] = ()
    trainees: list[Trainee] = field(default_factory=list)

    @property
    def host(self) -> str:
        return self.tenant.file.hosts[0]

    def add_trainees(self, count: int) -> None:
        """People with a password of their own and an open session."""
        hashed = hash_password(PASSWORD)
        for start in range(0, count, BATCH):
            with unit_of_work(self.tenant) as ctx:
                added = [_add_trainee(ctx, number, hashed) for number in range(start, min(start + BATCH, count))]
                ctx.db.flush()
            self.trainees += added

    def headers(self, sign_in: str | None) -> dict[str, str]:
        """Cookie and CSRF token of a session, as a browser would carry them."""
        raw = secrets.token_hex(20)
        held = {"csrf_token": raw, **({"sign_in": sign_in} if sign_in else {})}
        with bound(self.tenant):
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            name = self.app.session_interface.get_cookie_name(self.app)
        token = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(raw)
        return {"Cookie": f"{name}={signer.dumps(held)}", "X-CSRFToken": str(token), "Accept": "application/json"}

    def visitors(self, path: str, count: int) -> list[User]:
        """Signed-in trainees who ask for one page again and again, as a browser does."""
        return [{"headers": self.headers(trainee.sign_in) | {"Accept": "text/html"},
                 "requests": [{"method": "GET", "path": path}]} for trainee in self.trainees[:count]]


@contextmanager
def open_world(folder: Path, *, on_postgres: bool = False, tenants: Path = ROOT / "tenants") -> Iterator[World]:
    """A fresh installation below `folder`; the national tenant, empty."""
    with open_worlds(folder, ("national",), on_postgres=on_postgres, tenants=tenants) as [world]:
        yield world


@contextmanager
def open_worlds(folder: Path, slugs: Sequence[str], *, on_postgres: bool = False,
                tenants: Path = ROOT / "tenants") -> Iterator[list[World]]:
    """A fresh installation below `folder` with these tenants, empty; all are served by one app."""
    env = {"JIANXUE_MODE": "development", "JIANXUE_MASTER_KEY": secrets.token_hex(32), "JIANXUE_VAR": str(folder),
           "JIANXUE_TENANTS": str(tenants)}
    if not on_postgres:
        yield _worlds(env, slugs, ())
        return
    with postgres.fresh_databases(slugs) as urls:
        env |= {f"JIANXUE_DATABASE_URL_{slug.upper()}": url for slug, url in urls.items()}
        yield _worlds(env, slugs, (postgres.server_pid(),))


def _worlds(env: dict[str, str], slugs: Sequence[str], pids: tuple[int, ...]) -> list[World]:
    for name in [name for name in os.environ if name.startswith("JIANXUE_")]:
        del os.environ[name]
    config = load_config(env)
    directory = open_tenants(config)
    app = create_app(config, directory)
    tenants = [directory.by_slug(slug) for slug in slugs]
    for tenant in tenants:
        Base.metadata.create_all(tenant.engine)
    return [World(env, app, tenant, pids) for tenant in tenants]


def copied_tenants(folder: Path, count: int) -> tuple[Path, tuple[str, ...]]:
    """A settings folder of so many tenants, and their hosts: the shipped ones, and copies of them in turns."""
    tenants = folder / "tenants"
    tenants.mkdir(parents=True)
    shipped = sorted((ROOT / "tenants").glob("[a-z]*.toml"))
    shutil.copy(ROOT / "tenants" / "_base.toml", tenants)
    hosts = []
    for number in range(count):
        source = shipped[number % len(shipped)]
        slug = source.stem if number < len(shipped) else f"{source.stem}{number}"
        hosts.append(f"{slug}.localhost")
        (tenants / f"{slug}.toml").write_text(source.read_text(encoding="utf-8").replace(
            f"{source.stem}.localhost", hosts[-1]), encoding="utf-8")
    return tenants, tuple(hosts)


def most_plugins() -> str:
    """The shipped tenant with the longest plugin list."""
    files = read_tenants(ROOT / "tenants", demo=False)
    return max(files, key=lambda file: (len(file.plugins), file.slug)).slug
