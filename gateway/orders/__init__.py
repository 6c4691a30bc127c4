"""Orders over HTTP: fields, submission, reading, explanation, quotes, and the words of older engines."""
