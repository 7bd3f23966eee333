"""What must hold: between the columns of one table (columns), and between the series of a dataset (examine)."""
