"""A plugin's own rules: shipped with it, set otherwise in the tenant's file, read as strictly as the core's (C-12)."""
import re
from dataclasses import fields
from pathlib import Path
from shutil import copytree

import pytest

from core.app import open_tenants
from core.base.config import Config, ConfigError, load_config
from core.console.admin import plugin_lines
from core.tenancy import NOBODY, Tenant, unit_of_work
from plugins.zhejiang.settings import NAMES, ZhejiangRules
from tests.conftest import MASTER_KEY, NOON
from tests.data import TENANTS


def config_with(tmp_path: Path, file: str, text: str) -> Config:
    """The shipped tenants, one of them with some more lines."""
    folder = copytree(TENANTS, tmp_path / "tenants")
    with (folder / file).open("a", encoding="utf-8") as out:
        out.write(text)
    return load_config({"JIANXUE_MASTER_KEY": MASTER_KEY, "JIANXUE_VAR": str(tmp_path), "JIANXUE_MODE": "test",
                        "JIANXUE_TENANTS": str(folder)})


def test_a_tenant_sets_a_plugins_rule_otherwise(tmp_path: Path) -> None:
    config = config_with(tmp_path, "zhejiang.toml", """
[zhejiang]
sampling_percent = { value = 25, source = "A.7" }
""")
    rule_set = open_tenants(config).by_slug("zhejiang").rule_set(NOON)
    rules = rule_set.of_plugin(ZhejiangRules)
    assert (rules.sampling_percent, rules.zip_mb) == (25, 1024)
    assert dict(rules.suffixes)["photo"] == "头像"  # ZJ-11
    assert rule_set.sources["zhejiang.cities"] == "ZJ-04"


@pytest.mark.parametrize(("file", "text", "sentence"), [
    ("zhejiang.toml", '[zhejiang]\nsampling = { value = 1, source = "A.7" }', r"zhejiang\.sampling 不是已知的规则"),
    ("zhejiang.toml", '[zhejiang]\nzip_mb = { value = "1", source = "A.7" }', r"zhejiang\.zip_mb 应为 整数"),
    ("zhejiang.toml", '[zhejiang]\nyears_own = { value = [["本科"]], source = "A.7" }', r"应为列表 \[文字, 整数\]"),
    ("jilin.toml", '[zhejiang]\nzip_mb = { value = 1, source = "A.7" }', r"\[zhejiang\] 不是已知的规则组"),
    ("beijing.toml", '[desk]\nright = { value = 1, source = "A.7" }', r"插件 desk 没有可设置的规则"),
])
def test_a_wrong_rule_of_a_plugin_stops_the_start_by_name(tmp_path: Path, file: str, text: str, sentence: str) -> None:
    config = config_with(tmp_path, file, "\n" + text + "\n")
    with pytest.raises(ConfigError, match=sentence):
        open_tenants(config)


def test_every_rule_of_a_plugin_has_a_name_and_a_row(zhejiang: Tenant) -> None:
    assert set(NAMES) == {"", *(one.name for one in fields(ZhejiangRules))}
    with unit_of_work(zhejiang, NOBODY) as ctx:
        [(_title, lines)] = plugin_lines(ctx)
    for line in lines:
        assert re.fullmatch(r"([A-Z]{1,4}-\d+|A\.7)(, ([A-Z]{1,4}-\d+|A\.7))*", line.source), line.key
