"""What the page "Attention" computes and draws."""
