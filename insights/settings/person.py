"""Who runs the program, for what is signed: a score settled, a correction, a look at originals."""

from __future__ import annotations

import getpass
import os


def person_here() -> str:
    """Return the login name of whoever runs this, or the user's number where the system knows no name.

    A container is often run under a number that nobody has given a name to.

    Examples
    --------
    >>> person_here() != ""
    True
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # KeyError until Python 3.12, OSError from 3.13
        return str(os.getuid())
