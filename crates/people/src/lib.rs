//! Users, roles, sessions, second factors, apps and their keys
