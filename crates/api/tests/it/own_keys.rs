//! Keys of the organisation's own by the API: made, brought, given away by their public half, retired, destroyed.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::house::{Answer, Client, House, run, text};

const SCOPE: [&str; 1] = ["encryption.manage"];
const PASSWORD: &str = "oleander";
/// PKCS#12 of nurse@clinic.example, good until 2099, made for this test.
const NURSE: &str = "\
MIIEBwIBAzCCA70GCSqGSIb3DQEHAaCCA64EggOqMIIDpjCCAjoGCSqGSIb3DQEHBqCCAiswggInAgEAMIICIAYJKoZIhvcNAQcB\
MF8GCSqGSIb3DQEFDTBSMDEGCSqGSIb3DQEFDDAkBBATj/g4thWqwAumlJXN5ALRAgIIADAMBggqhkiG9w0CCQUAMB0GCWCGSAFl\
AwQBKgQQm1s1wQK0G8vLGrq7vsb2CICCAbCaFjGH+Y1pQA9XjX+sJ6mBd6RTMGMC+okAOIpRdLZzoE8kZku/zjJKWufXf6tLVSaz\
vd87Bn8Don2fbwH0qVHDu/s0uDYoSMCPw+k4Vs+eMCOLRE5ts6JX+/bn+eatyXsB24o0RwMFbo1mjKd+6uKPuFbviedxdBke1+1p\
vDGi2gMdcEzYjpqICj5k304B9MNtz7XuE1E5po2yDG4SIikINxQAmlFfTPyvs8NfSyN283ZL81kcNtCVn+zuJ1kM+hZcyOiIhbxl\
4yPc+3l4rPuvV0V4W1hH/BSw9cOimkdRCVx+s76J/6/++pXiUofNPGNzXQtV5RX9wmsbZL7T3QkhVd/ydo36EIw8wg4mNWeB3E6S\
o3pxLQxsDnLdEHiKOm2T0boeYKb5tqyBft9ToAY0J7J/K8MnaN7c0KVG5537k2gjaU9EfT9CvOYPZvdKRseBKr3RpKYB6jzxpp7O\
7xuJitYNTNtqwwxVfkgEGcQaJDe9PGOQEdV0ePocr8jCt1nMj/AUp2Bwqekyv85EEtVCkmbTVTQY/1/VLJMv5PwmVCie3m6GKE9s\
StCBnzo0afQwggFkBgkqhkiG9w0BBwGgggFVBIIBUTCCAU0wggFJBgsqhkiG9w0BDAoBAqCB9zCB9DBfBgkqhkiG9w0BBQ0wUjAx\
BgkqhkiG9w0BBQwwJAQQwF5AAX6CjnrulmdKiTiAxQICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEG0xM9mGouZ5nlv1\
OHiNiuQEgZC0/KNiPWg3j9Oq9Q1sxojg97OvRgeFUjaZtz+ifrRajRUAjg4gjUhfKPxAG1e5oV+cx7h4KFN6tZfG7WVT+xlGwlba\
KX7OyGtk2ipMcrmsdxl8Z4x4Vc5vHThhblyc7HNC1g+VDBSEAshHrq9SX/28+FbminkFG/ZNGBwkbwMs7tXcB0DsecVjxOgr9RAT\
xBwxQDAZBgkqhkiG9w0BCRQxDB4KAG4AdQByAHMAZTAjBgkqhkiG9w0BCRUxFgQUQhi+fF9KI0hm/oVqV1u4yOPaet8wQTAxMA0G\
CWCGSAFlAwQCAQUABCAM3+PlNZcKOm688hOToZSDCHVn54ji3/MtLRPLU3cNEwQILyhpDQCP3qICAggA";

async fn patch(client: &Client<'_>, path: &str, body: Value) -> Answer {
    let headers = [("content-type", "application/json")];
    client
        .send("PATCH", path, &headers, Body::from(body.to_string()))
        .await
}

sim::both_engines! {
    fn a_key_is_made_given_away_retired_and_destroyed(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            let made = client.post("/v1/own-keys", &json!({})).await;
            assert_eq!(made.summary(), "201");
            let id = text(&made.json()["id"]);
            let path = format!("/v1/own-keys/{id}");

            let public = client.get(&format!("{path}/public")).await.json();
            let file = BASE64.decode(text(&public["file"])).expect("base64");
            let file = String::from_utf8(file).expect("armor");
            assert!(file.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----"), "{file}");

            let wrong = patch(&client, &path, json!({"standing": "refused"})).await;
            assert_eq!(wrong.summary(), "422 field_invalid /standing");
            let retired = patch(&client, &path, json!({"standing": "retired"})).await;
            assert_eq!(retired.summary(), "200");
            let list = client.get("/v1/own-keys").await.json();
            assert_eq!(list["keys"][0]["standing"], "retired");
            assert_eq!(list["keys"][0]["kind"], "pgp");
            assert_eq!(list["keys"][0]["address"], Value::Null, "the organisation's own");

            let gone = client.send("DELETE", &path, &[], Body::empty()).await;
            assert_eq!(gone.summary(), "200");
            assert_eq!(client.get("/v1/own-keys").await.json()["keys"], json!([]));
            let again = client.send("DELETE", &path, &[], Body::empty()).await;
            assert_eq!(again.summary(), "404 not_found");
        });
    }

    /// Not even who brought it sees the secret half again; and nothing of it is in the log.
    fn a_key_that_is_brought_shows_its_public_half_alone(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            let file = |password: Value| json!({"file": NURSE, "password": password});
            let path = "/v1/own-keys/import";
            let wrong = client.post(path, &file(json!("laurel"))).await;
            assert_eq!(wrong.summary(), "422 field_invalid /password");
            let none = client.post(path, &file(Value::Null)).await;
            assert_eq!(none.summary(), "422 field_invalid /password");
            let noise = client.post(path, &json!({"file": "aGVsbG8="})).await;
            assert_eq!(noise.summary(), "422 key_file_invalid /file");
            let letters = client.post(path, &json!({"file": "*"})).await;
            assert_eq!(letters.summary(), "422 base64_invalid /file");
            let mut elsewhere = file(json!(PASSWORD));
            elsewhere["address"] = json!("nurse@clinic.example");
            let elsewhere = client.post(path, &elsewhere).await;
            assert_eq!(elsewhere.summary(), "403 sender_forbidden /address", "no domain is the clinic's yet");

            let brought = client.post(path, &file(json!(PASSWORD))).await;
            assert_eq!(brought.summary(), "201");
            let list = client.get("/v1/own-keys").await;
            assert_eq!(list.json()["keys"][0]["kind"], "smime");
            let id = text(&brought.json()["id"]);
            let public = client.get(&format!("/v1/own-keys/{id}/public")).await;
            let pem = BASE64.decode(text(&public.json()["file"])).expect("base64");
            let pem = String::from_utf8_lossy(&pem).into_owned();
            assert!(pem.starts_with("-----BEGIN CERTIFICATE-----"), "{pem}");
            assert!(!pem.contains("PRIVATE"));
            let twice = client.post(path, &file(json!(PASSWORD))).await;
            assert_eq!(twice.summary(), "409 state_conflict", "it is there already");
            let log = crate::log::kept();
            let piece = &NURSE[400..440];
            assert!(!log.contains(PASSWORD) && !log.contains(piece), "no secret is logged");
        });
    }

    fn copies_that_the_organisation_can_open_are_a_choice(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            let escrow = async || client.get("/v1/encryption").await.json()["escrow"].clone();
            assert_eq!(escrow().await, json!(false), "off until somebody chose it");
            let set = patch(&client, "/v1/encryption", json!({"escrow": true})).await;
            assert_eq!(set.json()["escrow"], json!(true));
            patch(&client, "/v1/encryption", json!({})).await;
            assert_eq!(escrow().await, json!(true), "what is left out stays");
        });
    }

    fn what_is_made_of_revocation_is_a_choice_of_three(store) {
        let house = House::new(store);
        let client = house.client(&SCOPE);
        run(async {
            let path = "/v1/encryption/revocation";
            let headers = [("content-type", "application/json")];
            let put = async |body: Value| client.send("PUT", path, &headers, Body::from(body.to_string())).await;
            assert_eq!(client.get(path).await.json(), json!({"use": "prefer"}));
            for word in ["require", "ignore", "prefer"] {
                assert_eq!(put(json!({"use": word})).await.json(), json!({"use": word}));
                assert_eq!(client.get(path).await.json(), json!({"use": word}));
            }
            assert_eq!(put(json!({"use": "sometimes"})).await.summary(), "422 field_invalid /use");
            assert_eq!(put(json!({})).await.summary(), "422 field_missing /use");
            assert_eq!(client.get(path).await.json(), json!({"use": "prefer"}));
        });
    }
}
