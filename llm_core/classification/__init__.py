"""Turn a language model into one that says spam or not.

messages     balanced, split in three, padded to one length
head         another head, what stays frozen, and where the answer is read
finetuning   loss, accuracy, training, and labels for any text
fast         the same loss by the fast path

In:     labelled messages, and a pretrained model
Out:    the model with a new, narrow head, finetuned in a stream of `ClassifierStep`
Next:   instructions, the other way to finetune
"""

from llm_core.classification.finetuning import (
    ClassifierStep,
    ClassifySteps,
    calc_accuracy_loader,
    calc_loss_batch,
    calc_loss_loader,
    classify_review,
    classify_steps,
    train_classifier,
)
from llm_core.classification.head import (
    PartCount,
    Read,
    Trainable,
    asked,
    class_logits,
    freeze,
    parts,
    swap_head,
)
from llm_core.classification.messages import (
    CLASSES,
    SpamDataset,
    Split,
    create_balanced_dataset,
    label_of,
    pad,
    random_split,
)

__all__ = [
    "CLASSES",
    "ClassifierStep",
    "ClassifySteps",
    "PartCount",
    "Read",
    "SpamDataset",
    "Split",
    "Trainable",
    "asked",
    "calc_accuracy_loader",
    "calc_loss_batch",
    "calc_loss_loader",
    "class_logits",
    "classify_review",
    "classify_steps",
    "create_balanced_dataset",
    "freeze",
    "label_of",
    "pad",
    "parts",
    "random_split",
    "swap_head",
    "train_classifier",
]
