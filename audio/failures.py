"""What can be wrong with a file of sound, as one tree of errors with short, stable kinds.

::

    AudioError
    ├── MissingFileError      missing             ├── NoAudioError          no_audio
    ├── ForbiddenError        forbidden           ├── TooManyChannelsError  too_many_channels
    ├── NotRegularError       not_regular         ├── BadRateError          bad_rate
    ├── EmptyFileError        empty               ├── NotFiniteError        not_finite
    ├── PlaylistError         playlist            ├── TooShortError         too_short
    ├── TruncatedHeaderError  truncated_header    ├── TooLongError          too_long
    ├── UndeclaredError       undeclared          ├── TooBigError           too_big
    ├── UnreadableError       unreadable          ├── TooSlowError          too_slow
    └── CannotEncodeError     cannot_encode

``kind`` is what programs compare and the store keeps; the message is for people: what, which value, what to do.
"""

from __future__ import annotations

from typing import ClassVar


class AudioError(Exception):
    """A file whose sound cannot be used, or samples that cannot be written.

    Attributes
    ----------
    kind:
        A short stable name, such as ``"too_long"``; the same for every error of one class.
    """

    kind: ClassVar[str] = "audio"


class MissingFileError(AudioError):
    """Nothing lies at the path."""

    kind = "missing"


class ForbiddenError(AudioError):
    """The file may not be read by this user."""

    kind = "forbidden"


class NotRegularError(AudioError):
    """A link, pipe, device, socket or folder where a file of sound was expected."""

    kind = "not_regular"


class EmptyFileError(AudioError):
    """A file of 0 bytes."""

    kind = "empty"


class PlaylistError(AudioError):
    """A text that names other files or addresses; they are never opened."""

    kind = "playlist"


class TruncatedHeaderError(AudioError):
    """The file ends inside its header or before its first sound."""

    kind = "truncated_header"


class UndeclaredError(AudioError):
    """Headerless sound whose codec and rate nobody declared."""

    kind = "undeclared"


class UnreadableError(AudioError):
    """No permitted format, or one that is broken beyond decoding."""

    kind = "unreadable"


class NoAudioError(AudioError):
    """A readable container without a sound track."""

    kind = "no_audio"


class TooManyChannelsError(AudioError):
    """More than one channel a party; or none."""

    kind = "too_many_channels"


class BadRateError(AudioError):
    """A sample rate no recorder uses."""

    kind = "bad_rate"


class NotFiniteError(AudioError):
    """NaN or infinity among the samples."""

    kind = "not_finite"


class TooShortError(AudioError):
    """Less sound than a conversation needs."""

    kind = "too_short"


class TooLongError(AudioError):
    """More decoded seconds than permitted."""

    kind = "too_long"


class TooBigError(AudioError):
    """More decoded bytes than permitted."""

    kind = "too_big"


class TooSlowError(AudioError):
    """Decoding took longer than permitted."""

    kind = "too_slow"


class CannotEncodeError(AudioError):
    """Samples, a rate or a codec that the encoder does not take."""

    kind = "cannot_encode"
