"""Settings come from options, variables, a TOML text and defaults; mistakes name their place."""

import dataclasses

import pytest

from vmr.bookings.numbers import BookingNumbers
from vmr.numbers import Numbers
from vmr.record_numbers import RecordNumbers
from vmr.setting_sources import (
    GROUPS,
    SETTINGS,
    SettingError,
    load,
    markdown,
    shown_value_of,
    value_of,
)
from vmr.settings import Settings


def test_nothing_given_means_the_defaults() -> None:
    settings = load({}, {})
    assert settings == Settings()
    assert settings.numbers == Numbers()


def test_every_field_and_every_number_is_a_setting_with_a_help_sentence() -> None:
    names = [one.name for one in SETTINGS]
    declared = [
        *dataclasses.fields(Settings),
        *dataclasses.fields(Numbers),
        *dataclasses.fields(BookingNumbers),
        *dataclasses.fields(RecordNumbers),
    ]
    assert names == [one.name for one in declared if one.name not in GROUPS]
    assert len(set(names)) == len(names)
    assert [one.name for one in SETTINGS if not one.help.endswith(".")] == []


def test_every_default_can_be_said_as_an_option() -> None:
    options = {one.name: one.default_text for one in SETTINGS}
    assert load(options, {}) == Settings()


def test_an_option_wins_over_a_variable_and_a_variable_over_the_file() -> None:
    toml = "waiting_s = 1\nreentry_s = 1\nhost_left_s = 1"
    variables = {"VMR_WAITING_S": "2", "VMR_REENTRY_S": "2"}
    numbers = load({"waiting_s": "3"}, variables, toml).numbers
    assert (numbers.waiting_s, numbers.reentry_s, numbers.host_left_s) == (3, 2, 1)
    assert numbers.host_lost_s == Numbers().host_lost_s


def test_variables_of_others_are_not_ours() -> None:
    assert load({}, {"VMR_SERVICE_HOST": "x", "HTTP_PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("http_port", " 90 ", 90),
        ("waiting_s", "1.5", 1.5),
        ("codecs", "h264", ("h264",)),
        ("codecs", "h264, vp8", ("h264", "vp8")),
        ("media_announce", "", ()),
        ("media_announce", "10.0.0.5,[2001:db8::1]:443,2001:db8::1,10.0.0.5:1", (
            "10.0.0.5", "[2001:db8::1]:443", "2001:db8::1", "10.0.0.5:1",
        )),
        ("slot_warnings_min", "15,5", (15, 5)),
        ("social_unrecorded", "Yes", True),
        ("social_unrecorded", "0", False),
        ("public_url", "https://meet.example.org:8443", "https://meet.example.org:8443"),
        ("ntp_server", "[2001:db8::1]:1123", "[2001:db8::1]:1123"),
        ("media_host", "::", "::"),
        ("media_workers", "64", 64),
        ("media_tcp_port", "off", "off"),
        ("media_tcp_port", " 443 ", "443"),
        ("log_level", "debug", "debug"),
        ("mail_domains", "cjsm.example, gov.example", ("cjsm.example", "gov.example")),
        ("mail_reminder_h", "0", 0.0),
        ("trusted_proxies", "", ()),
    ],
)  # fmt: skip
def test_a_text_becomes_the_value_it_says(name: str, text: str, value: object) -> None:
    (setting,) = (one for one in SETTINGS if one.name == name)
    assert value_of(load({name: text}, {}), setting) == value
    assert value_of(load({}, {setting.variable: text}), setting) == value


@pytest.mark.parametrize(("text", "port"), [("same", 5), ("off", None), ("0", 0), ("443", 443)])
def test_the_tcp_port_is_the_udp_port_unless_said_otherwise(text: str, port: int | None) -> None:
    assert load({"media_port": "5", "media_tcp_port": text}, {}).tcp_port() == port


def test_a_file_says_values_in_their_own_kind() -> None:
    toml = 'codecs = ["h264"]\nsocial_unrecorded = true\nwaiting_s = 7.5\nslot_warnings_min = [3]'
    settings = load({}, {}, toml)
    assert settings.codecs == ("h264",)
    assert settings.numbers.social_unrecorded
    assert settings.numbers.waiting_s == 7.5
    assert settings.numbers.slot_warnings_min == (3,)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("http_port = '8080'", "http_port in vmr.toml: must be a whole number, not '8080'"),
        ("http_port = true", "http_port in vmr.toml: must be a whole number, not True"),
        ("http_port = 1.0", "http_port in vmr.toml: must be a whole number, not 1.0"),
        ("waiting_s = nan", "waiting_s in vmr.toml: must be a number, not nan"),
        ("waiting_s = 'long'", "waiting_s in vmr.toml: must be a number, not 'long'"),
        ("codecs = 'vp8'", "codecs in vmr.toml: must be a list of texts, not 'vp8'"),
        ("codecs = [1]", "codecs in vmr.toml: must be a list of texts, not [1]"),
        ("slot_warnings_min = [true]", "slot_warnings_min in vmr.toml: must be a list of whole"),
        ("social_unrecorded = 1", "social_unrecorded in vmr.toml: must be true or false, not 1"),
        ("http_host = 1", "http_host in vmr.toml: must be a text, not 1"),
        ("wating_s = 900", "vmr.toml: unknown setting wating_s"),
        ("[numbers]\nwaiting_s = 900", "vmr.toml: unknown setting numbers"),
        ("http_port", "vmr.toml: "),
    ],
)
def test_a_wrong_file_names_setting_and_file(toml: str, said: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({}, {}, toml, "vmr.toml")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("http_port", "x", "must be a whole number, not 'x'"),
        ("http_port", "70000", "must be a port from 0 to 65535, not '70000'"),
        ("codecs", "", "must list one or more of vp8, h264, each once, not ''"),
        ("codecs", "vp8,vp8", "must list one or more of vp8, h264, each once, not 'vp8,vp8'"),
        ("codecs", "av1", "must list one or more of vp8, h264, each once, not 'av1'"),
        ("log_level", "loud", "must be one of debug, info, warning, error, not 'loud'"),
        ("public_url", "meet.example.org", "must look like https://meet.example.org, without"),
        ("public_url", "https://meet.example.org/", "must look like https://meet.example.org,"),
        ("media_workers", "65", "must be from 0 to 64, not '65'"),
        ("media_workers", "-1", "must be from 0 to 64, not '-1'"),
        ("media_tcp_port", "on", "must be same, off or a port, not 'on'"),
        ("media_tcp_port", "70000", "must be same, off or a port, not '70000'"),
        ("media_tcp_port", "-1", "must be same, off or a port, not '-1'"),
        ("turn_urls", "turn.example.org", "must list addresses like turn:host:3478?transport=udp"),
        ("turn_urls", "turn:a:99999", "must list addresses like turn:host:3478?transport=udp"),
        ("turn_urls", "turn:a?transport=sctp", "must list addresses like turn:host:3478?"),
        ("turn_ttl_s", "0", "must be more than 0, not '0'"),
        ("media_host", "eth0", "must be an IP address, or empty for all, not 'eth0'"),
        ("media_announce", "example.org", "must list IP addresses, or address:port, not"),
        ("media_announce", "10.0.0.5:70000", "must list IP addresses, or address:port, not"),
        (
            "database_url",
            "vmr.db",
            "must look like sqlite:///var/vmr.db or postgresql://user@host/",
        ),
        ("ntp_server", "ntp.example.org/", "must look like ntp.example.org, or host:port, not"),
        ("ntp_server", "10.0.0.5:70000", "must look like ntp.example.org, or host:port, not"),
        ("smtp_port", "0", "must be a port from 1 to 65535, not '0'"),
        ("smtp_tls", "maybe", "must be one of starttls, tls, off, not 'maybe'"),
        ("mail_from", "VMR <a@b.example>", "must be one e-mail address, not 'VMR"),
        ("mail_from", "siân@law.example", "must be one e-mail address, not 'siân"),
        ("mail_domains", "@law.example", "must list domains in lower case, like law.example"),
        ("mail_domains", "Law.example", "must list domains in lower case, like law.example"),
        ("mail_reminder_h", "-1", "must be 0 or more, not '-1'"),
        ("waiting_s", "0", "must be more than 0, not '0'"),
        ("waiting_s", "inf", "must be a number, not 'inf'"),
        ("slot_warnings_min", "5,-1", "must be more than 0, not '5,-1'"),
        ("slot_warnings_min", "5,x", "must be a list of whole numbers, not '5,x'"),
        ("social_unrecorded", "maybe", "must be true or false, not 'maybe'"),
    ],
)
def test_a_wrong_value_names_its_option_or_variable(name: str, text: str, said: str) -> None:
    (setting,) = (one for one in SETTINGS if one.name == name)
    with pytest.raises(SettingError) as caught:
        load({name: text}, {})
    assert str(caught.value).startswith(f"{setting.option}: {said}")
    with pytest.raises(SettingError) as caught:
        load({}, {setting.variable: text})
    assert str(caught.value).startswith(f"{setting.variable}: {said}")


def test_a_mistake_shows_even_where_a_stronger_source_overrules_it() -> None:
    with pytest.raises(SettingError, match="VMR_WAITING_S"):
        load({"waiting_s": "5"}, {"VMR_WAITING_S": "soon"})


TURN = {
    "turn_urls": "turn:[2001:db8::1]:3478?transport=udp,turns:turn.example.org",
    "turn_secret": "xyzzy",
}


def test_turn_servers_need_their_secret() -> None:
    assert len(load(TURN, {}).turn_urls) == 2
    with pytest.raises(SettingError, match="turn_urls needs turn_secret"):
        load({"turn_urls": "turn:a"}, {})


def test_a_mail_server_needs_a_sender_and_a_password_needs_encryption() -> None:
    mail = {"smtp_host": "mail.example.org"}
    with pytest.raises(SettingError, match="smtp_host needs mail_from"):
        load(mail, {})
    mail["mail_from"] = "bookings@example.org"
    assert load({**mail, "smtp_username": "vmr"}, {}).smtp_tls == "starttls"
    assert load({**mail, "smtp_tls": "off"}, {}).smtp_port == 587
    with pytest.raises(SettingError, match="smtp_username needs smtp_tls"):
        load({**mail, "smtp_username": "vmr", "smtp_tls": "off"}, {})


@pytest.mark.parametrize("name", ["turn_secret", "oidc_client_secret", "smtp_password"])
def test_a_secret_is_shown_nowhere(name: str) -> None:
    settings = load({name: "xyzzy"}, {})
    (setting,) = (one for one in SETTINGS if one.is_secret and one.name == name)
    assert value_of(settings, setting) == "xyzzy"
    assert shown_value_of(settings, setting) == "***"
    assert shown_value_of(Settings(), setting) == ""
    assert "xyzzy" not in repr(settings)
    with pytest.raises(SettingError) as caught:
        load({}, {}, f"{name} = ['xyzzy']", "vmr.toml")
    assert str(caught.value) == f"{name} in vmr.toml: must be a text, not '***'"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://vmr:xyzzy@host/vmr", "postgresql://vmr:***@host/vmr"),
        ("postgresql://vmr:xy/z:z@y@host/vmr", "postgresql://vmr:***@host/vmr"),
        ("postgresql://vmr@host/vmr", "postgresql://vmr@host/vmr"),
        ("postgresql://@/v?password=xyzzy&host=/run", "postgresql://@/v?password=***&host=/run"),
        ("sqlite:///var/vmr.db", "sqlite:///var/vmr.db"),
    ],
)
def test_the_databases_address_is_shown_without_its_password(url: str, shown: str) -> None:
    settings = load({"database_url": url}, {})
    (setting,) = (one for one in SETTINGS if one.name == "database_url")
    assert value_of(settings, setting) == url
    assert shown_value_of(settings, setting) == shown
    assert "xyzzy" not in repr(settings)


@pytest.mark.parametrize("wrong", ['"postgres://vmr:xyzzy@host/vmr"', '["vmr:xyzzy@host"]'])
def test_a_wrong_address_of_the_database_is_said_without_its_password(wrong: str) -> None:
    with pytest.raises(SettingError, match="database_url") as caught:
        load({}, {}, f"database_url = {wrong}", "vmr.toml")
    assert "xyzzy" not in str(caught.value)


def test_no_other_setting_is_secret() -> None:
    assert len([one for one in SETTINGS if one.is_secret]) == 3


def test_a_provider_of_staff_needs_the_name_and_the_secret_we_have_there() -> None:
    issuer = {"oidc_issuer": "https://login.example.org"}
    with pytest.raises(SettingError, match="oidc_issuer needs oidc_client_id"):
        load({**issuer, "oidc_client_id": "vmr"}, {})
    whole = load({**issuer, "oidc_client_id": "vmr", "oidc_client_secret": "x"}, {})
    assert whole.oidc_issuer == "https://login.example.org"
    for wrong in ("http://login.example.org", "login.example.org", "https://a b"):
        with pytest.raises(SettingError, match="--oidc-issuer: must look like"):
            load({"oidc_issuer": wrong}, {})


@pytest.mark.parametrize(
    ("options", "is_local"),
    [
        ({}, True),
        ({"http_host": "::1"}, True),
        ({"public_url": "http://localhost:8080"}, True),
        ({"http_host": "0.0.0.0"}, False),
        ({"public_url": "https://localhost"}, False),
        ({"public_url": "https://meet.example.org"}, False),
        ({"public_url": "http://192.0.2.1"}, False),
        ({"http_host": "0.0.0.0", "public_url": "http://localhost"}, False),
    ],
)
def test_a_server_is_local_where_nobody_else_can_reach_it(
    options: dict[str, str], is_local: bool
) -> None:
    assert load(options, {}).is_local() == is_local


def test_a_second_factor_is_off_optional_or_required() -> None:
    for value in ("", "off", "optional", "required"):
        assert load({"staff_totp": value}, {}).staff_totp == value
    with pytest.raises(SettingError, match="VMR_STAFF_TOTP: must be one of"):
        load({}, {"VMR_STAFF_TOTP": "yes"})


def test_numbers_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(SettingError, match="pin_digits_default must lie"):
        load({"pin_digits_default": "3"}, {})


def test_the_markdown_table_has_a_row_for_every_setting() -> None:
    rows = markdown().splitlines()
    assert rows[0] == "| setting | default | meaning |"
    assert len(rows) == 2 + len(SETTINGS)
    assert "| `slot_warnings_min` | `10,5,1` | Minutes before" in markdown()
    assert "| `social_unrecorded` | `false` | " in markdown()
    assert "| `public_url` |  | " in markdown()


@pytest.mark.parametrize("text", ["true", "10.0.0.5/8", "0.0.0.0/0", "::/0", "proxy.example"])
def test_only_networks_are_trusted_and_never_all_of_them(text: str) -> None:
    with pytest.raises(SettingError, match="must list networks"):
        load({"trusted_proxies": text, "public_url": "https://meet.example.org"}, {})


def test_proxies_need_the_address_that_browsers_use() -> None:
    with pytest.raises(SettingError, match="trusted_proxies needs public_url"):
        load({"trusted_proxies": "127.0.0.1,fd00::/8"}, {})


@pytest.mark.parametrize(
    "place", ["--behind-proxy", "VMR_BEHIND_PROXY", "behind_proxy in vmr.toml"]
)
def test_a_setting_of_earlier_versions_names_the_one_in_its_place(place: str) -> None:
    with pytest.raises(SettingError) as raised:
        load(
            {"behind_proxy": "true"} if place.startswith("--") else {},
            {place: "false"} if place.startswith("VMR") else {},
            "behind_proxy = true" if "toml" in place else "",
            "vmr.toml",
        )
    assert str(raised.value).startswith(f"{place}: is no more: list the proxies in trusted_proxies")


def test_a_certificate_comes_with_its_key_and_makes_the_pages_https() -> None:
    files = {"tls_cert_file": "cert.pem", "tls_key_file": "key.pem"}
    for name in files:
        with pytest.raises(SettingError, match="need each other"):
            load({name: "x.pem"}, {})
    with pytest.raises(SettingError, match="public_url must begin with https"):
        load({**files, "public_url": "http://meet.example.org"}, {})
    assert load(files, {}).is_https()
    assert not load(files, {}).is_local()
    assert load({"public_url": "https://meet.example.org"}, {}).is_https()
    assert not load({"public_url": "http://10.0.0.5"}, {}).is_https()
    assert not load({}, {}).is_https()
