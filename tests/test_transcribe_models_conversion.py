"""Files of other tools turned into checkpoints, and nothing in them run."""

import io
import os
import struct

import numpy as np
import pytest

from transcribe.models import ModelError
from transcribe.models.environment import SILENCED, quiet
from transcribe.models.lightning_checkpoint import write_state_dict
from transcribe.models.whisper_checkpoint import dimensions, read_variables, whisper_tensors

STATE, MELS, VOCABULARY, AUDIO, TEXT = 64, 8, 30, 12, 10


def ctranslate2_file(variables, version=6):
    out = io.BytesIO()

    def text(value):
        data = value.encode() + b"\0"
        out.write(struct.pack("<H", len(data)) + data)

    out.write(struct.pack("<I", version))
    text("WhisperSpec")
    out.write(struct.pack("<II", 3, len(variables)))
    for name, array in variables.items():
        text(name)
        out.write(struct.pack("<B", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape))
        kind = {"float32": 0, "float16": 4}[array.dtype.name]
        out.write(struct.pack("<BI", kind, array.nbytes) + array.tobytes())
    out.write(struct.pack("<I", 0))
    return out.getvalue()


def tiny_variables():
    draw = np.random.default_rng(5)

    def some(*shape):
        return draw.normal(size=shape).astype(np.float16)

    def linear(name, rows, columns):
        return {f"{name}/weight": some(rows, columns), f"{name}/bias": some(rows)}

    def norm(name):
        return {f"{name}/gamma": some(STATE), f"{name}/beta": some(STATE)}

    found = {
        "encoder/position_encodings/encodings": some(AUDIO, STATE),
        "decoder/position_encodings/encodings": some(TEXT, STATE),
        "decoder/embeddings/weight": some(VOCABULARY, STATE),
        "encoder/conv1/weight": some(STATE, MELS, 3),
        "encoder/conv1/bias": some(STATE),
        "encoder/conv2/weight": some(STATE, STATE, 3),
        "encoder/conv2/bias": some(STATE),
        **norm("encoder/layer_norm"),
        **norm("decoder/layer_norm"),
    }
    for side in ("encoder", "decoder"):
        layer = f"{side}/layer_0"
        found |= norm(f"{layer}/self_attention/layer_norm") | norm(f"{layer}/ffn/layer_norm")
        found |= linear(f"{layer}/self_attention/linear_0", 3 * STATE, STATE)
        found |= linear(f"{layer}/self_attention/linear_1", STATE, STATE)
        found |= linear(f"{layer}/ffn/linear_0", 4 * STATE, STATE) | linear(f"{layer}/ffn/linear_1", STATE, 4 * STATE)
    cross = "decoder/layer_0/attention"
    found |= norm(f"{cross}/layer_norm") | linear(f"{cross}/linear_0", STATE, STATE)
    return found | linear(f"{cross}/linear_1", 2 * STATE, STATE) | linear(f"{cross}/linear_2", STATE, STATE)


def test_variables_come_back_as_they_were_written():
    variables = tiny_variables()
    read = read_variables(ctranslate2_file(variables))
    assert list(read) == list(variables)
    assert all(np.array_equal(read[name], variables[name]) for name in variables)


def test_another_file_version_is_refused():
    with pytest.raises(ModelError, match="version 5, expected 6"):
        read_variables(ctranslate2_file({}, version=5))


def test_whisper_loads_the_converted_tensors_strictly():
    from whisper.model import ModelDimensions, Whisper

    quiet()
    import torch

    variables = tiny_variables()
    tensors = whisper_tensors(variables)
    dims = dimensions(tensors)
    assert (dims["n_mels"], dims["n_audio_ctx"], dims["n_vocab"], dims["n_text_layer"]) == (MELS, AUDIO, VOCABULARY, 1)
    model = Whisper(ModelDimensions(**dims))
    model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in tensors.items()}, strict=True)
    keys = variables["decoder/layer_0/attention/linear_1/weight"][:STATE].astype(np.float32)
    assert np.array_equal(model.decoder.blocks[0].cross_attn.key.weight.detach().numpy(), keys)


def test_silence_is_set_for_every_hub_and_telemetry(monkeypatch):
    monkeypatch.setenv("PYANNOTE_METRICS_ENABLED", "1")
    for name in SILENCED:
        monkeypatch.setenv(name, os.environ.get(name, ""))
    quiet()
    assert os.environ["PYANNOTE_METRICS_ENABLED"] == "0"
    assert os.environ["HF_HUB_OFFLINE"] == "1"


class Intruder:
    """Would write a file when a careless reader unpickles it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


def test_a_checkpoints_pickle_runs_nothing(tmp_path):
    import torch

    source, target, trace = tmp_path / "model.bin", tmp_path / "state.pt", tmp_path / "intruder-was-here"
    torch.save({"state_dict": {"weight": torch.arange(3.0)}, "extra": Intruder(str(trace))}, source)
    write_state_dict(source, target)
    assert not trace.exists()
    state = torch.load(target, weights_only=True)
    assert state["weight"].tolist() == [0.0, 1.0, 2.0]


def test_a_checkpoint_without_tensors_is_refused(tmp_path):
    import torch

    source = tmp_path / "model.bin"
    torch.save({"something": 1}, source)
    with pytest.raises(ModelError, match="no state_dict"):
        write_state_dict(source, tmp_path / "state.pt")


def test_the_same_weights_give_the_same_file(tmp_path):
    import torch

    source = tmp_path / "model.bin"
    torch.save({"state_dict": {"weight": torch.ones(2, 2)}}, source)
    for name in ("one.pt", "another.pt"):
        write_state_dict(source, tmp_path / name)
    assert (tmp_path / "one.pt").read_bytes() == (tmp_path / "another.pt").read_bytes()
