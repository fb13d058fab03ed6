"""Small browser parts, one folder each: plain JavaScript and CSS, and one Python wrapper."""
