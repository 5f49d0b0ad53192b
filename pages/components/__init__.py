"""What pages are made of: queries, filters, tiles, charts, theme."""
