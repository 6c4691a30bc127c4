"""`python -m deploy.postman` writes the Postman collection, made from the OpenAPI and AsyncAPI documents."""
