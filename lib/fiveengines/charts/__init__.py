"""Charts: Altair pictures of a reading in one theme; importing this package switches renderer and theme on.

Shows readings and computes none; only measures, engines, regimes and routine results may enter.
"""

from fiveengines import fast_imports  # noqa: F401  (before altair: see there)
from fiveengines.charts import renderer as renderer

renderer.enable()
