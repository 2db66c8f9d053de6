"""The settings of the mail reach the server."""

from signalling.mail.config import MailConfig, Tls
from vmr.cli.serve import _config
from vmr.setting_sources import load


def test_the_settings_are_those_of_the_mail() -> None:
    options = {
        "smtp_host": "mail.example.org",
        "smtp_port": "465",
        "smtp_tls": "tls",
        "smtp_username": "vmr",
        "smtp_password": "xyzzy",
        "mail_from": "bookings@example.org",
        "mail_domains": "cjsm.example",
        "mail_reminder_h": "20",
    }
    config = _config(load(options, {})).mail
    assert config == MailConfig(
        host="mail.example.org",
        port=465,
        tls=Tls.TLS,
        username="vmr",
        password="xyzzy",
        sender="bookings@example.org",
        domains=("cjsm.example",),
        reminder_h=20.0,
    )
    assert config.is_set_up
    assert "xyzzy" not in repr(config)


def test_nothing_said_is_no_mail() -> None:
    config = _config(load({}, {})).mail
    assert config == MailConfig()
    assert not config.is_set_up
