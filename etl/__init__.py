"""Files in, warehouse rows out: recognise, read, clean, check, load."""
