"""Which Python and platform the stack runs on, and its virtual environment. Works before anything is installed."""
