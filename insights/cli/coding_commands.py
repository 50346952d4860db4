"""earful code, earful agree: people code a sample, the machine is measured against them, and learns from them."""

from __future__ import annotations

import math
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from insights.cli.context import command_here, counted, json_option, print_json, stop, study_option
from insights.cli.metric_commands import with_store

if TYPE_CHECKING:
    from insights.cli.coding_work import Pair
    from insights.night.frame import StudyFrame
    from insights.store import Store

WRONG_USAGE = 2


@click.command()
@study_option
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Write a sheet of N answers drawn at random.")
@click.option("--coder", metavar="NAME", help="Who codes; with --sample and --read.")
@click.option("--read", "sheet", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="A filled sheet.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same answers for all.")
@click.option("--themes", is_flag=True, help="Group what no code covers and offer new codes.")
@click.option("--refit", is_flag=True, help="Learn from people's codes, if that agrees with them better.")
@json_option
def code(  # noqa: PLR0913 - one parameter for each option of the command
    study_dir: Path,
    *,
    sample: int | None,
    coder: str | None,
    sheet: Path | None,
    seed: int,
    themes: bool,
    refit: bool,
    as_json: bool,
) -> None:
    r"""Code reasons by hand, offer new codes, teach the machine.

    A sheet shows no codes of the machine. Fill its column "codes" with ids and signs: price-, manager+ (praise),
    speed0 (neither); a single - means no reason. Copy the words it rests on into "quote": one stretch for all codes,
    or one for each with | between.

    \b
    Examples:
      earful code --sample 100 --coder anna      writes exports/coding-anna.csv
      earful code --read exports/coding-anna.csv --coder anna
      earful code --themes                       writes exports/themes.toml
      earful code --refit
    """
    chosen = [name for name, on in (("sample", sample), ("read", sheet), ("themes", themes), ("refit", refit)) if on]
    if len(chosen) != 1:
        stop("say one of --sample N, --read SHEET, --themes, --refit", code=WRONG_USAGE)
    if chosen[0] in ("sample", "read"):
        coder = _person(coder, chosen[0])
    if sample is not None:
        _sample(study_dir, sample, str(coder), seed, as_json=as_json)
    elif sheet is not None:
        _read(study_dir, sheet, str(coder), as_json=as_json)
    elif themes:
        _themes(study_dir, seed, as_json=as_json)
    else:
        _refit(study_dir, as_json=as_json)


def _person(coder: str | None, option: str) -> str:
    """Return the name of who codes; exit 2 without one, or where it is the machine's."""
    from insights.store.records import MACHINE_CODER

    name = (coder or "").strip()
    if not name:
        stop(f"--{option} needs --coder NAME", code=WRONG_USAGE)
    if name.casefold() == MACHINE_CODER:
        stop(f"{name!r} is what the machine codes under; give another name with --coder", code=WRONG_USAGE)
    return name


def _frame(study_dir: Path) -> StudyFrame:
    from insights.cli.night_commands import guarded
    from insights.night.frame import load_frame

    return guarded(lambda: load_frame(study_dir))


def _sample(study_dir: Path, count: int, coder: str, seed: int, *, as_json: bool) -> None:
    from insights.cli.coding_work import write_sheet
    from insights.settings import StudyFolder

    name = "".join(letter if letter.isalnum() else "-" for letter in coder)
    path = StudyFolder(study_dir).exports / f"coding-{name}.csv"
    if path.exists():
        stop(f"{path} exists; read it back or move it away first, so that no codes are lost", code=WRONG_USAGE)
    frame = _frame(study_dir)
    codes, redact = [code.code_id for code in frame.codebook.codes], frame.settings.privacy.redact
    n = with_store(
        study_dir, lambda store: write_sheet(store, path, count=count, seed=seed, redact=redact), readonly=True
    )
    if as_json:
        print_json({"sheet": str(path), "answers": n, "seed": seed, "codes": codes})
        return
    click.echo(
        f"codes: {', '.join(codes)}; each with + praise, - complaint or 0 neither, and a single - for no reason"
    )
    read = command_here(shlex.join(["earful", "code", "--read", str(path), "--coder", coder]), study_dir)
    click.echo(f"{counted(n, 'answer')} in {path}; fill the column codes, then: {read}")


def _read(study_dir: Path, sheet: Path, coder: str, *, as_json: bool) -> None:
    from insights.cli.coding_work import read_codes, store_hand_codes
    from insights.reasons.sheets import SheetError
    from insights.store import store_codebook

    frame = _frame(study_dir)
    codebook, redact = frame.codebook, frame.settings.privacy.redact

    def work(store: Store) -> int:
        codes = read_codes(store, sheet, codebook, redact=redact)
        store_codebook(store, codebook)  # it may have got codes since the last night
        return store_hand_codes(store, coder, codes, codebook)

    try:
        n = with_store(study_dir, work)
    except (SheetError, ValueError) as error:
        stop(str(error))
    if as_json:
        print_json({"coder": coder, "codes": n})
        return
    if not n:
        click.echo(f"{sheet} holds no codes yet; fill its column codes, then read it again")
        return
    click.echo(f"{n} codes of {coder} stored beside the machine's; compare them: earful agree")


def _themes(study_dir: Path, seed: int, *, as_json: bool) -> None:
    from insights.cli.coding_work import statements_stored
    from insights.language import embedder
    from insights.reasons import ReasonCoder
    from insights.reasons.learning import current_refit
    from insights.reasons.themes import loose_clauses, themes
    from insights.settings import make_private, write_private

    frame = _frame(study_dir)
    vectors = embedder()
    coder = ReasonCoder(frame.codebook, embedder=vectors, refit=current_refit(frame.folder.coders))
    redact = frame.settings.privacy.redact
    statements = with_store(
        study_dir, lambda store: statements_stored(store, frame.survey, redact=redact), readonly=True
    )
    found = themes(loose_clauses(list(statements.values()), coder), embedder=vectors, seed=seed)
    path = frame.folder.exports / "themes.toml"
    make_private(path.parent)
    write_private(path, "\n".join(f"# {theme.n} clauses\n{theme.toml}" for theme in found))
    if as_json:
        print_json([{"n": theme.n, "by_score": theme.by_score, "file": path} for theme in found])
        return
    if not found:
        click.echo("Nothing that the codebook does not cover is said three times or more.")
        return
    click.echo(f"{'clauses':>7} {'low':>5} {'between':>8} {'best':>5}")  # words only in the file: they are customers'
    for theme in found:
        low, between, best = (theme.by_score.get(side, 0) for side in (-1, 0, 1))
        click.echo(f"{theme.n:>7} {low:>5} {between:>8} {best:>5}")
    click.echo(f"\nwith their words and quotes, ready to paste into codebook.toml: {path}")


def _refit(study_dir: Path, *, as_json: bool) -> None:
    from insights.cli.coding_work import hand_coded
    from insights.language import embedder
    from insights.reasons.learning import current_refit, keep_refit, try_refit

    frame = _frame(study_dir)
    folder = frame.folder.coders
    coded = with_store(study_dir, lambda store: hand_coded(store, frame.survey), readonly=True)
    try:
        trial = try_refit(coded, frame.codebook, embedder=embedder(), current=current_refit(folder))
    except ValueError as error:
        stop(str(error))
    path = keep_refit(trial.refit, folder) if trial.refit is not None else None
    if as_json:
        print_json(
            {
                "before": trial.before,
                "after": trial.after,
                "n": trial.n_held_out,
                "learnt_from": trial.n_learnt,
                "method": "micro-F1 on held-out answers",
                "kept": str(path) if path else None,
            }
        )
        return
    click.echo(
        f"F1 against people on {trial.n_held_out} answers apart: before {trial.before:.3f}, after {trial.after:.3f}"
    )
    click.echo(
        f"kept: {path}; the next night codes with it" if path else "not kept: it would not agree with people better"
    )


@click.command()
@study_option
@json_option
def agree(study_dir: Path, *, as_json: bool) -> None:
    r"""How far people agree with each other and with the machine on reasons.

    Krippendorff's alpha on code sets (MASI distance) with a 95 % bootstrap interval; then precision, recall, kappa
    and prevalence of every code, the second coder measured against the first.

    \b
    Examples:
      earful agree
      earful agree --json
    """
    from insights.cli.coding_work import pairs

    found = with_store(study_dir, pairs, readonly=True)
    if as_json:
        print_json([_plain(pair) for pair in found])
        return
    if not found:
        click.echo("No answers coded by hand yet; begin with: earful code --sample 100 --coder NAME")
        return
    for pair in found:
        _print_pair(pair)


def _print_pair(pair: Pair) -> None:
    one = pair.overall
    alpha = "-" if math.isnan(one.alpha) else f"{one.alpha:.2f} [{one.low:.2f}, {one.high:.2f}]"
    click.echo(f"\n{pair.first} - {pair.second}: alpha {alpha}, n = {one.n} answers ({one.method})")
    click.echo(f"  {'code':<24}{'share':>8}{'precision':>11}{'recall':>8}{'kappa':>8}")
    for row in pair.codes:
        figures = [_figure(value) for value in (row.prevalence, row.precision, row.recall, row.kappa)]
        click.echo(f"  {row.code_id:<24}{figures[0]:>8}{figures[1]:>11}{figures[2]:>8}{figures[3]:>8}")


def _figure(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2f}"


def _plain(pair: Pair) -> dict[str, object]:
    def number(value: object) -> object:
        return None if isinstance(value, float) and math.isnan(value) else value

    return {
        "first": pair.first,
        "second": pair.second,
        **{key: number(value) for key, value in asdict(pair.overall).items()},
        "codes": [{key: number(value) for key, value in asdict(row).items()} for row in pair.codes],
    }
