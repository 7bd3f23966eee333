"""Reading tables of dated numbers as people keep them: fast when the text is clean, patient when it is not.

Text comes in, dates and numbers go out with a list of repairs; knowledge of the catalog may not enter.
"""

from fiveengines.data.folder.csv.csv_repair import Table, column_name, read_texts, tolerance
from fiveengines.data.folder.csv.read_csv import read_csv
from fiveengines.data.folder.csv.repairs import Repair

__all__ = ["Repair", "Table", "column_name", "read_csv", "read_texts", "tolerance"]
