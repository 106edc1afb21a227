//! The words of rules and records. Sets that an organisation adds to are open: a word of its own begins
//! with `x_`, so that a misspelt word is refused instead of naming something nobody feeds.

/// Serde by `Display` and `parse`.
macro_rules! as_text {
    ($name:ident, $what:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                Self::parse(&text)
                    .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is {}", $what)))
            }
        }
    };
}
pub(crate) use as_text;

/// The longest word of an organisation's own, in octets.
pub const OWN_WORD_OCTETS_MAX: usize = 48;

fn is_own(word: &str) -> bool {
    word.starts_with("x_")
        && (3..=OWN_WORD_OCTETS_MAX).contains(&word.len())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

macro_rules! open_words {
    ($($(#[$doc:meta])* $name:ident, $what:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* })*) => { $(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)*
            /// A word of the organisation's own: `x_`, then small letters, digits and `_`.
            Own(String),
        }
        impl $name {
            pub const WELL_KNOWN: &'static [Self] = &[$(Self::$variant),*];

            pub fn word(&self) -> &str {
                match self { $(Self::$variant => $word,)* Self::Own(word) => word }
            }
            /// `None` when the word is neither well known nor one of an organisation's own.
            pub fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)*
                    _ => is_own(word).then(|| Self::Own(word.to_owned())),
                }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
        as_text!($name, $what);
    )* };
}

open_words! {
    /// A day in the life of a patient, a contract or a record that periods are counted from.
    Anchor, "no anchor: a known word, or one's own that begins with x_" {
        /// When the item was made. Always known.
        Creation = "creation",
        LastInEffect = "last_in_effect",
        /// The last date of services, treatment or care.
        LastService = "last_service",
        /// The last contact, visit or seeing of the patient.
        LastEncounter = "last_encounter",
        /// The last entry in the record.
        LastEntry = "last_entry",
        Discharge = "discharge",
        Death = "death",
        /// A physician died, as Fla. Admin. Code 64B8-10.001 counts for the estate.
        ProviderDeath = "provider_death",
        /// The patient's, or in an obstetric record the child's.
        Birth = "birth",
        Exam = "exam",
        /// A later mammogram at the same facility: 21 CFR 900.12(c)(4)(i).
        ReturnVisit = "return_visit",
        Disclosure = "disclosure",
        Claim = "claim",
        Transfer = "transfer",
        Procedure = "procedure",
        /// A client's case or file was closed.
        Closure = "closure",
        EndOfEmployment = "end_of_employment",
        EndOfContract = "end_of_contract",
        AuditOpened = "audit_opened",
        AuditCompleted = "audit_completed",
        LitigationNotice = "litigation_notice",
        LitigationResolved = "litigation_resolved",
        InvestigationOpened = "investigation_opened",
        InvestigationResolved = "investigation_resolved",
        /// A disability other than minority, where a rule counts it: Miss. Code 41-9-69.
        DisabilityBegan = "disability_began",
        DisabilityEnded = "disability_ended",
        MarketingApproval = "marketing_approval",
        /// A study was discontinued and the FDA told: 21 CFR 312.62(c).
        StudyDiscontinued = "study_discontinued",
        Filing = "filing",
        FinalFinancialReport = "final_financial_report",
        /// The end of the period that a law names on a sealed record: 42 CFR 2.19.
        LegalPeriodEnd = "legal_period_end",
    }
    /// What a record is to the law.
    Class, "no record class: a known word, or one's own that begins with x_" {
        /// The designated record set: consults, results, referrals, questions of patients.
        Clinical = "clinical",
        ClinicalMinor = "clinical_minor",
        Obstetric = "obstetric",
        MentalHealth = "mental_health",
        SubstanceUse = "substance_use",
        Mammography = "mammography",
        Laboratory = "laboratory",
        Pathology = "pathology",
        Occupational = "occupational",
        /// X-rays, films and tracings that a rule keeps otherwise than the record.
        Image = "image",
        Slide = "slide",
        /// An abstract or discharge summary that outlives the record it is of.
        Summary = "summary",
        /// The core of a record that outlives the rest of it.
        Core = "core",
        PermanentRecord = "permanent_record",
        PatientIndex = "patient_index",
        Billing = "billing",
        /// Policies, training, incidents, agreements, risk analyses: 45 CFR 164.316(b), 164.530(j).
        Compliance = "compliance",
        /// What was disclosed to whom: 45 CFR 164.528.
        DisclosureAccount = "disclosure_account",
        MarketingAuthorisation = "marketing_authorisation",
        BusinessAssociate = "business_associate",
        Workforce = "workforce",
        Exposure = "exposure",
        InjuryLog = "injury_log",
        ControlledSubstance = "controlled_substance",
        Research = "research",
        BenefitPlan = "benefit_plan",
        Award = "award",
        Transfer = "transfer",
        Routine = "routine",
        /// Nobody knows yet: kept like the clinical class that is kept longest.
        Unclassified = "unclassified",
    }
    /// What an organisation is.
    Provider, "no provider type: a known word, or one's own that begins with x_" {
        Hospital = "hospital",
        CriticalAccessHospital = "critical_access_hospital",
        Physician = "physician",
        Osteopath = "osteopath",
        Podiatrist = "podiatrist",
        Chiropractor = "chiropractor",
        Dentist = "dentist",
        Denturist = "denturist",
        /// A licensed professional whom no other word names.
        Professional = "professional",
        Clinic = "clinic",
        RuralHealthClinic = "rural_health_clinic",
        SurgicalCenter = "surgical_center",
        BirthingCenter = "birthing_center",
        NursingFacility = "nursing_facility",
        ResidentialCare = "residential_care",
        RehabilitationCenter = "rehabilitation_center",
        HabilitationCenter = "habilitation_center",
        Hospice = "hospice",
        HomeHealth = "home_health",
        DialysisFacility = "dialysis_facility",
        AbortionFacility = "abortion_facility",
        MentalHealthProgramme = "mental_health_programme",
        SubstanceUseProgramme = "substance_use_programme",
        HealthDepartment = "health_department",
        Laboratory = "laboratory",
        HealthPlan = "health_plan",
        Employer = "employer",
        BusinessAssociate = "business_associate",
    }
    /// What an organisation takes part in.
    Programme, "no programme: a known word, or one's own that begins with x_" {
        Hipaa = "hipaa",
        Medicare = "medicare",
        MedicareAdvantage = "medicare_advantage",
        MedicarePartD = "medicare_part_d",
        Medicaid = "medicaid",
        MedicaidManagedCare = "medicaid_managed_care",
        /// 42 CFR Part 2.
        PartTwo = "part_two",
        Osha = "osha",
        Mqsa = "mqsa",
        Clia = "clia",
        Dea = "dea",
        Emtala = "emtala",
        DrugStudy = "drug_study",
        Erisa = "erisa",
        FederalAward = "federal_award",
        /// A provider that ceases operation: Cal. Health & Safety Code 123145.
        CeasedOperation = "ceased_operation",
        /// The estate of a physician who died: Fla. Admin. Code 64B8-10.001.
        Estate = "estate",
    }
}

impl Class {
    /// Rules of the clinical class bind these too; their own come on top.
    pub fn is_clinical(&self) -> bool {
        matches!(
            self,
            Self::Clinical
                | Self::ClinicalMinor
                | Self::Obstetric
                | Self::MentalHealth
                | Self::SubstanceUse
                | Self::Mammography
                | Self::Laboratory
                | Self::Pathology
                | Self::Occupational
        )
    }
    /// Parts of patients' records that a rule may keep by itself, longer or shorter than the record.
    pub fn is_part_of_record(&self) -> bool {
        matches!(
            self,
            Self::Image
                | Self::Slide
                | Self::Summary
                | Self::Core
                | Self::PermanentRecord
                | Self::PatientIndex
        )
    }
}

impl Provider {
    /// Whether a state's law on patients' records is looked for.
    pub fn keeps_patient_records(&self) -> bool {
        !matches!(
            self,
            Self::HealthPlan | Self::Employer | Self::BusinessAssociate
        )
    }
}

/// How sure the collection is of a rule's text. Records §2.2.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    Low,
    Medium,
    High,
}

/// `US-FED`, a state as `US-NY`, or `ORG` for what the organisation chose itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jurisdiction(String);

impl Jurisdiction {
    pub fn parse(word: &str) -> Option<Self> {
        let is_state = word
            .strip_prefix("US-")
            .is_some_and(|state| state.len() == 2 && state.bytes().all(|b| b.is_ascii_uppercase()));
        (is_state || word == "US-FED" || word == "ORG").then(|| Self(word.to_owned()))
    }
    pub fn is_state(&self) -> bool {
        self.0.len() == 5
    }
    pub fn word(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

as_text!(Jurisdiction, "no jurisdiction such as US-FED, US-NY or ORG");
