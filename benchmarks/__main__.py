"""All measurements: python -m benchmarks"""

from benchmarks import pages

pages.main()
