//! Logs in either form, at the finest level: our own ids and codes, and of libraries nothing that could
//! hold a value.

use std::process::Command;

use super::program::{Installation, stderr};

#[test]
fn text_or_json_as_the_configuration_says() {
    let made = Installation::founded("logs_format");
    let config = std::fs::read_to_string(&made.config).expect("a configuration");
    for (format, level) in [("json", "trace"), ("text", "trace")] {
        std::fs::write(
            &made.config,
            format!("{config}[log]\nformat = \"{format}\"\nlevel = \"{level}\"\n"),
        )
        .expect("a configuration");
        let out = Command::new(env!("CARGO_BIN_EXE_caduceus"))
            .args([
                "admin",
                "--config",
                made.config.to_str().expect("UTF-8"),
                "domain-add",
                "--name",
                &format!("kanari-{format}.example"),
            ])
            .env_remove("CADUCEUS_LOG")
            .output()
            .expect("the program starts");
        assert!(out.status.success(), "{}", stderr(&out));
        for line in stderr(&out).lines().filter(|line| !line.is_empty()) {
            let is_json = serde_json::from_str::<serde_json::Value>(line).is_ok();
            assert!(format == "text" || is_json, "{line}");
            assert!(!line.to_lowercase().contains("kanari"), "{line}");
        }
    }
    std::fs::write(&made.config, format!("{config}[log]\nformat = \"xml\"\n"))
        .expect("a configuration");
    let out = made.run(&[
        "admin",
        "--config",
        made.config.to_str().expect("UTF-8"),
        "organisation-list",
    ]);
    assert!(!out.status.success(), "an unknown form is refused");
}
