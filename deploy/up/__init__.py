"""`make up`: a cluster on this machine, the image in it, the stack running, one order sent through."""
