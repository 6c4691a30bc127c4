"""The Grafana dashboards as code: what is asked and why. `make dashboards` writes the JSON that Grafana reads."""
