"""A setting that is wrong stops the start, by file, key and what would be right; the shipped files are right."""
import re
from pathlib import Path
from shutil import copytree

import pytest

from core.app import open_tenants
from core.base.config import ConfigError, load_config
from core.extension import PluginError
from core.tenancy.settings import read_tenants
from tests.conftest import MASTER_KEY
from tests.data import TENANTS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped tenants, to be spoilt."""
    return copytree(TENANTS, tmp_path / "tenants")


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(("file", "old", "new", "sentence"), [
    ("_base.toml", "max_kb = { value = 80", "max_kbs = { value = 80", r"_base\.toml：photo\.max_kbs 不是已知的规则"),
    ("_base.toml", "max_kb = { value = 80", 'max_kb = { value = "80"', r"_base\.toml：photo\.max_kb 应为 整数，现在是 '80'"),
    ("_base.toml", "portrait = { value = true", "portrait = { value = 1", r"photo\.portrait 应为 true 或 false"),
    ("_base.toml", 'types = { value = ["jpg", "png"]', 'types = { value = "jpg"', r"photo\.types 应为列表 \[文字"),
    ("_base.toml", 'max_kb = { value = 80, source = "N-12" }', "max_kb = 80", r"photo\.max_kb 应写成"),
    ("_base.toml", 'max_kb = { value = 80, source = "N-12" }', 'max_kb = { value = 80, source = "" }', "应为出处"),
    ("_base.toml", 'max_kb = { value = 80, source = "N-12" }\n', "", r"缺少 photo\.max_kb"),
    ("_base.toml", "[0.45, 0.48, 0.50, 0.49, 0.49]", "[0.45, 0.50]", r"presence\.accept_euclid 应为五个大于 0"),
    ("_base.toml", "match_frames = { value = 3", "match_frames = { value = 6", r"presence\.match_frames 应为1 至 5，现在是 6"),
    ("_base.toml", "[photo]", "[photos]", r"\[photos\] 不是已知的规则组"),
    ("_base.toml", "【{post}】的", "【{job}】的", r"texts\.buy_confirm 用了未知的变量 job，可用：kind、post"),
    ("jilin.toml", 'hosts = ["jilin.localhost"', 'hosts = ["national.localhost"', "已属于 jilin.toml|一个域名只能属于一个租户"),
    ("jilin.toml", 'plugins = ["jilin"]', 'plugin = []', r"jilin\.toml：tenant\.plugin 不是已知的设置"),
    ("jilin.toml", 'plugins = ["jilin"]', 'plugins = "jilin"', r"tenant\.plugins 应为 list"),
    ("jilin.toml", "[tenant]", "[tenant", "不是正确的 TOML"),
])
def test_a_wrong_setting_is_refused_by_name(folder: Path, file: str, old: str, new: str, sentence: str) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(ConfigError, match=sentence):
        read_tenants(folder, demo=False)


def test_a_missing_plugin_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    spoil(folder, "national.toml", "plugins = []", 'plugins = ["nowhere"]')
    config = load_config({"JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(tmp_path), "JIANXUE_MODE": "test",
                          "JIANXUE_TENANTS": str(folder)})
    with pytest.raises(PluginError, match=r"national\.toml：tenant\.plugins 中的 nowhere 没有安装"):
        open_tenants(config)


def test_every_rule_has_a_source_that_is_a_row() -> None:
    """C-12: "by what authority" is answered for each value."""
    for tenant in read_tenants(TENANTS, demo=True):
        for key, source in tenant.rule_set.sources.items():
            assert re.fullmatch(r"([A-Z]{1,4}-\d+|A\.7)(, ([A-Z]{1,4}-\d+|A\.7))*", source), (tenant.slug, key, source)


def test_what_a_tenant_sets_lies_over_the_national_values() -> None:
    """JL-02, JL-06: the values of Jilin; everything else is the nation's."""
    tenants = {tenant.slug: tenant for tenant in read_tenants(TENANTS, demo=False)}
    national, jilin = tenants["national"], tenants["jilin"]
    assert national.rule_set.rules.photo.max_kb == 80
    assert jilin.rule_set.rules.photo.max_kb == 30
    assert jilin.rule_set.rules.account.phone_unique
    assert jilin.rule_set.rules.exam == national.rule_set.rules.exam


def test_class_hour_slot_and_beat_shrink_together_in_a_demonstration() -> None:
    """A.7: 6 s, 1 s, 2 s, so that 32 hours take 192 s; else 45 minutes, 30 s, 30 s."""
    for demo, expected, year in ((True, (6, 1, 2), 192), (False, (2700, 30, 30), 86_400)):
        hours = read_tenants(TENANTS, demo=demo)[0].rule_set.rules.hours
        assert (hours.hour_seconds, hours.slot_seconds, hours.beat_seconds) == expected
        assert (hours.general + hours.professional) * hours.hour_seconds == year
