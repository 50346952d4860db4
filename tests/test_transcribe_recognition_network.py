"""Our arithmetic against openai-whisper's own, on a small network with random weights."""

import numpy as np
import pytest
from small_whisper import FRAMES, VOCABULARY, small_model, sound_of

from transcribe.recognition.mel import frames_for, mel_of
from transcribe.recognition.network import encode, frames_heard, new_rows, read, step
from transcribe.recognition.rules import TokenRules, ruled, tokenizer_of
from transcribe.recognition.weights import chosen_dtype, pack, release_of
from transcribe.recognition.witness import without_longer


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.fixture(scope="module")
def weights(model):
    import torch

    with torch.inference_mode():
        return pack(model, torch.float32, "cpu")


def test_features_equal_whispers_own(model, weights):
    import torch

    with torch.inference_mode():
        mel, _ = sound_of(weights)
        features, bias = encode(weights, mel)
        assert torch.allclose(features, model.encoder(mel[None])[0], atol=2e-4)
        assert bias.tolist() == [0.0] * FRAMES


def test_scores_equal_whispers_own(model, weights):
    import torch

    tokens = torch.tensor([[50258, 50259, 50359, 50363, 17, 99, 1234]])
    with torch.inference_mode():
        mel, sound = sound_of(weights)
        states, *_ = read(weights, sound, tokens)
        assert torch.allclose(weights.logits(states), model(mel[None], tokens), atol=2e-3)


def test_reading_on_from_the_past_equals_reading_at_once(weights):
    import torch

    tokens = torch.tensor([[50258, 50259, 50359, 50363, 17, 99, 1234]])
    with torch.inference_mode():
        _, sound = sound_of(weights)
        whole, *_ = read(weights, sound, tokens)
        _, keys, values, _ = read(weights, sound, tokens[:, :4])
        rest, *_ = read(weights, sound, tokens[:, 4:].repeat(3, 1), past=(keys, values))
        assert torch.allclose(rest[2], whole[0, 4:], atol=1e-4)


def test_a_step_equals_reading_at_once_in_every_row(weights):
    import torch

    tokens = torch.tensor([[50258, 50259, 50359, 50363, 17]])
    with torch.inference_mode():
        _, sound = sound_of(weights)
        rows = new_rows(weights, windows=2, beams=2, tokens=8, frames=FRAMES)
        _, keys, values, _ = read(weights, sound, tokens[:, :4])
        rows.keys[:, 3, :, :4], rows.values[:, 3, :, :4] = keys[:, 0], values[:, 0]
        rows.heard_keys[:, 1], rows.heard_values[:, 1] = sound.keys, sound.values
        scores = step(weights, rows, torch.tensor([[0, 0], [0, 17]]), torch.tensor([[0, 0], [0, 4]]), longest=8)
        states, *_ = read(weights, sound, tokens)
        assert torch.allclose(scores[1, 1], weights.logits(states)[0, 4], atol=2e-3)


def test_thinned_silence_weighs_as_much_as_all_of_it(weights):
    import torch

    with torch.inference_mode():
        mel = torch.zeros(80, 40)
        features, bias = encode(weights, mel)
        assert features.shape[0] == frames_heard(20, all_frames=FRAMES) == 22
        assert float(bias.exp().sum()) == pytest.approx(FRAMES)


@pytest.mark.parametrize("seed", range(6))
def test_timestamp_rules_equal_whispers_own(seed):
    import torch
    from whisper.decoding import ApplyTimestampRules

    tokenizer = tokenizer_of(True, 99, "ru")
    begin = tokenizer.timestamp_begin
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn(3, VOCABULARY, generator=generator) * (1 + seed)
    texts = [[begin + 3, 100, 200], [begin + 3, 100, begin + 20], [begin + 3, 100, begin + 20, begin + 20]]
    zeros = torch.zeros(VOCABULARY)
    rules = TokenRules(zeros, zeros, (), tokenizer.eot, begin, tokenizer.no_speech, tokenizer.sot, True)
    for text in texts:
        theirs = scores.clone()
        opening = list(tokenizer.sot_sequence)
        theirs[:, tokenizer.no_timestamps] = float("-inf")
        ours = theirs.clone()
        ApplyTimestampRules(tokenizer, len(opening), 50).apply(theirs, torch.tensor([[*opening, *text]] * 3))
        latest = max(token for token in text if token >= begin)
        state = (torch.tensor([value] * 3) for value in (text[-1], text[-2], latest))
        assert torch.equal(torch.isinf(ruled(rules, ours, *state)), torch.isinf(theirs))


def test_short_windows_get_short_spectrograms():
    import torch

    samples = np.zeros(16000, dtype=np.float32)
    frames = frames_for(samples, tail_s=1.0)
    assert mel_of(samples, frames=frames, n_mels=80).shape == (80, 2 * frames) == (80, 200)
    assert torch.isfinite(mel_of(samples, frames=frames, n_mels=80)).all()
    assert frames_for(np.zeros(16000 * 40, dtype=np.float32), tail_s=1.0) == 1500


@pytest.mark.parametrize(
    ("layers", "vocabulary", "mels", "name"),
    [
        ((6, 6), 51865, 80, "base"),
        ((12, 12), 51864, 80, "small.en"),
        ((32, 4), 51866, 128, "large-v3-turbo"),
        ((32, 32), 51866, 128, "large-v3"),
        ((32, 32), 51865, 80, "large-v2"),
    ],
)
def test_a_checkpoint_is_known_by_its_dimensions(layers, vocabulary, mels, name):
    dims = {"n_audio_layer": layers[0], "n_text_layer": layers[1], "n_vocab": vocabulary, "n_mels": mels}
    assert release_of(dims) == name


def test_precision_follows_the_request_and_the_device():
    import torch

    assert chosen_dtype("float32", "cpu") == torch.float32
    assert chosen_dtype("auto", "cuda") == torch.float16
    assert chosen_dtype("auto", "cpu") in {torch.float32, torch.bfloat16}


def test_a_processor_that_multiplies_no_bfloat16_still_computes_in_it_when_told_to(model, monkeypatch):
    import torch

    monkeypatch.setattr("transcribe.recognition.weights.packs_bfloat16", lambda: False)
    assert chosen_dtype("auto", "cpu") == torch.float32
    with torch.inference_mode():
        weights = pack(model, torch.bfloat16, "cpu")
        mel, _ = sound_of(weights)
        features, _ = encode(weights, mel)
        whispers = model.encoder(mel[None].float())[0]
    assert features.dtype == torch.bfloat16
    assert torch.nn.functional.cosine_similarity(features.float().flatten(), whispers.flatten(), dim=0) > 0.99


def test_longer_phrases_take_their_probability_from_shorter_ones():
    own = without_longer({"восемь": 0.9, "восемь с половиной": 0.2, "восемь с половиной баллов": 0.05, "пять": 0.1})
    assert own == pytest.approx(
        {"восемь": 0.7, "восемь с половиной": 0.15, "восемь с половиной баллов": 0.05, "пять": 0.1}
    )
