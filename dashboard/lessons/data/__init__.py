"""What the page "Data preparation" computes and draws."""
