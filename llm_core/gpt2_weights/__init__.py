"""Weights that others trained: GPT-2 as OpenAI published it, in a model built here.

In:     a name at the Hugging Face hub, a folder, a file, or the content of a file
Out:    a GPTModel that writes English
Next:   ../lora.py and ../classification.py, which finetune it

    names       one table: what each tensor is called there and here, and what is done to it
    hub         fetching the published files
    settings    what has to be known besides the tensors
    files       reading such files into our model, and writing them from it

Source: Radford et al. 2019, "Language Models are Unsupervised Multitask Learners".
"""

from llm_core.gpt2_weights.files import export_gpt2, load_gpt2
from llm_core.gpt2_weights.hub import HUB_NAMES, DownloadStopped, GPT2Download, WeightsError
from llm_core.gpt2_weights.names import NAMES, Mapped, Rule, mapping_table

__all__ = [
    "HUB_NAMES",
    "NAMES",
    "DownloadStopped",
    "GPT2Download",
    "Mapped",
    "Rule",
    "WeightsError",
    "export_gpt2",
    "load_gpt2",
    "mapping_table",
]
