"""What one page alone needs: computations, figures, runs and tables; a folder for each stage."""
