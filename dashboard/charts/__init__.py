"""Numbers in, plotly figure out; colours from the palette, no page and no model in here."""

from dashboard.charts.bars import bars
from dashboard.charts.curves import curves
from dashboard.charts.heatmap import heatmap
from dashboard.charts.scatter import scatter
from dashboard.charts.small_heatmaps import small_heatmaps
from dashboard.charts.treemap import treemap

__all__ = ["bars", "curves", "heatmap", "scatter", "small_heatmaps", "treemap"]
