"""The unit, the image, the compose file and the example settings say what is so."""

import configparser
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml  # type: ignore[import-untyped]

from tests.deploy.proxy import DEPLOY
from vmr.cli.options import CONFIG_VARIABLE
from vmr.cli.serve import SHUTDOWN_S
from vmr.setting_sources import PREFIX, SETTINGS, load
from vmr.settings import Settings

ROOT = DEPLOY.parent
VARIABLES = {one.variable for one in SETTINGS} | {CONFIG_VARIABLE}
EXPOSURE_MAX = 20
"""Tenths of what systemd-analyze rates a unit by; its own services are at 90 and more."""


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(text("compose.yaml"))
    return read


@pytest.fixture(scope="module")
def unit() -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text("vmr.service"))
    return dict(parser["Service"])


@pytest.mark.parametrize("name", ["compose.yaml", "Containerfile", "vmr.service"])
def test_every_variable_is_a_setting(name: str) -> None:
    named = set(re.findall(rf"\b{PREFIX}[A-Z0-9_]+", text(name)))
    assert named
    assert named <= VARIABLES


def test_the_example_settings_are_settings_with_and_without_what_is_commented_out() -> None:
    example = text("vmr.toml")
    settings = load({}, {}, example, "vmr.toml")
    assert settings.is_https()
    assert settings.database_url == "sqlite:////var/lib/vmr/vmr.db"
    lines = example.splitlines()
    offered = [re.sub(r"^# (?=[a-z_]+ = )", "", one) for one in lines]
    assert len(tomllib.loads("\n".join(offered))) > len(tomllib.loads(example)) + 8
    assert load({}, {}, "\n".join(offered), "vmr.toml").tls_cert_file


def test_the_settings_that_the_compose_file_asks_for_are_taken(compose: dict[str, Any]) -> None:
    asked = re.findall(
        r"^# +((?:trusted|database|media|redis|node)_[a-z]+ = [^\s,]+)", text("compose.yaml"), re.M
    )
    settings = load({}, {}, "\n".join(['public_url = "https://meet.example.org"', *asked]))
    assert len(asked) == 5
    (inside,) = compose["networks"]["inside"]["ipam"]["config"]
    assert settings.trusted_proxies == (inside["gateway"],)
    for url in (settings.database_url, settings.redis_url):
        assert urlsplit(url).hostname in compose["services"]


def test_media_ports_are_published_to_all_and_pages_to_this_machine_alone(
    compose: dict[str, Any],
) -> None:
    default = Settings()
    server = compose["services"]["server"]
    last = default.media_port + int(server["environment"]["VMR_MEDIA_WORKERS"]) - 1
    media = f"{default.media_port}-{last}"
    assert set(server["ports"]) == {
        f"127.0.0.1:{default.http_port}:{default.http_port}/tcp",
        f"{media}:{media}/udp",
        f"{media}:{media}/tcp",
    }
    for name in ("postgresql", "redis"):
        assert "ports" not in compose["services"][name]


def test_secrets_are_files_and_stand_in_no_environment(compose: dict[str, Any]) -> None:
    used = {one for service in compose["services"].values() for one in service["secrets"]}
    assert used == set(compose["secrets"])
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            is_secret = re.search("PASSWORD|SECRET|KEY|TOKEN", name)
            assert not is_secret or value.startswith("/run/secrets/")


@pytest.mark.parametrize("name", ["server", "redis", "turn"])
def test_containers_have_no_rights_and_write_nowhere(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "turn" else [])
    # It would take from coturn's program what its file has: the ports below 1024.
    assert service.get("security_opt", []) == ([] if name == "turn" else ["no-new-privileges"])


def test_what_the_server_needs_is_started_before_it_and_answers_by_the_network(
    compose: dict[str, Any],
) -> None:
    """By its socket a database answers too while it is being made, which the server cannot use."""
    needs = compose["services"]["server"]["depends_on"]
    assert needs["postgresql"] == {"condition": "service_healthy"}
    assert "redis" in needs
    assert "--host=127.0.0.1" in compose["services"]["postgresql"]["healthcheck"]["test"]


def test_secrets_are_named_as_every_program_reads_them_and_kept_out_of_the_repository(
    compose: dict[str, Any],
) -> None:
    """Without the dot one program takes the folder for a volume's name."""
    for one in compose["secrets"].values():
        assert one["file"].startswith("./secrets/")
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_a_stop_has_time_to_keep_the_meetings(
    compose: dict[str, Any], unit: dict[str, str]
) -> None:
    assert int(unit["TimeoutStopSec"]) > 3 * SHUTDOWN_S
    assert compose["services"]["server"]["stop_grace_period"] == f"{unit['TimeoutStopSec']}s"
    assert unit["KillMode"] == "mixed"
    assert unit["KillSignal"] == "SIGTERM"
    assert "STOPSIGNAL SIGTERM" in text("Containerfile")


def test_the_unit_is_one_that_systemd_takes_and_finds_little_to_fault(tmp_path: Path) -> None:
    """Its program lies elsewhere here, and is another."""
    here = text("vmr.service").replace("/opt/vmr/.venv/bin/vmr", "/bin/true")
    (tmp_path / "vmr.service").write_text(here)
    for command in (["verify", "--man=no"], ["security", "--offline=true", "--no-pager"]):
        limit = [f"--threshold={EXPOSURE_MAX}"] if command[0] == "security" else []
        ended = subprocess.run(
            ["systemd-analyze", *command, *limit, str(tmp_path / "vmr.service")],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stderr or ended.stdout.splitlines()[-1]
        assert "vmr.service:" not in ended.stderr


def test_the_unit_lets_pyopenssl_make_its_callbacks(unit: dict[str, str]) -> None:
    """Without memory to write and execute no DTLS handshake ends, and no page shows why."""
    assert "MemoryDenyWriteExecute" not in unit


def test_the_image_is_made_of_what_the_package_is_made_of() -> None:
    image = text("Containerfile")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert re.findall(r"^COPY (\w+) \1$", image, re.M) == packages
    copied = re.findall(r"^COPY ([^-\n]+) \./$", image, re.M)
    for name in " ".join(copied).split():
        assert (ROOT / name).is_file()
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    pango = re.search(r"^PANGO := (.+)$", makefile, re.M)
    assert pango is not None
    assert all(package in image for package in pango[1].split())
    (user, group) = re.findall(r"^USER ([1-9]\d+):([1-9]\d+)$", image, re.M)[0]
    assert f"useradd --uid {user} " in image
    assert f"groupadd --gid {group} " in image
