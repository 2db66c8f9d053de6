"""README documents every setting, from the declarations themselves."""

from pathlib import Path

from vmr.setting_sources import markdown

README = Path(__file__).parents[2] / "README.md"


def test_readme_has_the_table_that_vmr_settings_prints() -> None:
    assert markdown() in README.read_text(encoding="utf-8")
