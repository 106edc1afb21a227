//! The declaration of a qualified person under the Federal Rules of Evidence 902(13) and 902(14), unsworn in the
//! form of 28 U.S.C. §1746: a text with blanks. Nobody has signed it, and it is no legal advice.

use super::Matter;

const BLANK: &str = "______________________________";

/// Bound to the package by the digest of its manifest, which lists every document.
pub fn declaration(matter: &Matter, documents: u64, manifest_sha256: &str) -> String {
    let Matter {
        organisation,
        id,
        tool_version,
        ..
    } = matter;
    let name = &matter.matter;
    format!(
        "DECLARATION CERTIFYING RECORDS OF AN ELECTRONIC PROCESS AND COPIES OF ELECTRONIC DATA
Federal Rules of Evidence 902(13) and 902(14); 28 U.S.C. section 1746

Form for review by counsel. It has no effect until a qualified person completes and signs it.

Matter: {name} ({id})
Organisation: {organisation}

I, {BLANK} (name), declare:

1. I work for or on behalf of {organisation} as {BLANK} (position).
   What I state here I know myself, or from records that I am charged with keeping. My training and
   experience that qualify me to make it are: {BLANK}.

2. {organisation} uses the system Caduceus, version {tool_version}, to send, receive and archive electronic
   mail. In the ordinary course of its work it keeps each message octet by octet as it was sent or received,
   computes the SHA-256 digest of those octets, and enters the event into an append-only log whose
   checkpoints show any later change. (Rule 902(13))

3. To my knowledge the system and the process worked as designed in the time that concerns this matter,
   and the process produces an accurate result. Exceptions, if any: {BLANK}.

4. On {BLANK} (date) the accompanying package of {documents} documents was produced from that
   archive by the query and with the exclusions that its file manifest.json states. The SHA-256 digest of
   manifest.json is
   {manifest_sha256}

5. The manifest lists the SHA-256 digest of every document. I compared, or had compared under my
   supervision, the digest of each document in the package with that in the manifest, by this method:
   {BLANK}. They were equal, so each document is an exact duplicate of what
   the archive holds. (Rule 902(14))

6. Files in mbox form and load files were made for convenience. They are not certified here.

I declare under penalty of perjury under the laws of the United States of America that the foregoing is true
and correct. (Words \"under the laws of the United States of America\" are needed where this is signed abroad.)

Executed on {BLANK} (date) at {BLANK} (place).


{BLANK}
(signature)

{BLANK}
(name in print)
"
    )
}
