"""A GPT from scratch, in the order in which text travels through it.

Each module imports only modules that stand before it:

random_state     random numbers that belong to one run
config           the seven numbers that describe a model
corpus           texts and data sets, bundled and fetched
tales            stories, facts and letters without end, written by rule
tokenizers       text -> token ids, by words and by byte pairs, and back
batches          token ids -> windows of inputs and targets
shards           a long text as ids on disk
embeddings       token ids -> vectors that know word and place
word2vec         words -> vectors, learnt from the company they keep
recurrent_memory a whole text in one vector, and what is lost of it
attention        vectors -> vectors that have looked at each other
transformer      attention, feed-forward, norms and shortcuts: one block
gpt              blocks -> a model: ids in, logits out
accounting       what a model costs: parameters, memory, arithmetic
cache_memory     what a long text costs to remember, and how to pay less
loss             logits and targets -> one number to push down
building         a model half built: what each part makes true
shape_puzzles    the same parts with blanks for their sizes
sampling         logits -> the next token, and the next
beam             several texts at once: the likeliest whole
schedules        step -> learning rate
optimizers       gradients -> new weights: four rules
training         the loop that pushes the loss down
fast             the same computation at the speed of the machine
processes        several processes train one model
induction        a tiny model learns to copy; which head does it
trials           one thing changed: without the mask, with other positions
observing        a look into a model at work
lens             the next token, read off after every block
heads            what each head looks at, what it writes, what is lost without it
parts            norms, hidden units, shortcuts and dropout, one at a time
hiding           which words decide the next one: each hidden in turn
checkpoints      a run on disk, and back
pretraining      a whole recipe, from text to trained model
evaluation       what a pretrained model knows
gpt2_weights     published GPT-2 weights -> our model
lora             finetuning with few numbers
classification   a model that says spam or not
instructions     a model that does what it is told
judging          is the answer any good?
translation      encoder and decoder: one sentence into another
masked           BERT: fill in the missing word
bundled          the model that comes with the program
"""

READING_ORDER: tuple[str, ...] = (
    "random_state",
    "config",
    "corpus",
    "tales",
    "tokenizers",
    "batches",
    "shards",
    "embeddings",
    "word2vec",
    "recurrent_memory",
    "attention",
    "transformer",
    "gpt",
    "accounting",
    "cache_memory",
    "loss",
    "building",
    "shape_puzzles",
    "sampling",
    "beam",
    "schedules",
    "optimizers",
    "training",
    "fast",
    "processes",
    "induction",
    "trials",
    "observing",
    "lens",
    "heads",
    "parts",
    "hiding",
    "checkpoints",
    "pretraining",
    "evaluation",
    "gpt2_weights",
    "lora",
    "classification",
    "instructions",
    "judging",
    "translation",
    "masked",
    "bundled",
)
"""Every module, first to last; `python -m llm_core` (`__main__.py`) comes after all of them."""
