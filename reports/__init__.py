"""The board pack, built from one edition."""
