"""earful settle, earful correct: a person's word above the machine's, by keyboard, undoable."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from insights.cli.context import command_here, json_option, print_json, study_option
from insights.cli.night_commands import guarded
from insights.settings import person_here

if TYPE_CHECKING:
    from insights.store import Store

Row = dict[str, Any]  # Any: a column is text, a number or NULL

KEYS = "number = what you hear · u = unclear · s = skip · r = play again · q = stop"
SETTLED = {"unclear": "unclear, the recorded number stands", "undo": "open again"}
NOTHING = "Nothing to settle: no recorded number differs from the one spoken."


def by_option(command: Any) -> Any:  # noqa: ANN401 - click's decorators take and give any command
    """Add ``--by NAME``, by default the user who is logged in."""
    return click.option("--by", metavar="NAME", default=None, help="Who says so; default: the user logged in.")(
        command
    )


@click.command()
@study_option
@by_option
@click.option(
    "--answer", "answer_id", type=int, help="Settle this answer only; `earful settle --yes` lists their numbers."
)
@click.option("--value", help="With --answer: the number heard, or unclear, or undo.")
@click.option("--yes", is_flag=True, help="Ask nothing: list what is to be settled and change nothing.")
@json_option
def settle(
    study_dir: Path,
    *,
    by: str | None,
    answer_id: int | None,
    value: str | None,
    yes: bool,
    as_json: bool,
) -> None:
    r"""Settle scores whose recorded and spoken numbers differ; those that move an NPS group come first.

    Plays five seconds around the number and takes what you type. Each answer is stored at once: stop whenever
    you like, the next time goes on with the rest.

    \b
    Examples:
      earful settle
      earful settle --answer 17 --value 8 --by anna
    """
    from insights.store import scores_to_settle

    if (answer_id is None) != (value is None):
        raise click.UsageError("--answer and --value go together.")
    store = guarded(lambda: store_there(study_dir))
    if answer_id is not None and value is not None:
        guarded(lambda: settle_one(store, answer_id, value, by=by or person_here()))
        click.echo(f"Answer {answer_id}: {SETTLED.get(value, f'settled as {value}')}.")
        return
    rows = scores_to_settle(store)
    if as_json:
        print_json([listed(row) for row in rows])
    elif not rows:
        click.echo(NOTHING)
    elif yes or not at_a_keyboard():
        for number, row in enumerate(rows, 1):
            click.echo(headline(row, number, len(rows)))
        one = command_here(f"earful settle --answer {rows[0]['answer_id']} --value NUMBER", study_dir)
        click.echo(f"next: earful settle at a keyboard, or {one}")
    else:
        settle_by_ear(store, study_dir, rows, by=by or person_here())


def store_there(study_dir: Path) -> Store:
    """Return the study's store, opened to write; StoreError where there is none, and none is made."""
    from insights.settings import StudyFolder
    from insights.store import open_store

    path = StudyFolder(study_dir).store
    open_store(path, readonly=True).close()
    return open_store(path)


def at_a_keyboard() -> bool:
    """Return whether somebody can answer."""
    return sys.stdin.isatty()


def settle_by_ear(store: Store, study_dir: Path, rows: list[Row], *, by: str) -> None:
    """Play and ask, one score after another, until the list or the patience ends."""
    from insights.cli.playing import play_score

    click.echo(KEYS)
    done = 0
    for number, row in enumerate(rows, 1):
        click.echo(headline(row, number, len(rows)))
        heard = guarded(lambda row=row: play_score(store, study_dir, row))  # type: ignore[misc]
        click.echo(heard)
        word = ask(store, study_dir, row)
        if word == "q":
            break
        if word != "s":
            guarded(lambda row=row, word=word: settle_one(store, row["answer_id"], word, by=by))  # type: ignore[misc]
            done += 1
    click.echo(f"{done} settled, {len(rows) - done} left.")


def ask(store: Store, study_dir: Path, row: Row) -> str:
    """Return ``q``, ``s``, ``unclear`` or a number on the question's scale."""
    from insights.cli.playing import play_score

    while True:
        word = str(click.prompt("heard", type=str)).strip().casefold()
        if word == "r":
            click.echo(guarded(lambda: play_score(store, study_dir, row)))
        elif word in ("q", "s"):
            return word
        elif word in ("u", "unclear"):
            return "unclear"
        elif word.removeprefix("-").isdigit() and on_scale(row, int(word)):
            return word
        else:
            click.echo(f"{KEYS} (scale {scale_of(row)[0]:g} to {scale_of(row)[1]:g})")


def on_scale(row: Row, number: int) -> bool:
    """Return whether a number lies on the question's scale."""
    low, high = scale_of(row)
    return low <= number <= high


def scale_of(row: Row) -> tuple[float, float]:
    """Return the lowest and highest number a person may settle on.

    >>> scale_of({"kind": "ncs", "scale_min": None, "scale_max": None})
    (-1.0, 1.0)
    """
    if row["kind"] == "ncs" or row["scale_min"] is None:
        return -1.0, 1.0
    return float(row["scale_min"]), float(row["scale_max"])


def settle_one(store: Store, answer_id: int, word: str, *, by: str) -> None:
    """Store a person's word about one answer: a number, ``unclear`` or ``undo``."""
    from insights.store import StoreError, unsettle
    from insights.store import settle as store_settled

    if word == "undo":
        unsettle(store, answer_id)
        return
    try:
        number = None if word == "unclear" else float(word)
    except ValueError:
        raise StoreError(f"--value {word!r}: give a number, unclear or undo") from None
    store_settled(store, answer_id, number, by=by)


def headline(row: Row, number: int, total: int) -> str:
    """Return one line about a mismatch, without the customer's words."""
    moves = ", moves the NPS group" if row["moves_group"] else ""
    return (
        f"{number}/{total}  answer {row['answer_id']}: interview {row['interview_id']}, {row['question_id']}: "
        f"recorded {row['recorded_value']:g}, spoken {row['spoken_value']:g} "
        f"(confidence {row['confidence']:.2f}{moves})"
    )


def listed(row: Row) -> Row:
    """Return a mismatch for programs, without the customer's words."""
    return {name: value for name, value in row.items() if name not in ("spoken_text", "ask_ru", "ask_en")}


@click.command()
@study_option
@by_option
@click.argument("recording", required=False)
@click.option("--swap", is_flag=True, help="Operator and respondent are the wrong way round.")
@click.option("--turn", "turn_idx", type=int, metavar="N", help="Mend turn N, counted from 0, with --text.")
@click.option("--at", "at_s", type=float, metavar="SECONDS", help="Mend the turn spoken at this second, with --text.")
@click.option("--text", help="What was really said in the turn.")
@click.option("--reason", "reason_id", type=int, metavar="N", help="Mend the quote of reason N, with --quote.")
@click.option("--quote", help="The reason's quote, as it stands in the turn.")
@click.option("--hide", nargs=2, type=float, metavar="START END", help="Do not play these seconds to anybody.")
@click.option("--undo", "undone", type=int, metavar="N", help="Take correction N back.")
@click.option("--why", default="", help="A note kept with the correction.")
@click.option("--yes", is_flag=True, help="Ask nothing (this command never does; each correction can be undone).")
@json_option
def correct(study_dir: Path, *, by: str | None, recording: str | None, as_json: bool, **wish: Any) -> None:  # noqa: ANN401
    r"""Correct what the machine heard: parties, a turn, a quote, a clip. Without options: list the corrections.

    Corrections are kept beside the machine's version with who and when, can be undone, and survive every night.
    RECORDING is an id, a path, or a file name that only one recording has.

    \b
    Examples:
      earful correct ru03_stereo.wav --swap
      earful correct ru03_stereo.wav --at 31.5 --text "Семь, наверное."
      earful correct ru03_stereo.wav --hide 12.0 15.5 --why "a name"
      earful correct --reason 4 --quote "долго ждали"
      earful correct --undo 2
    """
    refuse_unclear_wish(recording, wish)
    store = guarded(lambda: store_there(study_dir))
    done = guarded(lambda: carry_out(store, study_dir, recording, wish, by=by or person_here()))
    if done:
        click.echo(done)
    else:
        list_corrections(store, recording, as_json=as_json)


def refuse_unclear_wish(recording: str | None, wish: dict[str, Any]) -> None:
    """End with a usage error unless at most one thing is asked for, with all it needs."""
    turn = wish["turn_idx"] is not None or wish["at_s"] is not None
    asked = [wish["swap"], turn, wish["reason_id"] is not None, wish["hide"] is not None, wish["undone"] is not None]
    if sum(map(bool, asked)) > 1:
        raise click.UsageError("One correction at a time: --swap, --turn/--at, --reason, --hide or --undo.")
    if turn != (wish["text"] is not None):
        raise click.UsageError("--turn (or --at) and --text go together.")
    if (wish["reason_id"] is None) != (wish["quote"] is None):
        raise click.UsageError("--reason and --quote go together.")
    if any((asked[0], asked[1], asked[3])) and recording is None:
        raise click.UsageError("Name the RECORDING: its id, path or file name.")
    if wish["hide"] is not None and not 0 <= wish["hide"][0] < wish["hide"][1]:
        raise click.UsageError("--hide START END: the end must follow the start.")


def carry_out(store: Store, study_dir: Path, recording: str | None, wish: dict[str, Any], *, by: str) -> str:
    """Do the one thing asked for; return what was done, ``""`` where nothing was asked."""
    from audio.span import Span
    from insights.cli.mended_privacy import redact_mended
    from insights.store import hide_clip, mend_quote, mend_turn, recording_called, swap_parties, turn_index_at, undo

    if wish["undone"] is not None:
        undo(store, wish["undone"], by=by)
        redact_mended(store, study_dir, wish["undone"])
        return f"Correction {wish['undone']} is undone."
    if wish["reason_id"] is not None:
        number = mend_quote(store, wish["reason_id"], wish["quote"], by=by, why=wish["why"])
        return said(number, "the quote is mended")
    found = recording_called(store, recording)["recording_id"] if recording else ""
    if wish["swap"]:
        return said(
            swap_parties(store, found, by=by, why=wish["why"]), "operator and respondent are swapped", later=True
        )
    if wish["text"] is not None:
        at_s, idx = wish["at_s"], wish["turn_idx"]
        idx = turn_index_at(store, found, at_s) if idx is None else idx
        number = mend_turn(store, found, idx, wish["text"], by=by, why=wish["why"])
        redact_mended(store, study_dir, number)
        return said(number, f"turn {idx} is mended", later=True)
    if wish["hide"] is not None:
        return said(hide_clip(store, found, Span(*wish["hide"]), by=by, why=wish["why"]), "the clip is hidden")
    return ""


def said(number: int, what: str, *, later: bool = False) -> str:
    """Return the closing line of a correction."""
    note = " The next `earful night` finds answers and reasons anew." if later else ""
    return f"Correction {number}: {what}.{note} Undo: earful correct --undo {number}"


def list_corrections(store: Store, recording: str | None, *, as_json: bool) -> None:
    """Print the corrections that stand, without anybody's words."""
    from insights.store import corrections, recording_called

    found = guarded(lambda: recording_called(store, recording)["recording_id"]) if recording else None
    rows = corrections(store, recording_id=found)
    if as_json:
        print_json([{name: row[name] for name in row if name not in ("before", "after")} for row in rows])
        return
    for row in rows:
        place = "" if row["start_s"] is None else f" {row['start_s']:.1f}-{row['end_s']:.1f} s"
        stale = "" if row["applied"] else "  (does not fit the call as heard now)"
        where = row["path"] or row["interview_id"]
        click.echo(
            f"{row['correction_id']:>4}  {row['kind']:5}  {where}{place}  {row['made_by']} {row['made_at']}{stale}"
        )
    if not rows:
        click.echo("No corrections; earful correct --help shows how to make one.")
