use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Secret, Timestamp};

use super::sign;

fn secret(text: &str) -> Secret<Vec<u8>> {
    Secret::new(STANDARD.decode(text).expect("base64"))
}

/// Made with the specification's own library for Python.
#[test]
fn the_reference_library_signs_alike() {
    let body = br#"{"test": 2432232314}"#;
    let signed = sign(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        Timestamp::from_secs(1_614_265_330),
        body,
        &[secret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
    );
    assert_eq!(signed.timestamp, "1614265330");
    assert_eq!(
        signed.signature,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    );
}

#[test]
fn each_valid_secret_signs() {
    let secrets = [secret("AAAA"), secret("BBBB")];
    let both = sign("evt_1", Timestamp::from_secs(1), b"{}", &secrets);
    let alone = |n: usize| sign("evt_1", Timestamp::from_secs(1), b"{}", &secrets[n..=n]).signature;
    assert_eq!(both.signature, format!("{} {}", alone(0), alone(1)));
    assert_ne!(alone(0), alone(1));
}
