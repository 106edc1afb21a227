//! REST: one file an endpoint, OpenAPI, problem details
