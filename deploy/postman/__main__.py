"""Writes the collection."""

from deploy.postman.collection import main

if __name__ == "__main__":
    main()
