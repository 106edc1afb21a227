#!/bin/sh
# Makes the authority of the tests anew: sh make.sh, in this folder. OpenSSL 3; keys of P-256, dates fixed.
set -eu
ends=20460101000000Z
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
request() { openssl req -new -key "$1.key" -subj "/CN=$2" -out "$1.csr"; }
: > index.txt
echo 1001 > serial
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
default_crl_days = 7000
policy = any
copy_extensions = none
unique_subject = no
[any]
commonName = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[below]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
extendedKeyUsage = emailProtection
[web]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
extendedKeyUsage = serverAuth
[person]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,keyAgreement
extendedKeyUsage = emailProtection
subjectAltName = email:pat@mail.example
[server]
basicConstraints = CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = email:pat@mail.example
C
ca() { openssl ca -batch -config ca.cnf -notext "$@" 2>/dev/null; }
key root; request root "Test root"
ca -selfsign -keyfile root.key -in root.csr -extensions root -startdate 20260101000000Z -enddate $ends -out root.pem
for name in mail web; do
  key $name; request $name "Test $name authority"
  [ $name = mail ] && form=below || form=web
  ca -keyfile root.key -cert root.pem -in $name.csr -extensions $form -startdate 20260101000000Z -enddate $ends -out $name.pem
done
issue() { # name, authority, form, start, end
  key "$1"; request "$1" "$1"
  ca -keyfile "$2.key" -cert "$2.pem" -in "$1.csr" -extensions "$3" -startdate "$4" -enddate "$5" -out "$1.pem"
}
issue pat mail person 20260101000000Z $ends
issue lost mail person 20260101000000Z $ends
issue over mail person 20260101000000Z 20260601000000Z
issue early mail person 20300101000000Z $ends
issue server mail server 20260101000000Z $ends
issue astray web person 20260101000000Z $ends
ca -keyfile mail.key -cert mail.pem -revoke lost.pem
ca -keyfile mail.key -cert mail.pem -gencrl -crl_lastupdate 20260701000000Z -crl_nextupdate 20260801000000Z -out lists.pem
# the same list, signed by somebody who is not its issuer
openssl ecparam -name prime256v1 -genkey -noout -out other.key
openssl req -x509 -new -key other.key -subj "/CN=Test mail authority" -days 7000 -out other.pem
ca -keyfile other.key -cert other.pem -gencrl -crl_lastupdate 20260701000000Z -crl_nextupdate 20260801000000Z -out forged.pem
cat pat.pem mail.pem > pat.chain.pem
openssl pkcs12 -export -inkey pat.key -in pat.pem -certfile mail.pem -passout pass:opensesame -out pat.p12
openssl crl2pkcs7 -nocrl -certfile pat.chain.pem -outform DER -out pat.p7b
rm -f *.csr *.old index.txt* serial* crlnumber* 10*.pem *.attr other.* ca.cnf
rm -f root.key mail.key web.key lost.key over.key early.key server.key astray.key
# as programs stream it: BER of indefinite length
printf 'Content-Type: text/plain\r\n\r\nStreamed.\r\n' > letter.txt
openssl cms -sign -binary -nodetach -stream -outform DER -signer pat.pem -inkey pat.key -certfile mail.pem -in letter.txt -out signed.ber
openssl cms -encrypt -binary -stream -outform DER -aes-256-gcm -in letter.txt -out sealed.ber pat.pem
chmod 644 pat.key pat.p12
rm letter.txt
