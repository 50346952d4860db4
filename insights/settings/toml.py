"""Reading earful.toml strictly, and writing one with every default and its comment."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import tomlkit

from insights.settings.options import Settings
from insights.settings.values import WANTED, value_faults

FREE_TABLES = ("columns", "models")
FILE_NAME = "earful.toml"


class SettingsError(ValueError):
    """earful.toml holds something that cannot be used; ``faults`` holds a line for each, with key and cure."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def load_settings(study_dir: Path) -> Settings:
    """Return the settings of a study; every default where there is no earful.toml.

    Raises
    ------
    SettingsError
        For text that is no TOML; else with every unknown section or key and every value that does not fit.

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
    faults = [f"{path.name}: {fault}" for fault in settings_faults(document)]
    if faults:
        raise SettingsError(*faults)
    return Settings(**{name: section_from(name, values) for name, values in document.items()})


def settings_faults(document: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with the sections of earful.toml, their keys and values."""
    known = {item.name for item in dataclasses.fields(Settings)}
    for name, values in document.items():
        if name not in known:
            yield f"unknown section [{name}]{nearest(name, known)}"
        elif not isinstance(values, Mapping):
            yield f"{name} is {values!r}; write it as a section [{name}]"
        elif name in FREE_TABLES:
            wrong = {key: value for key, value in values.items() if not isinstance(value, str)}
            yield from (f"[{name}] {key} = {value!r}: write {WANTED[str]}" for key, value in wrong.items())
        else:
            yield from section_faults(name, values)


def section_faults(name: str, values: Mapping[str, object]) -> Iterator[str]:
    """Yield what is wrong with one section: unknown keys, and values that do not fit their option."""
    section = typing.get_type_hints(Settings)[name]
    options, hints = {item.name: item for item in dataclasses.fields(section)}, typing.get_type_hints(section)
    for key, value in values.items():
        if key not in options:
            yield f"unknown key {key!r} in [{name}]{nearest(key, options)}"
        else:
            yield from value_faults(f"[{name}] {key}", value, options[key], hints[key])


def section_from(name: str, values: Mapping[str, typing.Any]) -> typing.Any:  # noqa: ANN401 - a section's own class
    """Return one checked section as its dataclass, or as a mapping for free tables."""
    if name in FREE_TABLES:
        return dict(values)
    section = typing.get_type_hints(Settings)[name]
    return section(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


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
