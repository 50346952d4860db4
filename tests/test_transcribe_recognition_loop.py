"""The decoding loop: beams against openai-whisper's own, and windows that don't notice their company."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_whisper import FRAMES, small_model, sound_of

from transcribe.recognition.beams import Beams, drawn, opened
from transcribe.recognition.loop import Loop, Task
from transcribe.recognition.network import read
from transcribe.recognition.rules import token_rules
from transcribe.recognition.weights import pack

END, WORDS = 7, 8


@pytest.fixture(scope="module")
def model():
    import torch

    whisper = small_model()
    with torch.no_grad():
        whisper.decoder.ln.weight.fill_(2.0)  # scores far enough apart that rounding changes no choice
    return whisper


@pytest.fixture(scope="module")
def weights(model):
    import torch

    with torch.inference_mode():
        return pack(model, torch.float32, "cpu")


class NoCache:
    """Whisper's decoder tells its cache which beams went on; the scores of these tests need none."""

    def rearrange_kv_cache(self, source_indices):
        self.sources = source_indices


def whispers_own(scores, count):
    """Texts and ended texts after each row of scores, as openai-whisper's beam search keeps them."""
    import torch
    from whisper.decoding import BeamSearchDecoder

    decoder = BeamSearchDecoder(count, END, NoCache())
    tokens, sums = torch.zeros((count, 1), dtype=torch.long), torch.zeros(count)
    for row in scores:
        tokens, done = decoder.update(tokens, row[tokens[:, -1]], sums)
        if done:
            break
    ended = {tuple(text[1:-1]): total for text, total in decoder.finished_sequences[0].items()}
    return tokens[:, 1:].tolist(), ended


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 10_000), count=st.sampled_from([1, 2, 4, 5]), eagerness=st.floats(-2, 2))
def test_beams_keep_the_texts_that_whispers_own_keep(seed, count, eagerness):
    import torch

    generator = torch.Generator().manual_seed(seed)
    scores = torch.randn((6, WORDS, WORDS), generator=generator) * 2
    scores[:, :, END] += eagerness
    scores[0, :, END] = float("-inf")
    first = scores[0, 0].log_softmax(dim=-1)
    beams = opened(first, first, beams=count)
    for row in scores[1:]:
        logprobs = row[beams.tokens[:, -1]].log_softmax(dim=-1)
        steps, found = logprobs.topk(count + 1, dim=-1)
        beams.grow(found, steps, steps, end=END)
        if beams.ended:
            break
    texts, ended = whispers_own(scores, count)
    assert beams.tokens.tolist() == texts
    assert {reading.tokens: pytest.approx(sum(reading.logprobs), abs=1e-4) for reading in beams.readings} == ended


def test_the_surest_reading_by_the_token_wins_and_an_unended_text_stands_in():
    import torch

    beams = Beams(torch.tensor([[1, 2], [3, 4]]), torch.tensor([[-0.1, -0.2], [-1.0, -1.0]]))
    assert beams.best().tokens == (1, 2)
    steps = torch.tensor([[-1.2, -2.0, -2.1]] * 2)
    parents = beams.grow(torch.tensor([[END, 5, 6], [END, 1, 2]]), steps, steps, end=END)
    assert parents.tolist() == [0, 0]
    assert [reading.tokens for reading in beams.readings] == [(1, 2)]
    steps = torch.tensor([[-0.1, -3.0, -3.0]] * 2)
    beams.grow(torch.tensor([[END, 5, 6], [1, 2, 3]]), steps, steps, end=END)
    assert (beams.best().tokens, beams.ended) == ((1, 2), True)
    assert beams.best().mean_logprob == pytest.approx(-0.5)


@pytest.mark.parametrize(("temperature", "share"), [(1.0, 0.8), (0.5, 0.64 / 0.68)])
def test_a_drawn_token_goes_on_as_often_as_its_probability_says(temperature, share):
    import torch

    logprobs, generator = torch.tensor([0.8, 0.2]).log()[None], torch.Generator().manual_seed(5)
    taken = []
    for _ in range(2000):
        beams = Beams(torch.tensor([[1]]), torch.tensor([[-0.1]]))
        best, found = drawn(logprobs, generator, temperature).topk(2)
        beams.grow(found, logprobs.gather(1, found), best, end=END)
        taken.append(int(beams.tokens[0, -1]))
        assert float(beams.logprobs[0, -1]) == pytest.approx(float(logprobs[0, taken[-1]]))
    assert taken.count(0) / 2000 == pytest.approx(share, abs=0.03)


def decoded(weights, sounds, chosen, *, windows, beams=1, temperature=0.0):
    rules = token_rules(weights, "ru", with_timestamps=False)
    tasks = [Task(lambda i=i: sounds[i], FRAMES, 6 + i, temperature=temperature, seed=i) for i in chosen]
    found = dict(Loop(weights, rules, prompt=(), beams=beams).run(tasks, windows=windows))
    return {i: found[place] for place, i in enumerate(chosen)}


@pytest.mark.parametrize(("beams", "temperature"), [(1, 0.5), (3, 0.0), (4, 0.0)])
def test_windows_get_the_same_tokens_alone_and_in_company(weights, beams, temperature):
    import torch

    with torch.inference_mode():
        sounds = [sound_of(weights, seed)[1] for seed in range(7)]

        def tokens(chosen, windows):
            found = decoded(weights, sounds, chosen, windows=windows, beams=beams, temperature=temperature)
            return {i: result.tokens for i, result in found.items()}

        together = tokens(range(7), 5)
        alone = {i: found for i in range(7) for i, found in tokens([i], 1).items()}
        few = tokens([6, 2, 4], 4)
    assert together == alone
    assert few == {i: alone[i] for i in (6, 2, 4)}
    assert all(len(text) <= 6 + i for i, text in alone.items())


@pytest.mark.filterwarnings("ignore:__array_wrap__:DeprecationWarning")  # whisper sorts tensors by numpy
@pytest.mark.parametrize("beams", [1, 4])
def test_beams_read_what_whispers_own_decoder_reads(model, weights, beams):
    import torch
    from whisper.decoding import DecodingOptions, decode

    with torch.inference_mode():
        mel, sound = sound_of(weights)
        (ours,) = decoded(weights, [sound], [0], windows=1, beams=beams).values()
        asked = DecodingOptions(language="ru", beam_size=beams, sample_len=6, without_timestamps=True, fp16=False)
        theirs = decode(model, mel, asked)
    assert list(ours.tokens) == theirs.tokens
    assert ours.no_speech == pytest.approx(theirs.no_speech_prob, abs=1e-3)


@pytest.mark.parametrize("beams", [1, 4])
def test_log_probabilities_and_looks_are_those_of_reading_the_text_at_once(weights, beams):
    import torch

    rules = token_rules(weights, "ru", with_timestamps=False)
    with torch.inference_mode():
        sounds = [sound_of(weights, seed)[1] for seed in range(5)]
        result = decoded(weights, sounds, range(5), windows=4, beams=beams)[4]
        text = torch.tensor([[*rules.opening, *result.tokens]])
        states, *_, looks = read(weights, sounds[4], text)
        scores = weights.logits(states[0, len(rules.opening) - 1 : -1])
        scores = torch.cat([scores[:1] + rules.first, scores[1:] + rules.always])
    said = torch.tensor(result.tokens)[:, None]
    expected = scores.log_softmax(dim=-1).gather(1, said)[:, 0]
    assert list(result.logprobs) == pytest.approx(expected.tolist(), abs=2e-3)
    assert result.looks.shape == (len(result.logprobs), 2, FRAMES)
    assert torch.allclose(result.looks, looks[0, len(rules.opening) - 1 : -1], atol=1e-4)
