"""Settings: checked once, and each message says what to write instead."""

import re
from pathlib import Path

import pytest

from pulse.answering_settings import BoxPlace, Encryption, MailWay
from pulse.config import VARIABLES, Settings, SettingsError
from tests.conftest import REPOSITORY


def settings_of(**environ: str) -> Settings:
    return Settings.from_environ({"PULSE_HOME": "/srv/pulse", **environ})


def test_without_any_setting_everything_lies_in_one_folder() -> None:
    settings = settings_of()
    assert settings.registry_url == "sqlite:////srv/pulse/registry.sqlite"
    assert settings.office_url == "sqlite:////srv/pulse/office.sqlite"
    assert settings.archive_url == "sqlite:////srv/pulse/archive.sqlite"
    assert settings.keys == Path("/srv/pulse/keys")
    assert settings.public_url == "http://127.0.0.1:8000"


def test_the_home_is_a_whole_path_wherever_pulse_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environ({}).home == tmp_path / "pulse-data"


def test_an_empty_variable_counts_as_absent() -> None:
    assert settings_of(PULSE_ORGANISATION=" ", PULSE_KEYS="") == settings_of()


def test_postgresql_gets_the_driver_that_pulse_brings() -> None:
    settings = settings_of(PULSE_OFFICE_URL="postgresql://office:p%40ss@db/office")
    assert settings.office_url == "postgresql+psycopg://office:p%40ss@db/office"


def test_variables_of_other_programs_do_not_matter() -> None:
    assert settings_of(PATH="/bin", PULSEAUDIO="on") == settings_of()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("PULSE_PUBLIC_ADDRESS", "PULSE_PUBLIC_URL"),
        ("PULSE_ORGANIZATION", "PULSE_ORGANISATION"),
        ("PULSE_K", "PULSE_KEYS"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_name(name: str, near: str) -> None:
    with pytest.raises(
        SettingsError, match=f"{name} is not a setting of Pulse. Did you mean {near}?"
    ):
        settings_of(**{name: "x"})


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PULSE_PUBLIC_URL", "pulse.example.org", "a whole address such as https://"),
        ("PULSE_PUBLIC_URL", "ftp://pulse.example.org", "a whole address"),
        ("PULSE_PUBLIC_URL", "http://pulse.example.org", "must begin with https://"),
        ("PULSE_PUBLIC_URL", "https://example.org/pulse", "a host name of its own"),
        ("PULSE_PUBLIC_URL", "https://me@example.org", "a host name of its own"),
        ("PULSE_PUBLIC_URL", "https://example.org:99999", "Write an address that a browser opens"),
        ("PULSE_PUBLIC_URL", "https://[half", "Write an address that a browser opens"),
        ("PULSE_ORGANISATION", "x" * 101, "at most 100 letters"),
        ("PULSE_ORGANISATION", "two\nlines", "one line"),
        ("PULSE_OFFICE_URL", "office.sqlite", "not the address of a database"),
        ("PULSE_OFFICE_URL", "postgresql://host:port/office", "not the address of a database"),
        ("PULSE_OFFICE_URL", "mysql://host/office", "asks for mysql, which Pulse does not speak"),
        ("PULSE_OFFICE_URL", "postgresql://host", "names no database"),
        ("PULSE_OFFICE_URL", "sqlite://", "four slashes"),
        ("PULSE_OFFICE_URL", "sqlite:///:memory:", "four slashes"),
        ("PULSE_OFFICE_URL", "sqlite:///office.sqlite", "four slashes"),
    ],
)
def test_a_value_that_cannot_work_is_refused_by_its_name(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        settings_of(**{name: value})
    assert name in str(caught.value)


def test_no_message_repeats_a_password() -> None:
    for url in (
        "mysql://me:secret@host/x",
        "postgresql://me:secret@host",
        "postgresql://me:secret@host:port/x",
    ):
        with pytest.raises(SettingsError) as caught:
            settings_of(PULSE_ARCHIVE_URL=url)
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["sqlite:////srv/pulse/registry.sqlite", "postgresql://host/one"])
def test_two_stores_never_share_a_database(url: str) -> None:
    with pytest.raises(SettingsError, match="are set to one database"):
        settings_of(PULSE_REGISTRY_URL=url, PULSE_ARCHIVE_URL=url)


def test_one_name_on_two_servers_is_two_databases() -> None:
    settings_of(
        PULSE_REGISTRY_URL="postgresql://a/pulse",
        PULSE_ARCHIVE_URL="postgresql:///pulse?host=/run/b",
    )


@pytest.mark.parametrize("name", VARIABLES)
def test_every_setting_is_documented(name: str) -> None:
    assert f"`{name}`" in (REPOSITORY / "docs" / "operations" / "settings.md").read_text()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("PULSE_BOX", "ftp://box.example.org", "Write `mounted`, `beside`"),
        ("PULSE_BOX", "http://box.example.org", "Write `mounted`, `beside`"),
        ("PULSE_MAIL", "mail.example.org", "smtp://name:password@mail.example.org:587"),
        ("PULSE_MAIL", "smtp://mail.example.org:x", "smtp://name:password@mail.example.org:587"),
        ("PULSE_MAIL", "ftp://mail.example.org:21", "smtp://name:password@mail.example.org:587"),
        ("PULSE_MAIL", "smtp://mail.example.org:465", "Write smtps://"),
        ("PULSE_MAIL_FROM", "nobody", "must be one e-mail address"),
        ("PULSE_MAIL_FROM", "a@example.org\nBcc: b@example.org", "must be one e-mail address"),
        ("PULSE_LANGUAGES", "English", "names 'English'"),
        ("PULSE_LANGUAGES", "en en", "each language once"),
    ],
)
def test_a_setting_of_waves_that_cannot_work_is_refused(
    variable: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        Settings.from_environ({variable: value})


def test_the_local_mailbox_works_on_this_machine_alone() -> None:
    assert Settings.from_environ({"PULSE_MAIL": "mailbox"}).answering.mail.way is MailWay.MAILBOX
    with pytest.raises(SettingsError, match="this machine alone"):
        Settings.from_environ(
            {"PULSE_MAIL": "mailbox", "PULSE_PUBLIC_URL": "https://pulse.example.org"}
        )


def test_mail_beyond_this_machine_is_encrypted_and_its_password_is_never_shown() -> None:
    given = {"PULSE_MAIL": "smtp://pulse:s%40cret@mail.example.org"}
    mail = Settings.from_environ(given).answering.mail
    assert (mail.host, mail.port, mail.name, mail.password) == (
        "mail.example.org", 587, "pulse", "s@cret",
    )  # fmt: skip
    assert mail.encryption is Encryption.STARTTLS
    assert "s@cret" not in repr(mail)
    local = Settings.from_environ({"PULSE_MAIL": "smtp://localhost:2525"}).answering.mail
    assert local.encryption is Encryption.NONE


def test_a_mail_server_can_be_encrypted_from_the_first_byte() -> None:
    mail = Settings.from_environ({"PULSE_MAIL": "smtps://mail.example.org"}).answering.mail
    assert (mail.port, mail.encryption) == (465, Encryption.TLS)


def test_the_sender_is_an_address_at_the_host_that_people_type() -> None:
    given = {"PULSE_PUBLIC_URL": "https://pulse.example.org"}
    assert Settings.from_environ(given).answering.mail.sender == "pulse@pulse.example.org"
    assert Settings.from_environ({}).answering.mail.sender == "pulse@localhost"


def test_ballots_go_to_this_host_unless_a_box_elsewhere_is_named() -> None:
    assert Settings.from_environ({}).answering.box_url == "/box"
    elsewhere = Settings.from_environ({"PULSE_BOX": "https://box.example.org/"}).answering
    assert (elsewhere.box_place, elsewhere.box_url) == (
        BoxPlace.ELSEWHERE, "https://box.example.org",
    )  # fmt: skip
