"""Who lives in a tenant's demonstration: read strictly from `tenants/demo/<slug>.toml` over `_default.toml`.

Nobody of them is a real person: the numbers are well formed and made up, and no message ever leaves the machine.
A table that a tenant's file has (`staff`, `trainee` …) takes the place of the default's whole table.
"""
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from core.base.config import ROOT, ConfigError
from core.tenancy import Role, Tenant
from core.tenancy.settings import DEMO_FOLDER

PASSWORD = "gongdi-Demo-26"
"""The password of every demo account that has chosen one; a production installation refuses demo data altogether."""
DEFAULT = "_default.toml"

T = TypeVar("T")


@dataclass(frozen=True)
class DemoInstitution:
    """A.7: demonstration institutions are called 示例培训机构一 … 八; `kind` as `Organization.kind`, fees in fen.

    `online_fen`, `offline_fen`: what a first training costs there (ZJ-22), 0 where it holds none; `features` and
    `test_place` are what enterprises compare (ZJ-13).
    """

    name: str
    kind: str = "institution"
    city: str = ""
    place: str = ""
    telephone: str = ""
    training_fen: int = 9600
    textbook_fen: int = 6000
    online_fen: int = 0
    offline_fen: int = 0
    features: str = ""
    test_place: str = ""


@dataclass(frozen=True)
class DemoPost:
    """A post beside the national ones, of a class of persons that the tenant knows (X-24)."""

    code: str
    name: str
    family: str
    person_class: str


@dataclass(frozen=True)
class DemoPackage:
    """A professional package that may be studied instead of the post's recommended one (JL-12)."""

    code: str
    title: str
    post: str


@dataclass(frozen=True)
class DemoStaff:
    """`institution`: the name of the institution or enterprise that the account is limited to."""

    username: str
    name: str
    role: str
    phone: str
    institution: str = ""
    city: str = ""


@dataclass(frozen=True)
class DemoCertificate:
    """`issuer` and `province` are the file's `[registry]` where they are not given."""

    post: str
    number: str
    issued_on: date
    issuer: str = ""
    province: str = ""
    status: str = "normal"
    remark: str = ""
    kind: str = "paper"


@dataclass(frozen=True)
class DemoStudy:
    """`certificate` (its number) is studied for in `year` (of the business date if 0): `hours` class hours are learned,
    the first `days` days ago; `institution` enrolled the person, else the person did."""

    certificate: str
    hours: int = 0
    days: int = 10
    year: int = 0
    institution: str = ""


@dataclass(frozen=True)
class DemoGrace:
    """A grace for a certificate (its number) that the administrator has proposed and nobody has confirmed (C-20)."""

    certificate: str
    until: date
    reason: str


@dataclass(frozen=True)
class DemoTrainee:
    """`account`: `none` (the visitor registers), `initial` (made beforehand, with the tenant's initial password),
    `own` (has chosen `PASSWORD`). `told`: what the visitor sees with this person, in the welcome."""

    name: str
    id_number: str
    phone: str
    sex: str
    account: str
    told: str = ""
    undelivered: bool = False
    certificate: tuple[DemoCertificate, ...] = ()
    study: tuple[DemoStudy, ...] = ()
    grace: tuple[DemoGrace, ...] = ()


@dataclass(frozen=True)
class DemoRegistry:
    """Who issued the certificates of this demonstration."""

    issuer: str
    province: str


@dataclass(frozen=True)
class Cast:
    """All of a tenant's demonstration."""

    registry: DemoRegistry
    institution: tuple[DemoInstitution, ...]
    staff: tuple[DemoStaff, ...]
    trainee: tuple[DemoTrainee, ...]
    post: tuple[DemoPost, ...] = ()
    package: tuple[DemoPackage, ...] = ()


ACCOUNTS = ("none", "initial", "own")


def cast_of(tenant: Tenant) -> Cast:
    return read_cast(tenant.config.tenants / DEMO_FOLDER, tenant.slug)


def read_cast(folder: Path, slug: str) -> Cast:
    """ConfigError names file, place and what would be right."""
    default = folder / DEFAULT
    # A folder of one's own tenants need not have a demonstration of its own.
    document = _read(default if default.exists() else ROOT / "tenants" / DEMO_FOLDER / DEFAULT)
    own = folder / f"{slug}.toml"
    if own.exists():
        document |= {key: value for key, value in _read(own).items() if key != "tenant"}
    cast = _typed(f"{DEMO_FOLDER}/{own.name if own.exists() else DEFAULT}", document, Cast)
    assert isinstance(cast, Cast)
    _check(f"{DEMO_FOLDER}/{slug}.toml", cast)
    return cast


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}：读不到（{error.strerror}）") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}：不是正确的 TOML（{error}）") from None


def _check(file: str, cast: Cast) -> None:
    institutions = {"", *(one.name for one in cast.institution)}
    for person in cast.staff:
        if person.role not in set(Role):
            raise ConfigError(f"{file}：staff {person.username} 的 role 应为 {'、'.join(Role)}，现在是 {person.role!r}")
        if person.institution not in institutions:
            raise ConfigError(f"{file}：staff {person.username} 的 institution 没有列在 [[institution]] 中")
    for trainee in cast.trainee:
        if trainee.account not in ACCOUNTS:
            raise ConfigError(f"{file}：trainee {trainee.name} 的 account 应为 {'、'.join(ACCOUNTS)}")
        named = {one.certificate for one in trainee.study} | {one.certificate for one in trainee.grace}
        if unknown := named - {one.number for one in trainee.certificate}:
            raise ConfigError(f"{file}：trainee {trainee.name} 没有证书 {min(unknown)}")
        for study in trainee.study:
            if study.institution not in institutions:
                raise ConfigError(f"{file}：trainee {trainee.name} 的 institution 没有列在 [[institution]] 中")


def _typed(where: str, value: Any, kind: Any) -> Any:
    if get_origin(kind) is tuple:
        if not isinstance(value, list):
            raise ConfigError(f"{where} 应为列表，现在是 {value!r}")
        return tuple(_typed(f"{where}[{number}]", item, get_args(kind)[0]) for number, item in enumerate(value, 1))
    if hasattr(kind, "__dataclass_fields__"):
        return _record(where, value, kind)
    if type(value) is not kind:
        raise ConfigError(f"{where} 应为 {getattr(kind, '__name__', kind)}，现在是 {value!r}")
    return value


def _record(where: str, table: Any, kind: type[T]) -> T:
    hints = get_type_hints(kind)
    if not isinstance(table, Mapping):
        raise ConfigError(f"{where} 应为一个表，现在是 {table!r}")
    if unknown := set(table) - set(hints):
        raise ConfigError(f"{where}：{sorted(unknown)[0]} 不是已知的字段，可用：{'、'.join(hints)}")
    missing = {item.name for item in fields(kind) if item.default is MISSING} - set(table)  # type: ignore[arg-type]
    if missing:
        raise ConfigError(f"{where}：缺少 {sorted(missing)[0]}")
    return kind(**{key: _typed(f"{where} {key}", item, hints[key]) for key, item in table.items()})
