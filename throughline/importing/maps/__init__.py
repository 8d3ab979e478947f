"""The maps that are shipped: file name = map name; what each had to assume stands in its first lines."""
