"""Memory that nobody holds any more goes back to the operating system.

Python frees most things at once, but what refers to itself in a circle waits for the collector; and
the C library keeps freed memory for later. Streamlit would collect after every rerun: that stops
all threads for as long as it takes to look at every session's objects, some tenth of a second for a
class. So `runner.postScriptGC` is off, Python's own collector works as usual, and this is done
after runs have been forgotten.
"""

import ctypes
import gc
import sys


def give_back() -> None:
    """Collect what is garbage, and hand free memory back where the system's C library can."""
    gc.collect()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)
        except (OSError, AttributeError):  # another C library than glibc
            return
