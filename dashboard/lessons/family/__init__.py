"""What the page "Transformer family" computes and draws."""
