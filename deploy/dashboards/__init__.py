"""The Grafana dashboards as code: panels and their queries. `make dashboards` writes the JSON that Grafana reads."""
