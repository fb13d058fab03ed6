"""What the page "Classification finetuning" computes and draws."""
