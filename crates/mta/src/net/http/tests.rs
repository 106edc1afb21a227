use sim::kit::hostile::{self, rounds, texts};
use tokio::io::{AsyncWriteExt, duplex};

use super::*;

const OCTETS_MAX: usize = 2_000;

fn question(url: &str) -> HttpRequest {
    HttpRequest {
        method: HttpMethod::Get,
        url: url.to_owned(),
        headers: vec![("authorization".to_owned(), "Bearer secret".to_owned())],
        body: Vec::new(),
        follow_redirects: true,
        answer_octets_max: OCTETS_MAX,
        to: HttpTo::Public,
    }
}

/// What a server answers, all of it at once; gives how much came of it.
fn answered(said: &[u8]) -> usize {
    let request = question("https://a.example/x");
    let target = Target::of(&request).expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let answer = runtime.expect("a runtime").block_on(async {
        let (ours, mut theirs) = duplex(said.len() + 4_096);
        theirs.write_all(said).await.expect("room for it");
        theirs.shutdown().await.expect("said");
        speak(ours, &request, &target, None).await
    });
    let Ok(answer) = answer else { return 0 };
    assert!(answer.body.len() <= OCTETS_MAX);
    if let Some(location) = answer.find_header("location")
        && let Ok(next) = redirected(&request, &target, location)
    {
        let to = Target::of(&next).expect("it was looked at");
        assert!(to.encrypted, "never down to http");
        assert!(
            next.headers.is_empty() || to.authority == target.authority,
            "a secret went elsewhere"
        );
    }
    answer.body.len()
        + answer
            .headers
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum::<usize>()
}

const ANSWERS: hostile::Target = hostile::Target {
    name: "http_answers",
    seeds: || {
        texts(&[
            "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
            "HTTP/1.1 302 Found\nLocation: https://b.example/y\nContent-Length: 0\n\n",
            "HTTP/1.1 301 Moved\nLocation: //b.example\nTransfer-Encoding: chunked\n\n3\nabc\n0\n\n",
            "HTTP/1.1 100 Continue\n\nHTTP/1.1 429 Busy\nRetry-After: 5\nConnection: close\n\nx",
        ])
    },
    words: &[
        "Content-Length: ",
        "Transfer-Encoding: chunked\r\n",
        "Location: http://a.example/\r\n",
        "Location: https://a.example@b.example/\r\n",
        "Location: /\\b.example\r\n",
        "ffffffffffffffff\r\n",
        "HTTP/1.1 ",
        "HTTP/0.9 ",
        "Upgrade: x\r\n",
    ],
    read: answered,
    // An octet that is no UTF-8 is shown by three.
    most: (OCTETS_MAX, 3),
};

#[test]
fn any_answer_is_read_within_its_limit_or_refused() {
    ANSWERS.survive(0, rounds(2_000));
}
