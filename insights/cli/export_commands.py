"""earful export: the store in other tools' formats, personal data masked."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from insights.cli.context import counted, json_option, print_json, stop, study_option

FORMATS = ("csv", "parquet", "spss", "textgrid", "eaf", "labelstudio", "rttm", "srt", "snapshot", "datasette")


@click.command()
@study_option
@click.option("--to", "kind", type=click.Choice(FORMATS), required=True, help="The format.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Default: exports/FORMAT in the study.")
@click.option("--originals", is_flag=True, help="Leave personal data unmasked; that you did is written to logs/.")
@json_option
def export(study_dir: Path, *, kind: str, out: Path | None, originals: bool, as_json: bool) -> None:
    r"""Write the study for spreadsheets, statistics, annotation tools, colleagues or Datasette.

    csv, parquet, spss: tables. textgrid, eaf, labelstudio, rttm, srt: a file a call. snapshot: a redacted study for
    other machines, its sound cut to answers and quotes. datasette: a redacted store to browse, with metadata.

    \b
    Examples:
      earful export --to csv
      earful export --to spss --out /tmp/wave4
      earful export --to snapshot
    """
    from insights.export import Export, export_study
    from insights.privacy import note_originals_shown
    from insights.settings import SettingsError, StudyFolder, load_settings
    from insights.store import StoreError, open_store

    folder = StudyFolder(study_dir)
    target = out or folder.exports / kind
    try:
        settings = load_settings(study_dir)
        store = open_store(folder.store, readonly=True)
        try:
            if originals:
                note_originals_shown(folder, command=f"earful export --to {kind} --originals", n=1)
            redact = settings.privacy.redact and not originals
            done = export_study(Export(store, folder, settings, target, redact=redact), kind)
        finally:
            store.close()
    except OSError as error:
        stop(f"{error.filename or target}: {error.strerror or error}; name a folder that can be written with --out")
    except (SettingsError, StoreError) as error:
        stop(str(error))
    if as_json:
        print_json({"format": kind, "folder": str(done.target), "files": [str(path) for path in done.files]})
        return
    click.echo(
        f"{counted(len(done.files), 'file')} in {done.target}" + ("" if redact else ", personal data NOT masked")
    )
    if kind == "datasette":
        where = shlex.quote(str(target))
        click.echo(f"cd {where} && datasette study.db -m metadata.json --plugins-dir plugins --host 127.0.0.1")
