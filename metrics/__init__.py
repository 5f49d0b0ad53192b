"""Facts and KPIs out of the warehouse, and the published edition."""
