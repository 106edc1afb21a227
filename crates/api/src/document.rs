//! The reference: OpenAPI 3.1, made from the doors that the router is made from.
//!
//! Problems, headers and security are the same everywhere, so they are added here instead of being
//! written at each endpoint. `docs/reference/openapi.json` is a golden copy.

use std::collections::BTreeMap;

use model::{Code, limits};
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem, PathsBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Ref, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, ContentBuilder, Header, InfoBuilder, LicenseBuilder, OpenApi,
    OpenApiBuilder, RefOr, Response, ResponseBuilder,
};

use crate::endpoints::{self, Door};
use crate::problem::ProblemBody;

/// What any endpoint that needs a right may answer.
const GATED: &[Code] = &[
    Code::CredentialsMissing,
    Code::CredentialsInvalid,
    Code::ActionForbidden,
    Code::RateLimited,
    Code::StoreUnavailable,
];
/// What any endpoint may answer.
const ALWAYS: &[Code] = &[Code::QueryInvalid, Code::Internal];
/// What any endpoint that stores something may answer.
const STORING: &[Code] = &[Code::StoreFull];
/// What any endpoint that reads a body may answer.
const READING: &[Code] = &[Code::Overloaded, Code::Timeout];

/// The whole document.
pub fn openapi() -> OpenApi {
    let mut paths = PathsBuilder::new();
    for door in endpoints::doors() {
        let path = door.path.clone();
        let item = PathItem::new(door.method.clone(), operation(door));
        paths = paths.path(path, item);
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Caduceus")
                .version("1")
                .description(Some(about()))
                .license(Some(
                    LicenseBuilder::new()
                        .name("Apache-2.0")
                        .identifier(Some("Apache-2.0"))
                        .build(),
                ))
                .build(),
        )
        .paths(paths)
        .components(Some(components()))
        .tags(Some(tags()))
        .build()
}

fn about() -> String {
    format!(
        "Secure messages for healthcare. Every answer carries `X-Request-Id`; errors are problem details (RFC 9457) \
         with a stable `code` and never repeat a submitted value. Answers to authenticated requests carry \
         `Caduceus-Mode` (`live` or `test`), `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset`. A \
         request body is JSON of at most {} MiB; unknown fields and parameters are refused.",
        limits::API_BODY_OCTETS_MAX / 1024 / 1024
    )
}

fn tags() -> Vec<utoipa::openapi::Tag> {
    let tag = |name: &str, about: &str| {
        TagBuilder::new()
            .name(name)
            .description(Some(about))
            .build()
    };
    vec![
        tag("messages", "Send, watch and stop messages."),
        tag("events", "What happened, to all messages."),
        tag(
            "webhooks",
            "Hear of what happens (Standard Webhooks), without anything that anyone wrote.",
        ),
        tag("proof", "Evidence that stands without us."),
        tag("content", "What people wrote. Each reading is recorded."),
        tag("queue", "What waits, why and until when; orders about it."),
        tag("suppressions", "Addresses that get no more mail."),
        tag(
            "rules",
            "An organisation's own rules of policy: written, tried, made active.",
        ),
        tag(
            "detectors",
            "An organisation's own detectors: its record numbers, its words, its expressions.",
        ),
        tag(
            "correspondents",
            "Who addresses belong to, how their owners want mail, what was agreed with them.",
        ),
        tag(
            "keys",
            "Certificates and OpenPGP keys: of recipients, which mail is encrypted to, and of the organisation.",
        ),
        tag(
            "archive",
            "What was sent and received, kept and found by what it says.",
        ),
        tag(
            "holds",
            "Matters and legal holds: what nobody may destroy, and how that ends.",
        ),
        tag(
            "retention",
            "How long records are kept, by which rules, and why.",
        ),
        tag(
            "arrivals",
            "What came in for people, and what looks wrong about it.",
        ),
        tag("senders", "Who sends unusually, and what follows from it."),
        tag(
            "registry",
            "The organisation's patients, as keyed tokens, so that their names are known.",
        ),
        tag("service", "About this service."),
    ]
}

fn operation(door: Door) -> Operation {
    let mut codes: Vec<Code> = [ALWAYS, door.codes].concat();
    if door.right.is_some() {
        codes.extend(GATED);
    }
    if door.verb() != "GET" {
        codes.extend(STORING);
    }
    if door.operation.request_body.is_some() {
        codes.extend(READING);
    }
    let gated = door.right.is_some();
    let mut operation = door.operation;
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            add_headers(response, gated);
        }
    }
    for (status, codes) in by_status(&codes) {
        operation
            .responses
            .responses
            .insert(status.to_string(), RefOr::T(problem(status, &codes, gated)));
    }
    if let Some(right) = door.right {
        let needs = format!("Needs the scope `{}`.", right.word());
        let text = operation
            .description
            .take()
            .map_or_else(|| needs.clone(), |text| format!("{text}\n\n{needs}"));
        operation.description = Some(text);
        operation.security = Some(
            ["key", "basic", "header"]
                .map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(name, []))
                .to_vec(),
        );
    } else {
        operation.security = Some(Vec::new());
    }
    operation
}

fn by_status(codes: &[Code]) -> BTreeMap<u16, Vec<Code>> {
    let mut found: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for &code in Code::ALL.iter().filter(|code| codes.contains(code)) {
        found.entry(code.row().http).or_default().push(code);
    }
    found
}

fn problem(status: u16, codes: &[Code], gated: bool) -> Response {
    let lines: Vec<String> = codes
        .iter()
        .map(|code| format!("- `{}`: {}.", code.word(), code.row().title))
        .collect();
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .build();
    let mut response = ResponseBuilder::new()
        .description(lines.join("\n"))
        .content("application/problem+json", content)
        .build();
    add_headers(&mut response, gated && status != 401);
    if status == 401 {
        add(
            &mut response,
            "WWW-Authenticate",
            Type::String,
            "The schemes that would do.",
        );
    }
    if status == 429 || status == 503 {
        add(
            &mut response,
            "Retry-After",
            Type::Integer,
            "Seconds to wait.",
        );
    }
    response
}

fn add_headers(response: &mut Response, admitted: bool) {
    add(
        response,
        "X-Request-Id",
        Type::String,
        "Names this request, for support.",
    );
    if admitted {
        add(
            response,
            "Caduceus-Mode",
            Type::String,
            "`live` or `test`: the key's mode.",
        );
        add(
            response,
            "RateLimit-Limit",
            Type::Integer,
            "Requests that may come at once after a rest.",
        );
        add(
            response,
            "RateLimit-Remaining",
            Type::Integer,
            "Requests that may come now.",
        );
        add(
            response,
            "RateLimit-Reset",
            Type::Integer,
            "Seconds until the limit is whole again.",
        );
    }
}

fn add(response: &mut Response, name: &str, kind: Type, about: &str) {
    let schema = ObjectBuilder::new().schema_type(kind).build();
    let header: Header = HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(about))
        .build();
    response.headers.insert(name.to_owned(), RefOr::T(header));
}

fn components() -> Components {
    let http = |scheme, about: &str| {
        SecurityScheme::Http(
            HttpBuilder::new()
                .scheme(scheme)
                .description(Some(about))
                .build(),
        )
    };
    let header = ApiKeyValue::with_description(
        "X-API-Key",
        "The whole key, for clients that cannot set Authorization.",
    );
    endpoints::schemas(ComponentsBuilder::new())
        .schema_from::<ProblemBody>()
        .security_scheme(
            "key",
            http(
                HttpAuthScheme::Bearer,
                "`cad_live_…` or `cad_test_…`, as it was shown once.",
            ),
        )
        .security_scheme(
            "basic",
            http(
                HttpAuthScheme::Basic,
                "User: the key's id, or `key`. Password: the whole key. An app may refuse it.",
            ),
        )
        .security_scheme("header", SecurityScheme::ApiKey(ApiKey::Header(header)))
        .build()
}
