//! What an authority is asked, and its answer to that question (RFC 3161 §2.4).
//!
//! Invariant: an authority learns a digest and a number drawn for this question, nothing else.

use model::seams::Rng;

use super::{StampError, Token};
use crate::smime::ber::{self, Reader};
use crate::smime::certificate::sha256;
use crate::smime::{der, oid};

/// Octets of an answer; those with long chains have some ten thousand.
const ANSWER_OCTETS_MAX: usize = 128 * 1024;
const GRANTED: u64 = 0;
const GRANTED_WITH_CHANGES: u64 = 1;

/// About some octets, asked once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    imprint: [u8; 32],
    nonce: [u8; 8],
}

impl Question {
    pub fn about(octets: &[u8], rng: &dyn Rng) -> Self {
        let mut nonce = [0; 8];
        rng.fill(&mut nonce);
        // a number above zero has one shortest form of eight octets
        nonce[0] = nonce[0] & 0x3f | 0x40;
        Self {
            imprint: sha256(octets),
            nonce,
        }
    }

    /// TimeStampReq: what is posted as `application/timestamp-query`.
    pub fn request(&self) -> Vec<u8> {
        der::sequence(&[
            &der::small(1),
            &der::sequence(&[
                &der::algorithm(oid::SHA256, Some(&der::null())),
                &der::octets(&self.imprint),
            ]),
            &der::element(ber::INTEGER, &[&self.nonce]),
            // certReq: the certificates come along
            &der::element(ber::BOOLEAN, &[&[0xff]]),
        ])
    }

    /// The token of a TimeStampResp that answers this question. Whether to believe it is
    /// [`Token::verify`]'s.
    pub fn read(&self, answer: &[u8]) -> Result<Token, StampError> {
        if answer.len() > ANSWER_OCTETS_MAX {
            return Err(StampError::TooLarge);
        }
        let definite = ber::definite(answer)?;
        let mut inside = Reader::new(&definite).load(ber::SEQUENCE)?.inside();
        let mut status = inside.load(ber::SEQUENCE)?.inside();
        let status = status.load(ber::INTEGER)?.number()?;
        if status != GRANTED && status != GRANTED_WITH_CHANGES {
            return Err(StampError::Refused(u8::try_from(status).unwrap_or(u8::MAX)));
        }
        let token = Token::read(inside.load(ber::SEQUENCE)?.whole)?;
        if token.imprint() != Some(self.imprint) {
            return Err(StampError::OtherImprint);
        }
        match token.nonce() == Some(&self.nonce) {
            true => Ok(token),
            false => Err(StampError::OtherNonce),
        }
    }
}
