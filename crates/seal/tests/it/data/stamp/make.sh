#!/bin/sh
# Makes the authorities and tokens of the tests anew: sh make.sh, in this folder. OpenSSL 3. Tokens state the
# moment they were made, so at.txt keeps one that is not before any of them.
set -eu
from=20260101000000Z
ends=20460101000000Z
: > index.txt
echo 1001 > serial
echo 01 > tsaserial
cat > ca.cnf <<'C'
[ca]
default_ca = own
[own]
dir = .
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[stamps]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[loose]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = timeStamping
[mail]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,emailProtection
[tsa]
default_tsa = stamping
[stamping]
serial = tsaserial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500, microsecs:100
clock_precision_digits = 3
ordering = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
C
ca() { openssl ca -batch -config ca.cnf -notext "$@" 2>/dev/null; }
root() { # name
  openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=Test $1" -out "$1.csr"
  ca -selfsign -keyfile "$1.key" -in "$1.csr" -extensions root -startdate $from -enddate $ends -out "$1.pem"
}
issue() { # name, form, end
  openssl req -new -key "$1.key" -subj "/CN=Test $1 stamps" -out "$1.csr"
  ca -keyfile root.key -cert root.pem -in "$1.csr" -extensions "$2" -startdate $from -enddate "$3" -out "$1.pem"
}
root root
root foreign
openssl ecparam -name prime256v1 -genkey -noout -out p256.key
openssl ecparam -name secp384r1 -genkey -noout -out p384.key
openssl genrsa -out rsa.key 2048 2>/dev/null
for name in over loose mail; do cp p256.key $name.key; done
for name in p256 p384 rsa; do issue $name stamps $ends; done
issue over stamps 20260201000000Z
issue loose loose $ends
issue mail mail $ends
printf 'mail.clinic.example/log\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n' > octets.txt
# until the number it draws begins as ours do
until openssl ts -query -data octets.txt -sha256 -cert -out question.tsq 2>/dev/null && od -An -tx1 -v question.tsq | tr -d ' \n' | grep -q '0208[4-7][0-9a-f]\{15\}0101ff$'; do :; done
stamp() { # file, signer, further options
  name=$1; signer=$2; shift 2
  openssl ts -reply -config ca.cnf -section stamping -queryfile question.tsq -signer "$signer.pem" -inkey "$signer.key" -chain root.pem "$@" -out "$name.tsr" 2>/dev/null
}
stamp p256 p256
stamp p384 p384
stamp rsa rsa
sed 's/^ess_cert_id_alg = .*/ess_cert_id_alg = sha1/' ca.cnf > sha1.cnf
openssl ts -reply -config sha1.cnf -section stamping -queryfile question.tsq -signer p256.pem -inkey p256.key -chain root.pem -out sha1.tsr 2>/dev/null
openssl ts -query -data octets.txt -sha512 -cert -out other.tsq
openssl ts -reply -config ca.cnf -section stamping -queryfile other.tsq -signer p256.pem -inkey p256.key -chain root.pem -out sha512.tsr 2>/dev/null
openssl ts -query -data octets.txt -md5 -cert -out refused.tsq 2>/dev/null || true
openssl ts -reply -config ca.cnf -section stamping -queryfile refused.tsq -signer p256.pem -inkey p256.key -out refused.tsr 2>/dev/null || true
date -u +%Y-%m-%dT%H:%M:%SZ -d '+2 seconds' > at.txt
# What `openssl ts` would not sign: the same statement by other certificates and ways, as bare tokens.
openssl ts -reply -in p256.tsr -token_out -out p256.token 2>/dev/null
openssl cms -verify -noverify -inform DER -in p256.token -binary -out said.der 2>/dev/null
forge() { # file, signer, further options
  name=$1; signer=$2; shift 2
  openssl cms -sign -binary -nodetach -outform DER -md sha256 -econtent_type 1.2.840.113549.1.9.16.1.4 -in said.der \
    -signer "$signer.pem" -inkey "$signer.key" -certfile root.pem "$@" -out "$name.token"
}
forge pss rsa -cades -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32
forge over over -cades
forge loose loose -cades
forge mail mail -cades
forge nameless p256
forge two p256 -cades -signer rsa.pem -inkey rsa.key
forge sha1digest p256 -cades -md sha1
rm -f said.der over.pem loose.pem mail.pem p256.pem p384.pem rsa.pem p256.token
rm -f *.csr *.key *.cnf other.tsq refused.tsq *.old index.txt* serial tsaserial sha1.cnf 10*.pem
