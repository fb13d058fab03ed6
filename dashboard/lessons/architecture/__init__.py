"""What the page "Architecture" computes and draws."""
