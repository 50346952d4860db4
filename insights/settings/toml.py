"""Reading earful.toml strictly, and writing one with every default and its comment."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import typing
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from insights.settings.options import Settings

FREE_TABLES = ("columns", "models")
FILE_NAME = "earful.toml"


class SettingsError(ValueError):
    """earful.toml holds something that cannot be used; the message names the key and the cure."""


def load_settings(study_dir: Path) -> Settings:
    """Return the settings of a study; every default where there is no earful.toml.

    Raises
    ------
    SettingsError
        For text that is no TOML, unknown sections or keys, and values of another type.

    Examples
    --------
    >>> load_settings(Path("no-such-study")).cases.low_score
    6
    """
    path = study_dir / FILE_NAME
    if not path.is_file():
        return Settings()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: not readable as TOML ({error}); mend that place") from error
    known = {item.name for item in dataclasses.fields(Settings)}
    for section in document:
        if section not in known:
            raise SettingsError(f"{path.name}: unknown section [{section}]{nearest(section, known)}")
    sections = {name: section_from(path.name, name, document.get(name, {})) for name in known}
    return Settings(**sections)


def section_from(file_name: str, name: str, values: object) -> typing.Any:  # noqa: ANN401 - a section's own class
    """Return one section as its dataclass (or mapping for free tables), refusing what does not fit."""
    if not isinstance(values, Mapping):
        raise SettingsError(f"{file_name}: {name} is {values!r}; write it as a section [{name}]")
    if name in FREE_TABLES:
        return {str(key): str(value) for key, value in values.items()}
    section = typing.get_type_hints(Settings)[name]
    hints = typing.get_type_hints(section)
    for key, value in values.items():
        if key not in hints:
            raise SettingsError(f"{file_name}: unknown key {key!r} in [{name}]{nearest(key, hints)}")
        refuse_misfit(f"{file_name}: [{name}] {key}", value, hints[key])
    return section(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def refuse_misfit(place: str, value: object, hint: object) -> None:
    """Raise a SettingsError where ``value`` is not of the option's type."""
    if typing.get_origin(hint) is typing.Literal:
        allowed = typing.get_args(hint)
        if value not in allowed:
            raise SettingsError(f"{place} = {value!r}: expected one of {', '.join(map(str, allowed))}")
        return
    if hint is float and type(value) is int:
        return
    expected = list if typing.get_origin(hint) is tuple else hint
    if type(value) is not expected:
        raise SettingsError(f"{place} = {value!r}: expected {getattr(expected, '__name__', expected)}")


def nearest(name: str, known: typing.Iterable[str]) -> str:
    """Return "; did you mean X?" or the list of what there is."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]!r}?" if close else f"; there is {', '.join(names)}"


def settings_text(settings: Settings | None = None) -> str:
    """Return earful.toml with every option written out and explained; `earful init` writes it.

    Examples
    --------
    >>> "low_score = 6" in settings_text()
    True
    """
    settings = settings or Settings()
    document = tomlkit.document()
    document.add(tomlkit.comment("Settings of this study. Every value here is the default unless you changed it."))
    for section in dataclasses.fields(settings):
        value = getattr(settings, section.name)
        table = tomlkit.table()
        if section.name in FREE_TABLES:
            for key, item in value.items():
                table.add(key, item)
            table.add(tomlkit.comment(FREE_TABLE_COMMENTS[section.name]))
        else:
            for item in dataclasses.fields(value):
                content = getattr(value, item.name)
                entry = tomlkit.item(list(content) if isinstance(content, tuple) else content)
                table.add(item.name, entry.comment(item.metadata["comment"]))
        document.add(tomlkit.nl())
        document.add(section.name, table)
    return tomlkit.dumps(document)


FREE_TABLE_COMMENTS = {
    "columns": 'your heading for one of our columns, such as: interview_id = "Номер анкеты"',
    "models": 'a path for one of the models, such as: whisper-base = "/models/base.pt"',
}
