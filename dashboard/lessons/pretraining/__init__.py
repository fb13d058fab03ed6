"""What the page "Pretraining" computes and draws."""
