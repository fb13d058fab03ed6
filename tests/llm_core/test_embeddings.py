"""Claims about embeddings, and about looking at many channels in two."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from llm_core.batches import create_dataloader_v1
from llm_core.embeddings import (
    as_linear,
    distances_to_nearest,
    embed,
    look_up_by_product,
    nearest_neighbours,
    principal_components,
    similarities,
    similarity_by_distance,
    sinusoidal_positions,
)

seeds = st.integers(0, 2**31)


def random_vectors(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# Property


@given(seeds, st.integers(1, 9), st.integers(1, 5))
def test_looking_up_is_multiplying_by_one_hot_vectors(seed, n_vocab, n_channels):
    weight = random_vectors(seed, n_vocab, n_channels)
    token_ids = torch.arange(6).reshape(2, 3) % n_vocab
    one_hot, vectors = look_up_by_product(token_ids, weight)
    assert torch.equal(vectors, nn.functional.embedding(token_ids, weight))
    assert one_hot.shape == (2, 3, n_vocab)
    assert torch.equal(one_hot.sum(-1), torch.ones(2, 3))


@given(st.integers(1, 12), st.integers(0, 9))
def test_a_step_in_waves_is_the_same_turn_wherever_it_begins(step, place):
    waves = sinusoidal_positions(24, 6)
    here, there = (waves[i].view(-1, 2) for i in (place, place + step))  # (C / 2, 2)
    zero, turned = (waves[i].view(-1, 2) for i in (0, step))
    turn = torch.atan2(turned[:, 0], turned[:, 1]) - torch.atan2(zero[:, 0], zero[:, 1])
    rotated = torch.stack(
        (
            here[:, 0] * turn.cos() + here[:, 1] * turn.sin(),
            here[:, 1] * turn.cos() - here[:, 0] * turn.sin(),
        ),
        dim=1,
    )
    torch.testing.assert_close(there, rotated, atol=1e-5, rtol=0)


def test_an_odd_number_of_channels_ends_with_a_sine():
    assert torch.equal(sinusoidal_positions(4, 3)[:, 0], sinusoidal_positions(4, 4)[:, 0])
    assert sinusoidal_positions(4, 3).shape == (4, 3)


def test_same_token_same_vector_same_place_same_vector():
    token_ids = torch.tensor([[3, 1, 3], [2, 1, 3]])
    steps = embed(token_ids, nn.Embedding(5, 4), nn.Embedding(8, 4))
    assert torch.equal(steps.token_vectors[0, 0], steps.token_vectors[0, 2])
    assert not torch.equal(steps.sum[0, 0], steps.sum[0, 2])
    assert torch.equal(steps.sum[0, 1:], steps.sum[1, 1:])
    assert torch.equal(steps.sum, steps.token_vectors + steps.position_vectors)


def test_a_text_embedded_in_two_parts_is_the_text_embedded_at_once():
    token_ids = torch.tensor([[3, 1, 4, 1, 0]])
    tok_emb, pos_emb = nn.Embedding(5, 4), nn.Embedding(5, 4)
    whole = embed(token_ids, tok_emb, pos_emb).sum
    first = embed(token_ids[:, :2], tok_emb, pos_emb).sum
    rest = embed(token_ids[:, 2:], tok_emb, pos_emb, start=2).sum
    assert torch.equal(torch.cat([first, rest], dim=1), whole)


@given(seeds, st.integers(1, 12), st.integers(1, 6), st.integers(1, 4))
def test_principal_components_are_shares_along_perpendicular_directions(seed, rows, channels, n):
    vectors = random_vectors(seed, rows, channels)
    coordinates, explained, directions = principal_components(vectors, n)
    assert coordinates.shape == (rows, n)
    assert explained.shape == (n,)
    assert torch.all((explained >= 0) & (explained <= 1 + 1e-5))
    assert torch.all(explained.diff() <= 1e-6)
    assert explained.sum() <= 1 + 1e-5
    found = min(n, rows, channels)
    assert torch.allclose(directions[:found] @ directions[:found].T, torch.eye(found), atol=1e-4)
    if n >= channels and rows > 1:  # nothing is left out
        assert torch.allclose(explained.sum(), torch.tensor(1.0), atol=1e-4)
        assert torch.allclose(
            torch.cdist(coordinates, coordinates), torch.cdist(vectors, vectors), atol=1e-3
        )


@given(seeds)
def test_the_picture_does_not_flip_when_it_is_drawn_again(seed):
    vectors = random_vectors(seed, 8, 5)
    _, _, directions = principal_components(vectors)
    mirrored = principal_components(-vectors).directions
    assert torch.allclose(directions, mirrored, atol=1e-4)
    assert torch.all(directions.gather(1, directions.abs().argmax(1, keepdim=True)) > 0)


@given(seeds)
def test_lengths_do_not_matter_to_neighbours(seed):
    vectors = random_vectors(seed, 6, 4)
    query = random_vectors(seed + 1, 4)
    ids, similarities = nearest_neighbours(query, vectors, n=6)
    longer = nearest_neighbours(3 * query, vectors * torch.arange(1, 7)[:, None], n=6)
    assert torch.allclose(similarities, longer.similarities, atol=1e-5)
    assert sorted(ids.tolist()) == list(range(6))
    assert torch.all(similarities.diff() <= 1e-6)


@given(seeds, st.integers(1, 9), st.integers(1, 5))
def test_a_linear_layer_with_the_same_table_gives_the_same_vectors(seed, n_vocab, n_channels):
    layer = nn.Embedding(n_vocab, n_channels, _weight=random_vectors(seed, n_vocab, n_channels))
    token_ids = torch.arange(6) % n_vocab
    one_hot = look_up_by_product(token_ids, layer.weight).one_hot
    assert torch.equal(as_linear(layer)(one_hot), layer(token_ids))


@given(seeds, st.integers(2, 40))
def test_a_set_of_vectors_does_not_change_when_it_is_shuffled(seed, rows):
    vectors = random_vectors(seed, rows, 3)
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(seed))
    assert torch.equal(distances_to_nearest(vectors[order], vectors), torch.zeros(rows))
    assert torch.all(distances_to_nearest(vectors + 100, vectors) > 1)


@given(seeds, st.integers(1, 12))
def test_a_place_is_most_like_itself_and_likeness_goes_both_ways(seed, rows):
    vectors = random_vectors(seed, rows, 4)
    alike = similarities(vectors)
    assert torch.allclose(alike, alike.T, atol=1e-6)
    assert torch.allclose(alike.diagonal(), torch.ones(rows))
    by_distance = similarity_by_distance(vectors)
    assert by_distance.shape == (rows,)
    assert torch.allclose(by_distance[0], torch.tensor(1.0))
    assert torch.allclose(by_distance[-1], alike[0, -1], atol=1e-6)


def test_how_alike_two_waves_are_depends_on_their_distance_only():
    alike = similarities(sinusoidal_positions(24, 8))
    by_distance = similarity_by_distance(sinusoidal_positions(24, 8))
    for k in range(24):
        assert torch.allclose(alike.diagonal(k), by_distance[k], atol=1e-5)


# Worked examples


def test_the_books_four_ids_look_up_four_rows():
    """Section 2.7: ids 2, 3, 5 and 1 of the same table."""
    with torch.random.fork_rng():
        torch.manual_seed(123)
        layer = nn.Embedding(6, 3)
    expected = torch.tensor(
        [
            [1.2753, -0.2010, -0.1606],
            [-0.4015, 0.9666, -1.1481],
            [-2.8400, -0.7849, -1.4096],
            [0.9178, 1.5810, 1.3010],
        ]
    )
    assert torch.allclose(layer(torch.tensor([2, 3, 5, 1])), expected, atol=1e-4)


def test_row_3_of_the_books_embedding():
    """Raschka 2024, section 2.7: six tokens, three channels, seed 123."""
    with torch.random.fork_rng():
        torch.manual_seed(123)
        layer = nn.Embedding(6, 3)
    expected = torch.tensor([-0.4015, 0.9666, -1.1481])
    for vector in (
        layer(torch.tensor([3]))[0],
        look_up_by_product(torch.tensor(3), layer.weight)[1],
    ):
        assert torch.allclose(vector, expected, atol=1e-4)


def test_the_books_input_embeddings_have_the_books_shapes(shared_data):
    """Section 2.8: a batch of 8 windows of 4 tokens, 256 channels."""
    text = shared_data("the-verdict.txt").read_text(encoding="utf-8")
    loader = create_dataloader_v1(text, batch_size=8, max_length=4, stride=4, shuffle=False)
    inputs, _ = next(iter(loader))
    steps = embed(inputs, nn.Embedding(50257, 256), nn.Embedding(4, 256))
    assert [tuple(part.shape) for part in steps] == [(8, 4, 256), (4, 256), (8, 4, 256)]


def test_points_on_a_line_vary_in_one_direction_only():
    line = torch.arange(5.0)[:, None] * torch.tensor([3.0, 4.0]) + 7
    coordinates, explained, directions = principal_components(line)
    assert torch.allclose(explained, torch.tensor([1.0, 0.0]), atol=1e-6)
    assert torch.allclose(directions[0], torch.tensor([0.6, 0.8]), atol=1e-6)
    assert torch.allclose(coordinates[:, 0], torch.tensor([-10.0, -5, 0, 5, 10]), atol=1e-5)


@pytest.mark.parametrize("vectors", [torch.ones(1, 4), torch.ones(3, 4), torch.ones(2, 1)])
def test_vectors_that_do_not_differ_are_drawn_at_one_point(vectors):
    coordinates, explained, _ = principal_components(vectors)
    assert torch.equal(coordinates, torch.zeros(len(vectors), 2))
    assert torch.equal(explained, torch.zeros(2))


def test_weights_of_a_model_are_drawn_without_touching_its_gradients():
    layer = nn.Embedding(6, 3)
    assert not principal_components(layer.weight).coordinates.requires_grad


def test_neighbours_of_a_word_leave_the_word_out():
    vectors = torch.tensor([[1.0, 0.0], [2.0, 0.1], [0.0, 1.0], [-1.0, 0.0]])
    ids, similarities = nearest_neighbours(vectors[0], vectors, n=9, exclude={0})
    assert ids.tolist() == [1, 2, 3]
    assert torch.allclose(similarities, torch.tensor([0.9988, 0.0, -1.0]), atol=1e-4)


@pytest.mark.parametrize("vectors", [torch.ones(3), torch.empty(0, 4)])
def test_what_is_no_matrix_is_refused(vectors):
    with pytest.raises(ValueError, match="give a matrix"):
        principal_components(vectors)


def test_too_many_tokens_and_foreign_ids_are_refused_with_a_remedy():
    tok_emb, pos_emb = nn.Embedding(5, 4), nn.Embedding(3, 4)
    with pytest.raises(ValueError, match="4 tokens do not fit into a context of 3; shorten"):
        embed(torch.zeros(1, 4, dtype=torch.long), tok_emb, pos_emb)
    with pytest.raises(ValueError, match="4 tokens do not fit"):
        embed(torch.zeros(1, 2, dtype=torch.long), tok_emb, pos_emb, start=2)
    with pytest.raises(ValueError, match="use the tokenizer the model was made for"):
        embed(torch.tensor([[0, 5]]), tok_emb, pos_emb)
