"""The model that comes with the program: how it was made, and what it knows.

In:     nothing but this program
Out:    the folder assets/tales
Next:   ../__main__.py, the command line

    recipe        what decides how it was made
    examination   what it knows
    making        from an empty folder to the model's files
"""
