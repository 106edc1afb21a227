#!/bin/sh
# Makes certificates, lists and answers of the tests anew: sh make.sh, in this folder. OpenSSL 3; keys of P-256. Answers
# are of the moment they are made, for ten days: `answers.txt` says which.
set -eu
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
request() { openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"; }
: > index.txt
echo 2001 > serial
echo 01 > crlnumber
cat > ca.cnf <<'C'
[ca]
default_ca = own
[own]
dir = .
database = index.txt
serial = serial
crlnumber = crlnumber
new_certs_dir = .
default_md = sha256
default_crl_days = 7
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[listed]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,keyAgreement
extendedKeyUsage = emailProtection
subjectAltName = email:pat@peer.example
crlDistributionPoints = URI:http://lists.issuer.example/all.crl
authorityInfoAccess = OCSP;URI:http://ask.issuer.example/
[answered]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,keyAgreement
extendedKeyUsage = emailProtection
subjectAltName = email:lee@peer.example
authorityInfoAccess = OCSP;URI:http://ask.issuer.example/,caIssuers;URI:http://issuer.example/issuer.cer
[silent]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,keyAgreement
extendedKeyUsage = emailProtection
subjectAltName = email:kim@peer.example
[odd]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,keyAgreement
subjectAltName = email:odd@peer.example
crlDistributionPoints = first,second,third
authorityInfoAccess = OCSP;URI:https://ask.issuer.example/,OCSP;URI:ldap://ask.issuer.example/
[first]
fullname = URI:ldap://lists.issuer.example/all,URI:HTTP://lists.issuer.example/odd.crl
[second]
fullname = URI:http://other.example/indirect.crl
CRLissuer = dirName:another
[third]
fullname = URI:http://lists.issuer.example/some.crl
reasons = keyCompromise
[another]
CN = Another
[responder]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
[idp_other]
issuingDistributionPoint = critical,@other
[other]
fullname = URI:http://lists.issuer.example/other.crl
[idp_own]
issuingDistributionPoint = critical,@own_place
[own_place]
fullname = URI:http://lists.issuer.example/all.crl
onlyuser = TRUE
[idp_indirect]
issuingDistributionPoint = critical,@indirect
[indirect]
indirectCRL = TRUE
[idp_some]
issuingDistributionPoint = critical,@some
[some]
onlysomereasons = keyCompromise
[delta]
2.5.29.27 = critical,ASN1:INTEGER:1
C
ends=20460101000000Z
ca() { openssl ca -batch -config ca.cnf -notext "$@" 2>/dev/null; }
key issuer; request issuer "Test issuer"
ca -selfsign -keyfile issuer.key -in issuer.csr -extensions root -startdate 20260101000000Z -enddate $ends -out issuer.pem
issue() {
  key "$1"; request "$1" "$1"
  ca -keyfile issuer.key -cert issuer.pem -in "$1.csr" -extensions "$2" -startdate 20260101000000Z -enddate $ends -out "$1.pem"
}
issue pat listed
issue lee answered
issue kim silent
issue odd odd
issue responder responder
issue stranger listed
list() { # name, from, until, more
  name=$1; begin=$2; end=$3; shift 3
  ca -keyfile issuer.key -cert issuer.pem -gencrl -crl_lastupdate "$begin" -crl_nextupdate "$end" -out list.pem "$@"
  openssl crl -in list.pem -outform DER -out "$name.crl"
}
answer() { # name, more
  name=$1; shift
  openssl ocsp -index index.txt -CA issuer.pem -issuer issuer.pem -cert lee.pem -no_nonce -ndays 10 -respout "$name.ocsp" "$@" > /dev/null 2>&1
}
from=20261101000000Z until=20270131000000Z
list good $from $until
list past 20260901000000Z 20260908000000Z
list coming 20270301000000Z 20270308000000Z
list elsewhere $from $until -crlexts idp_other
list own $from $until -crlexts idp_own
list indirect $from $until -crlexts idp_indirect
list some $from $until -crlexts idp_some
list delta $from $until -crlexts delta
answer answer_good -rsigner issuer.pem -rkey issuer.key
answer answer_delegated -rsigner responder.pem -rkey responder.key
answer answer_stranger -rsigner stranger.pem -rkey stranger.key
# another authority of the same name
openssl ecparam -name prime256v1 -genkey -noout -out other.key
openssl req -x509 -new -key other.key -subj "/CN=Test issuer" -days 7000 -out other.pem 2>/dev/null
ca -keyfile other.key -cert other.pem -gencrl -crl_lastupdate $from -crl_nextupdate $until -out list.pem
openssl crl -in list.pem -outform DER -out forged.crl
answer answer_forged -rsigner other.pem -rkey other.key
openssl ocsp -issuer issuer.pem -cert lee.pem -no_nonce -reqout question.ocsp > /dev/null 2>&1
cp index.txt before.txt
ca -keyfile issuer.key -cert issuer.pem -revoke pat.pem -crl_hold holdInstructionReject
list held $from $until
cp before.txt index.txt
list lifted 20261102000000Z $until
ca -keyfile issuer.key -cert issuer.pem -revoke pat.pem -crl_reason keyCompromise
ca -keyfile issuer.key -cert issuer.pem -revoke lee.pem -crl_reason superseded
list revoked 20261103000000Z $until
list some_revoked 20261103000000Z $until -crlexts idp_some
answer answer_revoked -rsigner issuer.pem -rkey issuer.key
grep -v lee index.txt > some.txt; mv some.txt index.txt
answer answer_unknown -rsigner issuer.pem -rkey issuer.key
openssl x509 -in issuer.pem -outform DER -out issuer.cer
date -u +%Y-%m-%dT%H:%M:%SZ > answers.txt
rm -f *.csr *.old index.txt* before.txt serial* crlnumber* 20*.pem *.attr other.* ca.cnf list.pem *.key responder.pem stranger.pem
