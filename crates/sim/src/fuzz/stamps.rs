//! What an authority of time stamps answers, and tokens that somebody hands us.

use std::sync::LazyLock;

use model::Timestamp;
use seal::stamp::{Authorities, Question, Token};

use crate::kit::SimRng;
use crate::kit::hostile::Target;

macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../../../seal/tests/it/data/stamp/", $name)).as_slice()
    };
}

static ROOT: LazyLock<Authorities> =
    LazyLock::new(|| Authorities::parse(file!("root.pem")).expect("a root"));

pub const STAMPS: Target = Target {
    name: "stamps",
    seeds: || {
        let tokens = [file!("pss.token"), file!("over.token"), file!("two.token")];
        let answers = [file!("p256.tsr"), file!("rsa.tsr"), file!("refused.tsr")];
        [tokens, answers]
            .concat()
            .into_iter()
            .map(<[u8]>::to_vec)
            .collect()
    },
    words: &[
        "0\u{1}",
        "\u{2}\u{1}\u{0}",
        "20260101000000.999999999Z",
        "\u{18}\u{f}",
    ],
    read: |input| {
        let question = Question::about(b"x", &SimRng::new(1));
        assert!(
            question.read(input).is_err(),
            "an answer to another question"
        );
        let Ok(token) = Token::read(input) else {
            return 0;
        };
        assert_eq!(token.der(), input);
        let octets = file!("octets.txt");
        if let Ok(stamp) = token.verify(octets, &ROOT, Timestamp::MAX) {
            assert!(stamp.authority.starts_with("CN=Test "));
        }
        1
    },
    most: (1, 0),
};
