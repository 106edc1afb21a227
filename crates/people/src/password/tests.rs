use super::*;

struct Fixed;
impl Rng for Fixed {
    fn fill(&self, buf: &mut [u8]) {
        buf.fill(7);
    }
}

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

#[test]
fn only_the_right_password_verifies_and_the_form_is_phc() {
    let stored = hash(Work::quick(), &secret("correct horse battery"), &Fixed).expect("hashes");
    assert!(
        stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"),
        "{stored}"
    );
    assert!(verify(&secret("correct horse battery"), &stored));
    assert!(!verify(&secret("correct horse batterz"), &stored));
    assert!(!verify(
        &secret("correct horse battery"),
        "$argon2id$broken"
    ));
}

#[test]
fn weak_passwords_are_refused_with_one_code() {
    for weak in [
        "",
        "short",
        "123456789012",
        "nurse@clinic.example",
        &"x".repeat(300),
    ] {
        let code = check_strength(&secret(weak), "nurse@clinic.example")
            .err()
            .map(|e| e.code());
        assert_eq!(code, Some(Code::PasswordWeak), "{weak}");
    }
    assert!(check_strength(&secret("four quiet words here"), "nurse@clinic.example").is_ok());
}
