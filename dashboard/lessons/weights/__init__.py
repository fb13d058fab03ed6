"""What the page "Weight loading" computes and draws."""
