"""The fast path: what the readable modules compute, at the speed of the machine.

machine.py     what this processor is good at
pieces.py      GELU, attention, head and loss, with their slopes by hand
training.py    `FastLoss`, a loss function for `train`; the ladder rung by rung

    from llm_core.fast.training import FastLoss

    train(model, ..., loss_function=FastLoss())
"""
