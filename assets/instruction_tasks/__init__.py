"""What the bundled instructions ask for, family by family.

family      how a family makes its tasks
words       what somebody knows who has read the primer: opposites, plurals, capitals, sums
sentences   one sentence turned round, completed, taken apart
passages    one to four sentences to be read before answering
free        tasks without a single right answer

In:     the tables and the village of llm_core.tales, the world that the bundled model read about
Out:    FAMILIES, a tuple in each module
Next:   ../make_instructions.py
"""
