//! Keys as no honest program makes them, or as old ones did: each signature may be bent before it is
//! made.

use model::Timestamp;
use pgp::composed::{KeyType, SignedKeyDetails, SignedSecretKey, SignedSecretSubKey};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{
    KeyFlags, PacketTrait, PubKeyInner, PublicKey, PublicSubkey, RevocationCode, SecretKey,
    SecretSubkey, Signature, SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId,
};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, KeyVersion, Password, SignedUser};
use rand_core::{CryptoRng, RngCore};
use seal::pgp::{PublicKey as Ours, SecretKey as OurSecret};

use super::world::{days, dice};

/// What a signature says, and how it is made.
#[derive(Clone)]
pub struct Says {
    pub made: Timestamp,
    pub may: &'static str,
    pub lives_days: Option<u32>,
    pub ends_days: Option<u32>,
    pub critical: bool,
    pub back: bool,
}

pub fn says(may: &'static str) -> Says {
    Says {
        made: days(-30),
        may,
        lives_days: None,
        ends_days: None,
        critical: false,
        back: true,
    }
}

impl Says {
    pub fn made(mut self, made: Timestamp) -> Self {
        self.made = made;
        self
    }
    pub fn lives(mut self, days: u32) -> Self {
        self.lives_days = Some(days);
        self
    }
    pub fn ends(mut self, days: u32) -> Self {
        self.ends_days = Some(days);
        self
    }
    pub fn critically(mut self) -> Self {
        self.critical = true;
        self
    }
    pub fn without_back_signature(mut self) -> Self {
        self.back = false;
        self
    }
}

/// A key in the making.
pub struct Forge {
    primary: SecretKey,
    revocations: Vec<Signature>,
    users: Vec<SignedUser>,
    subkeys: Vec<SignedSecretSubKey>,
    seed: u64,
}

pub const SIGNS: KeyType = KeyType::Ed25519Legacy;
pub const ENCRYPTS: KeyType = KeyType::ECDH(ECCCurve::Curve25519Legacy);

impl Forge {
    /// A primary key made thirty days ago, and one name.
    pub fn new(user: Says) -> Self {
        let (public, secret) = SIGNS.generate(Die(99)).expect("numbers");
        let inner = inner(&SIGNS, public, days(-30));
        let public = PublicKey::from_inner(inner).expect("a key");
        let mut forge = Self {
            primary: SecretKey::new(public, secret).expect("a key"),
            revocations: Vec::new(),
            users: Vec::new(),
            subkeys: Vec::new(),
            seed: 100,
        };
        forge.name("Dana <dana@clinic.example>", &[user]);
        forge
    }

    pub fn name(&mut self, id: &str, all: &[Says]) {
        let id = UserId::from_str(Default::default(), id).expect("a name");
        let sign = |says: &Says| {
            let config = self.config(SignatureType::CertPositive, says);
            let primary = self.primary.public_key();
            config
                .sign_certification(&self.primary, primary, &open(), id.tag(), &id)
                .expect("a signature")
        };
        let signatures = all.iter().map(sign).collect();
        self.users.push(SignedUser::new(id, signatures));
    }

    /// Takes the last name back.
    pub fn drop_name(&mut self, at: Timestamp) {
        let config = self.config(SignatureType::CertRevocation, &says("").made(at));
        let user = self.users.last_mut().expect("a name");
        let primary = self.primary.public_key();
        let signature = config
            .sign_certification(&self.primary, primary, &open(), user.id.tag(), &user.id)
            .expect("a signature");
        user.signatures.push(signature);
    }

    /// A subkey of that age with its bindings.
    pub fn subkey(&mut self, kind: KeyType, made: Timestamp, bindings: &[Says]) {
        self.seed += 1;
        let (public, secret) = kind.generate(Die(self.seed)).expect("numbers");
        let public = PublicSubkey::from_inner(inner(&kind, public, made)).expect("a key");
        let key = SecretSubkey::new(public, secret).expect("a key");
        let signatures = bindings.iter().map(|says| self.bind(&key, says)).collect();
        self.subkeys.push(SignedSecretSubKey::new(key, signatures));
    }

    fn bind(&self, key: &SecretSubkey, says: &Says) -> Signature {
        let mut config = self.config(SignatureType::SubkeyBinding, says);
        if says.may.contains('s') && says.back {
            let mut back = SignatureConfig::v4(
                SignatureType::KeyBinding,
                key.algorithm(),
                HashAlgorithm::Sha256,
            );
            back.hashed_subpackets = vec![made(says.made)];
            let back = back
                .sign_primary_key_binding(key, key.public_key(), &open(), self.primary.public_key())
                .expect("a signature");
            let data = SubpacketData::EmbeddedSignature(Box::new(back));
            config.hashed_subpackets.push(regular(data));
        }
        config
            .sign_subkey_binding(
                &self.primary,
                self.primary.public_key(),
                &open(),
                key.public_key(),
            )
            .expect("a signature")
    }

    pub fn revoke_subkey(&mut self, at: Timestamp, why: RevocationCode) {
        let mut config = self.config(SignatureType::SubkeyRevocation, &says("").made(at));
        let reason = SubpacketData::RevocationReason(why, Default::default());
        config.hashed_subpackets.push(regular(reason));
        let primary = self.primary.public_key();
        let subkey = self.subkeys.last_mut().expect("a subkey");
        let signature = config
            .sign_subkey_binding(&self.primary, primary, &open(), subkey.key.public_key())
            .expect("a signature");
        subkey.signatures.push(signature);
    }

    pub fn revoke(&mut self, at: Timestamp, why: RevocationCode) {
        let mut config = self.config(SignatureType::KeyRevocation, &says("").made(at));
        let reason = SubpacketData::RevocationReason(why, Default::default());
        config.hashed_subpackets.push(regular(reason));
        let primary = self.primary.public_key();
        let signature = config
            .sign_key(&self.primary, &open(), primary)
            .expect("a signature");
        self.revocations.push(signature);
    }

    pub fn public(&self) -> Ours {
        let bytes = self.key().to_public_key().to_bytes().expect("octets");
        super::world::only(&bytes)
    }
    pub fn public_bytes(&self) -> Vec<u8> {
        self.key().to_public_key().to_bytes().expect("octets")
    }
    pub fn secret(&self) -> OurSecret {
        OurSecret::parse(&self.key().to_bytes().expect("octets"), None).expect("a key")
    }
    fn key(&self) -> SignedSecretKey {
        SignedSecretKey::new(
            self.primary.clone(),
            SignedKeyDetails::new(
                self.revocations.clone(),
                Vec::new(),
                self.users.clone(),
                Vec::new(),
            ),
            Vec::new(),
            self.subkeys.clone(),
        )
    }

    fn config(&self, kind: SignatureType, says: &Says) -> SignatureConfig {
        let mut config = SignatureConfig::v4(kind, self.primary.algorithm(), HashAlgorithm::Sha256);
        let issuer = SubpacketData::IssuerFingerprint(self.primary.fingerprint());
        config.hashed_subpackets = vec![made(says.made), regular(issuer)];
        if !says.may.is_empty() {
            let mut flags = KeyFlags::default();
            flags.set_certify(says.may.contains('c'));
            flags.set_sign(says.may.contains('s'));
            flags.set_encrypt_comms(says.may.contains('e'));
            let flags = regular(SubpacketData::KeyFlags(flags));
            config.hashed_subpackets.push(flags);
        }
        if let Some(days) = says.lives_days {
            let life = SubpacketData::KeyExpirationTime(Duration::from_secs(days * 86_400));
            config.hashed_subpackets.push(regular(life));
        }
        if let Some(days) = says.ends_days {
            let life = SubpacketData::SignatureExpirationTime(Duration::from_secs(days * 86_400));
            config.hashed_subpackets.push(regular(life));
        }
        if says.critical {
            let data = SubpacketData::Experimental(101, vec![1].into());
            let unknown = Subpacket::critical(data).expect("a subpacket");
            config.hashed_subpackets.push(unknown);
        }
        config
    }
}

fn inner(kind: &KeyType, public: pgp::types::PublicParams, at: Timestamp) -> PubKeyInner {
    PubKeyInner::new(KeyVersion::V4, kind.to_alg(), seconds(at), None, public).expect("a key")
}

fn made(at: Timestamp) -> Subpacket {
    regular(SubpacketData::SignatureCreationTime(seconds(at)))
}

fn regular(data: SubpacketData) -> Subpacket {
    Subpacket::regular(data).expect("a subpacket")
}

fn seconds(at: Timestamp) -> pgp::types::Timestamp {
    pgp::types::Timestamp::from_secs(u32::try_from(at.secs()).expect("this century"))
}

fn open() -> Password {
    Password::empty()
}

/// The dice as the `pgp` crate throws them.
pub struct Die(pub u64);

impl RngCore for Die {
    fn next_u32(&mut self) -> u32 {
        self.next_u64() as u32
    }
    fn next_u64(&mut self) -> u64 {
        self.0 += 1;
        let mut buf = [0; 8];
        model::seams::Rng::fill(&dice(self.0), &mut buf);
        u64::from_le_bytes(buf)
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for byte in dest {
            *byte = self.next_u64() as u8;
        }
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}

impl CryptoRng for Die {}
