//! Object identifiers of S/MIME: their octets without tag and length.
//!
//! RFC 5652, 5083, 5084, 5751 §2, 5753, 8017, 8551; 5480 for curves.

macro_rules! pkcs {
    ($($octet:expr),*) => { &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, $($octet),*] };
}
macro_rules! nist {
    ($($octet:expr),*) => { &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, $($octet),*] };
}

// content types
pub(crate) const DATA: &[u8] = pkcs!(7, 1);
pub(crate) const SIGNED: &[u8] = pkcs!(7, 2);
pub(crate) const ENVELOPED: &[u8] = pkcs!(7, 3);
pub(crate) const AUTH_ENVELOPED: &[u8] = pkcs!(9, 16, 1, 23);

// of time stamps (RFC 3161 §2.3, §2.4; RFC 5035)
pub(crate) const STAMP_CONTENT: &[u8] = pkcs!(9, 16, 1, 4);
pub(crate) const SIGNING_CERTIFICATE: &[u8] = pkcs!(9, 16, 2, 12);
pub(crate) const SIGNING_CERTIFICATE_V2: &[u8] = pkcs!(9, 16, 2, 47);
pub(crate) const TIME_STAMPING: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 8];

// signed attributes
pub(crate) const CONTENT_TYPE: &[u8] = pkcs!(9, 3);
pub(crate) const MESSAGE_DIGEST: &[u8] = pkcs!(9, 4);
pub(crate) const SIGNING_TIME: &[u8] = pkcs!(9, 5);
pub(crate) const CAPABILITIES: &[u8] = pkcs!(9, 15);

// digests
pub(crate) const SHA256: &[u8] = nist!(2, 1);
pub(crate) const SHA384: &[u8] = nist!(2, 2);
pub(crate) const SHA512: &[u8] = nist!(2, 3);
pub(crate) const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
pub(crate) const MD5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05];

// signatures
pub(crate) const RSA: &[u8] = pkcs!(1, 1);
pub(crate) const RSA_PSS: &[u8] = pkcs!(1, 10);
pub(crate) const MGF1: &[u8] = pkcs!(1, 8);
pub(crate) const RSA_SHA256: &[u8] = pkcs!(1, 11);
pub(crate) const RSA_SHA384: &[u8] = pkcs!(1, 12);
pub(crate) const RSA_SHA512: &[u8] = pkcs!(1, 13);
pub(crate) const ECDSA_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
pub(crate) const ECDSA_SHA384: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3];
pub(crate) const ECDSA_SHA512: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

// keys and their agreement
pub(crate) const RSA_OAEP: &[u8] = pkcs!(1, 7);
pub(crate) const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
pub(crate) const ECDH_SHA256: &[u8] = &[0x2b, 0x81, 0x04, 1, 11, 1];
pub(crate) const ECDH_SHA384: &[u8] = &[0x2b, 0x81, 0x04, 1, 11, 2];
pub(crate) const ECDH_SHA512: &[u8] = &[0x2b, 0x81, 0x04, 1, 11, 3];

// ciphers
pub(crate) const AES128_CBC: &[u8] = nist!(1, 2);
pub(crate) const AES192_CBC: &[u8] = nist!(1, 22);
pub(crate) const AES256_CBC: &[u8] = nist!(1, 42);
pub(crate) const AES128_GCM: &[u8] = nist!(1, 6);
pub(crate) const AES192_GCM: &[u8] = nist!(1, 26);
pub(crate) const AES256_GCM: &[u8] = nist!(1, 46);
pub(crate) const AES256_WRAP: &[u8] = nist!(1, 45);
pub(crate) const TRIPLE_DES_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];

// of certificates
pub(crate) const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
pub(crate) const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
pub(crate) const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1d, 0x11];
pub(crate) const SUBJECT_KEY_ID: &[u8] = &[0x55, 0x1d, 0x0e];
pub(crate) const CAPABILITIES_EXTENSION: &[u8] = CAPABILITIES;
pub(crate) const ANY_PURPOSE: &[u8] = &[0x55, 0x1d, 0x25, 0];
pub(crate) const EMAIL_PROTECTION: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 4];
/// RFC 9598: a mailbox whose local part has letters beyond ASCII.
pub(crate) const SMTP_UTF8_MAILBOX: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 8, 9];

// of revocation (RFC 5280 §4.2.2.1, §5.2; RFC 6960)
pub(crate) const LIST_PLACES: &[u8] = &[0x55, 0x1d, 0x1f];
pub(crate) const LIST_SCOPE: &[u8] = &[0x55, 0x1d, 0x1c];
pub(crate) const LIST_NUMBER: &[u8] = &[0x55, 0x1d, 0x14];
pub(crate) const AUTHORITY_KEY_ID: &[u8] = &[0x55, 0x1d, 0x23];
pub(crate) const AUTHORITY_ACCESS: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 1, 1];
pub(crate) const ACCESS_RESPONDER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1];
pub(crate) const ACCESS_ISSUER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 2];
pub(crate) const BASIC_ANSWER: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1];
