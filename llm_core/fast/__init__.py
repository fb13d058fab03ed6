"""The fast path: what the readable modules compute, at the speed of the machine.

machine.py     what this processor is good at
pieces.py      GELU, attention, head and loss, with their slopes by hand
plain.py       which models the fast path knows
training.py    `FastLoss`, a loss function for `train`; the ladder rung by rung
ladder.py      the rungs one by one, taken and left while a model trains
products.py    linear layers for one token at a time, with weights in 32 or 16 bits
decoding.py    `FastDecoder`, who is asked for the next token; the ladder rung by rung

    from llm_core.fast.decoding import FastDecoder
    from llm_core.fast.training import FastLoss

    train(model, ..., loss_function=FastLoss())
    generate(model, ..., logits_of=FastDecoder(model))
"""
