"""The local store: what was known when, never deleted, one Parquet file a source.

Rows only ever come in; network requests and judgements about the market may not enter.
"""

from fiveengines.data.store.core import Store, Writer

__all__ = ["Store", "Writer"]
