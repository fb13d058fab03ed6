"""The decoding bench of the page: which model, which text, which place; all of it in the link."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any, cast

import streamlit as st

from dashboard import cached, chips, gpt2_download, jobs, own_run, weights_source
from dashboard.components import bench as component
from dashboard.lessons.pretraining import plans, standpoint, writing
from dashboard.lessons.pretraining.standpoint import At
from dashboard.lessons.pretraining.writing import Dials, Text
from llm_core.sampling import sampling_steps, stretches

YOURS, RUN, TWIN, STARTER = "Yours", "Your run", "Yours, untrained", "Starter model"
GPT2 = weights_source.PUBLISHED
KEY = "pretraining-bench"

QUICK = 20_000_000
"""A model of up to so many parameters writes anew by itself whenever a dial is turned."""

MOST_WAYS = 9

RANGES_OF_TOKENS = ("1 to 9", "10 to 99", "100 to 999", "1,000 or more")
"""Answers to the question how many tokens are left: each ten times the one before."""


def choose() -> tuple[str, cached.Loaded | None]:
    """Draw the choice of a model; None stands for the learner's own that is not trained yet."""
    own = own_run.own_model()
    job = jobs.current(own_run.KIND)
    trained = cast("cached.Loaded | None", job.products.get("model")) if job else None
    options = [YOURS] if own else []
    options += [RUN] if trained and own_run.file_is_open() else []
    options += [STARTER, TWIN]
    options += [GPT2] if gpt2_download.fetcher().fetched() else []
    key = "pretraining.writer"
    untouched = key not in st.query_params and not st.session_state.get(f"{key}.touched")
    if untouched or st.session_state.get(key, options[0]) not in options:
        st.session_state[key] = options[0]  # the learner's own as soon as there is one
    choice = st.selectbox(
        "Model", options, key=key, bind="query-params", on_change=_touched,
        help="Yours is your run's newest snapshot, or the file you opened.",
    )  # fmt: skip
    if choice == GPT2:
        opened = weights_source.published()
        end = own_run.end_of_text(opened.tokenizer)
        return GPT2, cached.Loaded("gpt2", opened.model, opened.tokenizer, opened.config, end)
    models = {YOURS: own, RUN: trained, STARTER: cached.starter()}
    return str(choice), models.get(str(choice))


def _touched() -> None:
    st.session_state["pretraining.writer.touched"] = True


def model(choice: str, chosen: cached.Loaded | None, ready: plans.Material) -> cached.Loaded:
    """The model itself; the untrained one is born as the twin of the learner's own."""
    if chosen is not None:
        return chosen
    own = own_run.own_model()
    return own_run.untrained_twin(own) if own else plans.newborn(ready)


def show(loaded: cached.Loaded, choice: str, prompt: str, *, tokens: int, seed: int) -> Text:
    """Let the model write, and draw the bench at the place that the learner looks at.

    Raises:
        ValueError: an empty prompt, or a model whose scores are no numbers.
    """
    size = loaded.config.vocab_size
    here = _here(loaded, (choice, size, prompt, seed))
    _take_turns(here, size)
    if here.dials.top_k >= size:
        here.dials = replace(here.dials, top_k=0)
    here.given = here.given[:tokens]
    text = _written(here, loaded, prompt, tokens=tokens, seed=seed)
    here.place = min(here.place, len(text.steps))
    if not here.ways:
        linked = [("as linked", here.given, here.place)] if here.given else []
        here.ways = [("as drawn", (), 0), *linked]
        here.way = len(here.ways) - 1
    here.ways[here.way] = (here.ways[here.way][0], here.given, here.place)
    logits = writing.at(loaded, text, here.place)
    names = token_names(loaded)
    component.show(
        _head(here, text, names, tokens), logits, writing.numbers(seed), names,
        key=KEY, on_look=_look, on_branch=_branch(text, names), on_way=_way,
    )  # fmt: skip
    standpoint.to_link(here)
    return text


def _here(loaded: cached.Loaded, origin: tuple[object, ...]) -> At:
    """Where the learner stands: as before, as the link says, or at the beginning."""
    here = cast("At | None", st.session_state.get("pretraining.at"))
    if here is None:
        here = standpoint.from_link(loaded.config.vocab_size)
        here.origin = origin
    elif here.origin != origin:
        here = At(origin=origin, dials=here.dials, version=here.version + 1)
    st.session_state["pretraining.at"] = here
    return here


def _take_turns(here: At, size: int) -> None:
    """Take over what the browser has reported; from the place looked at, the text is free again."""
    turned = st.session_state.get(KEY, {}).get("turned")
    if turned and turned.get("version") == here.version:
        dials = Dials.of(turned, here.dials)
        here.draws = min(max(int(turned["draws"]), 1), writing.NUMBERS)
        here.picked = int(turned["picked"]) if 0 <= int(turned["picked"]) < size else -1
        if dials != here.dials:
            here.dials = dials
            here.given = st.session_state.get("pretraining.ids", ())[: here.place]


def _written(here: At, loaded: cached.Loaded, prompt: str, *, tokens: int, seed: int) -> Text:
    """The text: at once for a small model, on demand and token by token for a large one."""
    asked = (here.dials, here.given, tokens)
    large = loaded.model.num_parameters() > QUICK
    origin, before = st.session_state.get("pretraining.asked", ((), asked))
    if large and origin == here.origin and before[0] != here.dials:
        with st.container(horizontal=True, vertical_alignment="center"):
            again = st.button("Write again", key="pretraining.again", icon=":material/refresh:")
            st.caption("The text below was written with other settings.")
        if not again:
            ids = st.session_state["pretraining.ids"]
            same = tokens == before[2] and here.given == ids[: len(here.given)]
            asked = before if same else (before[0], here.given, tokens)
    slot = st.empty() if large else None
    text = writing.write(
        loaded, prompt, asked[0], seed=seed, tokens=tokens, given=asked[1],
        watch=(lambda so_far: _growing(slot, so_far)) if slot else None,
    )  # fmt: skip
    if slot:
        slot.empty()
    st.session_state["pretraining.asked"] = (here.origin, asked)
    st.session_state["pretraining.ids"] = text.ids
    return text


def _growing(slot: Any, so_far: str) -> None:
    slot.code(so_far, language=None, wrap_lines=True)


def _head(
    here: At, text: Text, names: tuple[str, ...], tokens: int
) -> dict[str, Any]:  # fmt: skip
    """Everything the browser shows that is not a score."""
    ids = text.ids
    seen = sorted({*text.prompt, *ids[: here.place]})
    return {
        "version": here.version,
        "dials": asdict(here.dials),
        "draws": here.draws,
        "picked": here.picked,
        "place": here.place,
        "prompt": "".join(names[i] for i in text.prompt).replace("␣", " "),
        "written": [
            (names[step.token_id], step.token_id, step.probability, step.given)
            for step in text.steps
        ],
        "ended": len(text.steps) < tokens,
        "longest": tokens,
        "seen": seen,
        "ways": [name for name, _, _ in here.ways],
        "way": here.way,
    }


@st.cache_resource(show_spinner=False, max_entries=8, hash_funcs=cached.BY_NAME)
def token_names(loaded: cached.Loaded) -> tuple[str, ...]:
    """How each token of the model is written on a chip, by id."""
    decode = loaded.tokenizer.decode
    known = min(loaded.config.vocab_size, loaded.tokenizer.n_vocab)
    names = [chips.visible(decode([i])) for i in range(known)]
    return tuple(names + ["?"] * (loaded.config.vocab_size - known))


def nucleus(loaded: cached.Loaded, text: Text, *, temperature: float, top_p: float) -> int:
    """How many tokens are left to draw the first token from."""
    logits = writing.at(loaded, text, 0)
    steps = sampling_steps(logits, temperature=temperature, top_p=top_p)
    return len(stretches(steps.min_p).order)


def ranges_up_to(size: int) -> tuple[str, ...]:
    """The answers that are possible with a vocabulary of this size.

    >>> ranges_up_to(512)
    ('1 to 9', '10 to 99', '100 to 999')
    """
    return RANGES_OF_TOKENS[: len(str(size))]


def range_of(count: int) -> str:
    """Which of the answers a number of tokens belongs to."""
    return RANGES_OF_TOKENS[min(len(str(count)), len(RANGES_OF_TOKENS)) - 1]


def turn_to_flat() -> None:
    """Set the dials to what the question asks for, at the first token of the text."""
    here = cast(At, st.session_state["pretraining.at"])
    new = At(origin=here.origin, dials=Dials(temperature=2.0, top_p=0.9), version=here.version + 1)
    st.session_state["pretraining.at"] = new


def _told(what: str) -> Any:
    return st.session_state.get(KEY, {}).get(what)


def _look() -> None:
    """A token of the text was clicked."""
    here = cast(At, st.session_state["pretraining.at"])
    place = _told("look")
    if isinstance(place, (int, float)):
        here.place, here.draws, here.picked = max(0, int(place)), 1, -1


def _branch(text: Text, names: tuple[str, ...]) -> Callable[[], None]:
    """Another token was chosen: the text goes on from there."""

    def branch() -> None:
        here = cast(At, st.session_state["pretraining.at"])
        chosen = _told("branch") or {}
        place, token_id = int(chosen.get("place", -1)), int(chosen.get("id", -1))
        if not (0 <= place <= len(text.ids) and 0 <= token_id < len(names)):
            return
        here.ways[here.way] = (here.ways[here.way][0], here.given, place)
        here.given = (*text.ids[:place], token_id)
        here.place, here.draws, here.picked = place, 1, -1
        here.ways.append((f"{place + 1}: {names[token_id]}", here.given, place))
        del here.ways[1:-MOST_WAYS]
        here.way = len(here.ways) - 1

    return branch


def _way() -> None:
    """An earlier way of the text was chosen."""
    here = cast(At, st.session_state["pretraining.at"])
    way = _told("way")
    if isinstance(way, (int, float)) and 0 <= int(way) < len(here.ways):
        here.way = int(way)
        _, here.given, here.place = here.ways[here.way]
        here.draws, here.picked = 1, -1
