//! A metric that is not listed, listed and silent, or watched and missing is found.

use model::{Metric, MetricKind};
use xtask::house::metrics::{check, check_watching, names};
use xtask::house::tree::Tree;

const REGISTRY: &[Metric] = &[
    Metric {
        name: "mail_total",
        kind: MetricKind::Counter,
        labels: &["service"],
        help: "Mail.",
        elsewhere: "",
    },
    Metric {
        name: "wait",
        kind: MetricKind::Histogram,
        labels: &[],
        help: "Waiting.",
        elsewhere: "",
    },
];

/// (a source beside one that emits `mail_total` and `wait` well, what must be found)
const CASES: &[(&str, &str)] = &[
    (
        "fn f() { metrics::counter!(\"other\").increment(1) }",
        "other is not in",
    ),
    (
        "fn f() { metrics::gauge!(\"wait\").set(1.0) }",
        "wait is a histogram",
    ),
    (
        "fn f() { metrics::counter!(\n    \"mail_total\",\n    \"domain\" => d\n).increment(1) }",
        "has the labels",
    ),
    (
        "fn f() { let by = [(\"service\", a.word())];\nmetrics::counter!(\"mail_total\", &by).increment(1) }",
        "",
    ),
    (
        "fn f() { let by = [(\"domain\", \"service\")];\nmetrics::counter!(\"mail_total\", &by).increment(1) }",
        "has the labels",
    ),
    (
        "fn f() { metrics::counter!(name).increment(1) }",
        "write the name out",
    ),
    (
        "fn f() { metrics::describe_counter!(\"other\", \"x\"); }",
        "",
    ),
    (
        "// metrics::counter!(\"other\")\nconst X: &str = \"counter!(x)\";",
        "",
    ),
];

#[test]
fn what_is_emitted_is_what_is_listed() {
    let good = "fn g() { metrics::counter!(\"mail_total\", \"service\" => word(\"a\")).increment(1);\n\
                metrics::histogram!(\"wait\").record(1.0) }";
    for (source, expected) in CASES {
        let tree = Tree::of(&[("crates/a/src/g.rs", good), ("crates/a/src/x.rs", source)]);
        let found: Vec<_> = check(&tree, REGISTRY).into_iter().map(|f| f.what).collect();
        match expected.is_empty() {
            true => assert!(found.is_empty(), "{source}: {found:?}"),
            false => assert!(
                found.len() == 1 && found[0].contains(expected),
                "{source}: {found:?}"
            ),
        }
    }
    let silent = check(&Tree::of(&[("crates/a/src/x.rs", "fn f() {}")]), REGISTRY);
    assert_eq!(silent.len(), 2, "{silent:?}");
}

#[test]
fn rules_and_dashboards_name_what_exists() {
    let tree = Tree::of(&[
        (
            "deploy/a.yml",
            "groups:\n  - rules:\n      - expr: rate(mail_total{service=\"x\"}[5m]) > gone\n",
        ),
        (
            "deploy/b.json",
            "{\"panels\": [{\"targets\": [{\"expr\": \"sum by (le) (wait_bucket) + wait\"}]}]}",
        ),
    ]);
    let found: Vec<_> = check_watching(&tree, REGISTRY)
        .into_iter()
        .map(|f| (f.place, f.what))
        .collect();
    let row = |place: &str, what: &str| (place.to_owned(), format!("{what} is no metric of ours"));
    assert_eq!(
        found,
        [
            row("deploy/a.yml:3", "gone"),
            row("deploy/b.json:1", "wait")
        ]
    );
}

#[test]
fn names_are_told_from_functions_labels_and_numbers() {
    let text = "histogram_quantile(0.95, sum by (le, provider) (rate(wait_bucket{a=\"b\"}[5m]))) > 1e3 and on (x) up unless mail_total offset 5m";
    assert_eq!(names(text), ["wait_bucket", "up", "mail_total"]);
}
