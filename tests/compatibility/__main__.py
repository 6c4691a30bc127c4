"""`python -m tests.compatibility` writes docs/compatibility.md."""

from tests.compatibility.table import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page())
