"""The one list of stages: cards, headings, sidebar, links and page tests all come from here.

To add a stage: one `Stage` row here, one page file in pages/, one test that names it.
CONTRIBUTING.md has the recipe; tests/test_architecture.py holds list and folder together.
"""

from dataclasses import dataclass
from typing import Literal

Group = Literal["Build the model", "Train the model", "Put it to work", "Background"]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One page of the course."""

    slug: str
    """Short name: prefix of widget keys and of the page's parameters in links."""
    page: str
    """File under pages/."""
    title: str
    group: Group
    icon: str
    """A Material symbol, in Streamlit's notation."""
    question: str
    """What the learner can answer after the page."""
    takes: str
    """What goes in."""
    gives: str
    """What comes out, and goes into the next stage."""
    parts: tuple[str, ...]
    """The parts of the model drawing that light up (`dashboard/strip.py`)."""
    modules: tuple[str, ...]
    """The llm_core modules a reader opens beside the page."""

    @property
    def path(self) -> str:
        """Path of the page, seen from Home.py."""
        return f"pages/{self.page}"

    @property
    def address(self) -> str:
        """The page's name in the browser's address."""
        return self.page.split("_", 1)[1].removesuffix(".py")

    @property
    def number(self) -> int:
        """Place in the course, from 1."""
        return int(self.page.split("_", 1)[0])


STAGES: tuple[Stage, ...] = (
    Stage(
        slug="data",
        page="1_Data_preparation.py",
        title="Data preparation",
        group="Build the model",
        icon=":material/subject:",
        question="How does a text become numbers a model can learn from?",
        takes="any text",
        gives="token vectors with positions, and the next token as the answer to learn",
        parts=("text", "tokens", "embeddings"),
        modules=("corpus", "tales", "tokenizers", "batches", "shards", "embeddings", "word2vec"),
    ),
    Stage(
        slug="attention",
        page="2_Attention.py",
        title="Attention",
        group="Build the model",
        icon=":material/hub:",
        question="How does each word find out which earlier words matter to it?",
        takes="one vector per token",
        gives="one vector per token that has gathered what it needs from the others",
        parts=("attention",),
        modules=("recurrent_memory", "attention", "cache_memory", "heads", "hiding", "trials"),
    ),
    Stage(
        slug="architecture",
        page="3_Architecture.py",
        title="Architecture",
        group="Build the model",
        icon=":material/layers:",
        question="Which parts make a GPT, and how large is each of them?",
        takes="a configuration of seven settings",
        gives="a whole model that turns ids into a score for every possible next token",
        parts=("embeddings", "attention", "feed-forward", "head"),
        modules=(
            "config",
            "transformer",
            "gpt",
            "accounting",
            "parts",
            "lens",
            "building",
            "shape_puzzles",
        ),
    ),
    Stage(
        slug="pretraining",
        page="4_Pretraining.py",
        title="Pretraining",
        group="Train the model",
        icon=":material/show_chart:",
        question="How does a model that guesses blindly learn to write?",
        takes="an untrained model and a text",
        gives="a model that continues a sentence in the manner of that text",
        parts=("tokens", "embeddings", "attention", "feed-forward", "head", "loss"),
        modules=(
            "loss",
            "sampling",
            "beam",
            "schedules",
            "optimizers",
            "training",
            "fast",
            "processes",
            "induction",
            "checkpoints",
            "pretraining",
            "evaluation",
        ),
    ),
    Stage(
        slug="weights",
        page="5_Weight_loading.py",
        title="Weight loading",
        group="Train the model",
        icon=":material/download:",
        question="How do weights that somebody else trained move into our model?",
        takes="a file of named tensors",
        gives="our own GPT, speaking with the file's knowledge",
        parts=("embeddings", "attention", "feed-forward", "head"),
        modules=("gpt2_weights", "bundled"),
    ),
    Stage(
        slug="classify",
        page="6_Classification_finetuning.py",
        title="Classification finetuning",
        group="Put it to work",
        icon=":material/mark_email_unread:",
        question="How does a model that writes become one that decides?",
        takes="a pretrained model and labelled messages",
        gives="a spam filter you can try on your own message",
        parts=("attention", "feed-forward", "head", "loss"),
        modules=("classification", "lora"),
    ),
    Stage(
        slug="instruct",
        page="7_Instruction_finetuning.py",
        title="Instruction finetuning",
        group="Put it to work",
        icon=":material/chat:",
        question="How does a model that continues text become one that answers?",
        takes="a pretrained model and instructions with answers",
        gives="a small assistant that answers your instruction",
        parts=("text", "tokens", "attention", "feed-forward", "head", "loss"),
        modules=("instructions", "judging", "lora"),
    ),
    Stage(
        slug="family",
        page="8_Transformer_family.py",
        title="Transformer family",
        group="Background",
        icon=":material/account_tree:",
        question="Translate, fill the gap, continue: what do the three families share?",
        takes="a sentence",
        gives="the same idea at work in an encoder-decoder, a BERT and a GPT",
        parts=("embeddings", "attention", "feed-forward", "head"),
        modules=("translation", "masked", "gpt"),
    ),
)

GROUPS: dict[Group, str] = {
    "Build the model": "Turn text into vectors, let them attend to each other, stack the parts.",
    "Train the model": "Learn to predict the next token, or borrow what others have learnt.",
    "Put it to work": "Teach the pretrained model to decide, and to answer.",
    "Background": "Where the GPT stands among its relatives.",
}


def stage(slug: str) -> Stage:
    """The stage of that slug.

    >>> stage("attention").page
    '2_Attention.py'
    """
    return next(s for s in STAGES if s.slug == slug)


def neighbours(slug: str) -> tuple[Stage | None, Stage | None]:
    """The stages before and after, or None at either end.

    >>> [s and s.slug for s in neighbours("data")]
    [None, 'attention']
    """
    i = [s.slug for s in STAGES].index(slug)
    before = STAGES[i - 1] if i > 0 else None
    after = STAGES[i + 1] if i + 1 < len(STAGES) else None
    return before, after
