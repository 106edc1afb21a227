//! Programs that others wrote sending to the MX: swaks, Python's smtplib, Postfix's smtp-source.

use std::process::Output;

use tokio::process::Command;

use crate::mx::Door;

async fn run(program: &str, words: &[&str]) -> Output {
    let ran = Command::new(program).args(words).output().await;
    ran.unwrap_or_else(|error| panic!("{program} runs: {error}"))
}

fn told(output: &Output) -> String {
    let all = [output.stdout.as_slice(), &output.stderr].concat();
    String::from_utf8_lossy(&all).into_owned()
}

#[tokio::test]
async fn swaks_delivers_and_is_refused_as_others_are() {
    let door = Door::open().await;
    let (host, port) = (door.at.ip().to_string(), door.at.port().to_string());
    let words = |to: &'static str| {
        [
            "--server",
            &host,
            "--port",
            &port,
            "--helo",
            "out.peer.example",
            "--from",
            "lee@peer.example",
            "--to",
            to,
            "--header",
            "From: lee@peer.example",
        ]
        .map(str::to_owned)
    };
    let good = words("desk@clinic.example");
    let good: Vec<&str> = good.iter().map(String::as_str).collect();
    let sent = run("swaks", &good).await;
    assert!(sent.status.success(), "{}", told(&sent));
    assert!(door.received().await.join("\n").contains("with ESMTP id"));
    let bad = words("nobody@clinic.example");
    let bad: Vec<&str> = bad.iter().map(String::as_str).collect();
    let refused = run("swaks", &bad).await;
    assert!(told(&refused).contains("550 5.1.1"), "{}", told(&refused));
}

#[tokio::test]
async fn smtplib_delivers() {
    let door = Door::open().await;
    let program = format!(
        "import smtplib\n\
         s = smtplib.SMTP('127.0.0.1', {}, local_hostname='out.peer.example')\n\
         s.ehlo(); assert s.has_extn('pipelining') and s.has_extn('smtputf8') and not s.has_extn('auth')\n\
         s.sendmail('lee@peer.example', ['desk@clinic.example'], \
         'From: lee@peer.example\\r\\nSubject: a\\r\\n\\r\\n.\\r\\n..\\r\\nend\\r\\n', ['BODY=8BITMIME'])\n\
         s.quit()\n",
        door.at.port()
    );
    let sent = run("python3", &["-c", &program]).await;
    assert!(sent.status.success(), "{}", told(&sent));
    assert!(door.received().await.join("\n").contains("spf=pass"));
}

/// Postfix's own load client, several sessions at once.
#[tokio::test]
async fn smtp_source_delivers() {
    let door = Door::open().await;
    let to = format!("127.0.0.1:{}", door.at.port());
    let words = [
        "-s",
        "4",
        "-m",
        "8",
        "-f",
        "lee@peer.example",
        "-t",
        "desk@clinic.example",
        "-M",
        "out.peer.example",
        &to,
    ];
    let sent = run("smtp-source", &words).await;
    // It writes as its envelope sender, whose domain vouches for this machine by SPF.
    assert!(sent.status.success(), "{}", told(&sent));
    assert_eq!(door.count().await, 8);
}
