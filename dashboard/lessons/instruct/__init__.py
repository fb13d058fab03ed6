"""What the page "Instruction finetuning" computes and draws."""
