//! What can be found, and what each says: its class in the verdict, its number in the law's list.
//!
//! The words are stored with messages and shown in rules: a word once given stays.

use serde::{Deserialize, Serialize};

/// How much an identifier tells by itself (phi.md §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Health context, not an identifier of a patient.
    Context,
    /// Says where or by whom rather than who: confirms another identifier, is none in the verdict.
    Faint,
    /// Weak: two kinds of it and health context make PHI.
    C,
    /// A weak one that a word beside it lifts: strong with health context, nothing without.
    Lifted,
    /// Strong: with health context it is PHI.
    B,
    /// PHI by itself in a care provider's mail.
    A,
}

/// The identifiers of 45 CFR 164.514(b)(2)(i), by its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identifier18 {
    Names,
    Geography,
    Dates,
    Telephones,
    Faxes,
    Emails,
    SocialSecurity,
    MedicalRecords,
    HealthPlans,
    Accounts,
    Certificates,
    Vehicles,
    Devices,
    Urls,
    IpAddresses,
    Biometrics,
    Photographs,
    Other,
}

impl Identifier18 {
    pub const ALL: [Self; 18] = [
        Self::Names,
        Self::Geography,
        Self::Dates,
        Self::Telephones,
        Self::Faxes,
        Self::Emails,
        Self::SocialSecurity,
        Self::MedicalRecords,
        Self::HealthPlans,
        Self::Accounts,
        Self::Certificates,
        Self::Vehicles,
        Self::Devices,
        Self::Urls,
        Self::IpAddresses,
        Self::Biometrics,
        Self::Photographs,
        Self::Other,
    ];

    /// The letter of its clause: `A` to `R`.
    pub const fn letter(self) -> char {
        (b'A' + self as u8) as char
    }

    pub const fn word(self) -> &'static str {
        match self {
            Self::Names => "names",
            Self::Geography => "geography",
            Self::Dates => "dates",
            Self::Telephones => "telephones",
            Self::Faxes => "faxes",
            Self::Emails => "emails",
            Self::SocialSecurity => "social_security",
            Self::MedicalRecords => "medical_records",
            Self::HealthPlans => "health_plans",
            Self::Accounts => "accounts",
            Self::Certificates => "certificates",
            Self::Vehicles => "vehicles",
            Self::Devices => "devices",
            Self::Urls => "urls",
            Self::IpAddresses => "ip_addresses",
            Self::Biometrics => "biometrics",
            Self::Photographs => "photographs",
            Self::Other => "other",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $word:literal $class:ident $identifier:ident,)*) => {
        /// What was found.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $($(#[$doc])* $variant,)* }
        impl FindingKind {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class),* }
            }
            /// Which identifier of the law's list it is; `None` for health context.
            pub const fn identifier(self) -> Option<Identifier18> {
                match self { $(Self::$variant => kinds!(@ $identifier)),* }
            }
        }
    };
    (@ Nothing) => { None };
    (@ $identifier:ident) => { Some(Identifier18::$identifier) };
}

kinds! {
    /// Social security number.
    UsSsn = "us_ssn" B SocialSecurity,
    /// Individual taxpayer identification number, given to those without a social security number.
    Itin = "itin" B SocialSecurity,
    /// Medicare beneficiary identifier.
    Mbi = "mbi" A HealthPlans,
    /// Health insurance claim number, Medicare's until 2019: a social security number and a suffix.
    Hicn = "hicn" A HealthPlans,
    /// Member, subscriber, policy or group number next to its keyword.
    MemberId = "member_id" A HealthPlans,
    /// Medical record number next to its keyword.
    Mrn = "mrn" A MedicalRecords,
    /// National provider identifier: names a provider, never a patient.
    Npi = "npi" Context Certificates,
    /// A prescriber's registration with the Drug Enforcement Administration.
    Dea = "dea" Context Certificates,
    /// A date next to a word of birth.
    DateOfBirth = "date_of_birth" B Dates,
    /// A date next to a word of care, such as "admitted" or "appointment".
    DateOfCare = "date_of_care" Lifted Dates,
    /// Any other date finer than its year.
    Date = "date" C Dates,
    /// A day by its distance from today, such as "last Friday".
    RelativeDate = "relative_date" Faint Dates,
    /// An age over 89 (45 CFR 164.514(b)(2)(i)(C)).
    Age = "age_over_89" C Dates,
    Phone = "phone" C Telephones,
    Fax = "fax" C Faxes,
    Email = "email" C Emails,
    PaymentCard = "payment_card" B Accounts,
    /// An account number next to its keyword, where health is the subject.
    Account = "account" B Accounts,
    /// International bank account number.
    Iban = "iban" C Accounts,
    /// A bank's routing number (ABA) next to its keyword.
    Routing = "bank_routing" Faint Accounts,
    Url = "url" C Urls,
    IpAddress = "ip_address" C IpAddresses,
    /// A driver's licence next to its keyword.
    DriversLicence = "drivers_licence" B Certificates,
    /// Another licence or certificate next to its keyword.
    Certificate = "certificate" C Certificates,
    /// Vehicle identification number.
    Vin = "vin" C Vehicles,
    /// A number plate next to its keyword.
    Plate = "licence_plate" C Vehicles,
    /// A device's serial number, or its unique device identifier.
    Device = "device" B Devices,
    /// A word of biometric data.
    Biometric = "biometric" B Biometrics,
    /// A picture that may show a face.
    Photo = "photo" B Photographs,
    /// Patient, case, encounter or prescription number next to its keyword.
    PatientId = "patient_id" B Other,
    /// Claim number next to its keyword, where health is the subject.
    Claim = "claim_id" A Other,
    /// A laboratory's or imaging department's accession number.
    Accession = "accession_id" A Other,
    /// Any other unique number or code, such as a DICOM UID.
    UniqueId = "unique_id" B Other,
    /// A person's name.
    Name = "name" C Names,
    /// A name that the words beside it make a patient's.
    PatientName = "patient_name" Lifted Names,
    /// A name that its title makes a clinician's.
    ProviderName = "provider_name" Faint Names,
    /// House number and street, or a post office box.
    Street = "street_address" C Geography,
    /// A town, a county or a postal code.
    Place = "place" Faint Geography,
    /// A postal code of an area of so few people that not even its first three digits may stay in
    /// de-identified text (45 CFR 164.514(b)(2)(i)(B)).
    RestrictedZip = "restricted_zip" Faint Geography,
    /// A place of care.
    Facility = "facility" Faint Geography,
    /// A patient of the organisation: two fields of one person near each other.
    PatientMatch = "patient_match" A Other,
    /// A clinical payload that names its patient: HL7, FHIR, C-CDA, X12 or DICOM.
    ClinicalRecord = "clinical_record" A Other,
    /// What an organisation's own detector found, by the class it gave.
    OwnCertain = "own_certain" A Other,
    OwnStrong = "own_strong" B Other,
    OwnWeak = "own_weak" C Other,
    OwnContext = "own_context" Context Nothing,
    /// A word of health or care.
    HealthTerm = "health_term" Context Nothing,
    /// ICD-10-CM, with its dot or its keyword.
    DiagnosisCode = "diagnosis_code" Context Nothing,
    /// CPT or HCPCS, with its keyword.
    ProcedureCode = "procedure_code" Context Nothing,
    /// LOINC, with its keyword.
    LabCode = "lab_code" Context Nothing,
    /// NDC or RxNorm.
    DrugCode = "drug_code" Context Nothing,
    /// An analyte and its number.
    LabValue = "lab_value" Context Nothing,
    /// A vital sign and its number.
    VitalSign = "vital_sign" Context Nothing,
    /// A text that reads as one about somebody's health, where no word or number alone says so.
    TellingText = "telling_text" Context Nothing,
}

impl FindingKind {
    /// Health context that is not a word: a code or a measurement.
    pub(crate) fn is_clinical(self) -> bool {
        matches!(
            self,
            Self::DiagnosisCode
                | Self::ProcedureCode
                | Self::LabCode
                | Self::DrugCode
                | Self::LabValue
                | Self::VitalSign
                | Self::OwnContext
        )
    }

    pub(crate) fn is_name(self) -> bool {
        matches!(self, Self::Name | Self::PatientName | Self::ProviderName)
    }
}

impl std::fmt::Display for FindingKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
impl Serialize for FindingKind {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.word())
    }
}
impl<'de> Deserialize<'de> for FindingKind {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        Self::from_word(&word).ok_or_else(|| serde::de::Error::custom("not a kind of finding"))
    }
}
