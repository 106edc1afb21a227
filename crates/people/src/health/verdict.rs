//! Every verdict a check can come to: its word, how bad it is, and what it says.
//!
//! Words are stable: API, events and the catalogue of the pages use them. Invariant: a verdict belongs
//! to one check and has one grade.

use serde::{Deserialize, Serialize};

/// How bad. Order is from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Ok,
    Warn,
    Fail,
}

impl Grade {
    pub const ALL: [Self; 3] = [Self::Ok, Self::Warn, Self::Fail];

    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grade| grade.word() == word)
    }
}

macro_rules! checks {
    ($($check:ident $word:literal $why:literal { $($verdict:ident $vword:literal $grade:ident $says:literal;)* })*) => {
        /// What is looked at, in the order of a report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Check { $($check),* }
        impl Check {
            pub const ALL: &'static [Self] = &[$(Self::$check),*];
            pub const fn word(self) -> &'static str {
                match self { $(Self::$check => $word),* }
            }
            /// Why receivers look at it.
            pub const fn why(self) -> &'static str {
                match self { $(Self::$check => $why),* }
            }
        }
        /// What a check came to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Verdict { $($(#[serde(rename = $vword)] $verdict,)*)* }
        impl Verdict {
            pub const ALL: &'static [Self] = &[$($(Self::$verdict,)*)*];
            pub const fn word(self) -> &'static str {
                match self { $($(Self::$verdict => $vword,)*)* }
            }
            pub const fn grade(self) -> Grade {
                match self { $($(Self::$verdict => Grade::$grade,)*)* }
            }
            pub const fn check(self) -> Check {
                match self { $($(Self::$verdict => Check::$check,)*)* }
            }
            /// One sentence in English; pages have their own in each language.
            pub const fn says(self) -> &'static str {
                match self { $($(Self::$verdict => $says,)*)* }
            }
        }
    };
}

checks! {
    Spf "spf" "Receivers ask SPF whether our addresses may send for this domain; large providers refuse mail where they may not." {
        SpfOk "spf_ok" Ok "SPF lets every address of ours send, and no stranger.";
        SpfSoft "spf_soft" Warn "SPF lets us send, but does not refuse strangers: it should end in -all or ~all.";
        SpfMissing "spf_missing" Fail "There is no SPF record.";
        SpfSeveral "spf_several" Fail "There are several SPF records; receivers then use none.";
        SpfExcludes "spf_excludes_us" Fail "SPF does not let an address of ours send.";
        SpfBroken "spf_broken" Fail "The SPF record cannot be evaluated: it is malformed or asks for more than ten look-ups.";
        SpfOpen "spf_open" Fail "SPF lets the whole world send.";
        SpfUnknown "spf_unknown" Warn "DNS did not answer about SPF.";
    }
    Dkim "dkim" "A DKIM signature proves that the domain takes responsibility for a message and that nothing was changed on the way." {
        DkimOk "dkim_ok" Ok "The published key is the one we sign with.";
        DkimReady "dkim_ready" Ok "The next key's record is published; signing moves to it by itself.";
        DkimKept "dkim_kept" Ok "The former key's record is still published, as it should be until its date.";
        DkimTesting "dkim_testing" Warn "The record says t=y: receivers treat the signature as a test.";
        DkimWaits "dkim_waits" Warn "The next key waits for its record to be published; nothing is signed with it before.";
        DkimRemovedEarly "dkim_removed_early" Warn "The former key's record is gone, while mail signed with it may still be on its way.";
        DkimMissing "dkim_missing" Fail "The record of a key we sign with is not published.";
        DkimDiffers "dkim_differs" Fail "The published key is another than the one we sign with.";
        DkimRevoked "dkim_revoked" Fail "The record says that the key is revoked (p= is empty).";
        DkimSeveral "dkim_several" Fail "There are several records at the selector; receivers may take either.";
        DkimNone "dkim_none" Fail "The domain has no key to sign with.";
        DkimUnknown "dkim_unknown" Warn "DNS did not answer about the key.";
    }
    Dmarc "dmarc" "DMARC ties SPF and DKIM to the name that the reader sees; large providers demand a record." {
        DmarcOk "dmarc_ok" Ok "DMARC asks receivers to stop forged mail, and our mail passes it.";
        DmarcMonitors "dmarc_monitors" Warn "DMARC only watches (p=none): forged mail is still delivered.";
        DmarcPartly "dmarc_partly" Warn "DMARC is in test (t=y, or pct below 100).";
        DmarcSilent "dmarc_silent" Warn "No address is named for reports (rua=).";
        DmarcMissing "dmarc_missing" Fail "There is no DMARC record.";
        DmarcBroken "dmarc_broken" Fail "The DMARC record cannot be read, or there are several.";
        DmarcUnaligned "dmarc_unaligned" Fail "Our mail would fail DMARC: neither DKIM nor SPF speaks for this domain.";
        DmarcUnknown "dmarc_unknown" Warn "DNS did not answer about DMARC.";
    }
    MtaSts "mta_sts" "MTA-STS makes senders use verified TLS towards this domain: replies with health information stay protected." {
        StsOk "sts_ok" Ok "Senders are told to use verified TLS.";
        StsTesting "sts_testing" Warn "The policy is in test: senders report and deliver anyway.";
        StsMissing "sts_missing" Warn "There is no MTA-STS policy.";
        StsNone "sts_none" Warn "The policy says mode none: it protects nothing.";
        StsUnreachable "sts_unreachable" Fail "The record announces a policy that cannot be fetched.";
        StsBroken "sts_broken" Fail "The policy or its record cannot be read.";
        StsExcludes "sts_excludes" Fail "The policy does not name a mail server of the domain: senders that obey it cannot deliver there.";
        StsUnknown "sts_unknown" Warn "DNS did not answer about MTA-STS.";
    }
    TlsRpt "tls_rpt" "With TLS-RPT other senders report when TLS towards this domain fails." {
        RptOk "rpt_ok" Ok "An address for TLS reports is published.";
        RptMissing "rpt_missing" Warn "No address for TLS reports is published.";
        RptBroken "rpt_broken" Fail "The TLS-RPT record cannot be read.";
        RptUnknown "rpt_unknown" Warn "DNS did not answer about TLS-RPT.";
    }
    Mx "mx" "A domain that takes no mail gets no replies, and some receivers refuse mail from it." {
        MxOk "mx_ok" Ok "The domain takes mail.";
        MxImplicit "mx_implicit" Warn "There is no MX record; mail goes to the domain's own address.";
        MxMissing "mx_missing" Fail "The domain takes no mail: it has neither MX record nor address.";
        MxNull "mx_null" Fail "The domain says that it takes no mail (null MX); receivers refuse mail from it.";
        MxDead "mx_dead" Fail "A mail server of the domain has no address.";
        MxUnknown "mx_unknown" Warn "DNS did not answer about the domain's mail servers.";
    }
    ReturnPath "return_path" "Failure notices go to the return path's domain; without a way to us they are lost." {
        ReturnOk "return_ok" Ok "Failure notices come back to us, and SPF of the return path passes.";
        ReturnNotOurs "return_not_ours" Fail "Mail to the return path's domain does not come to us.";
        ReturnSpf "return_spf" Fail "SPF of the return path's domain does not let us send.";
        ReturnUnknown "return_unknown" Warn "DNS did not answer about the return path's domain.";
    }
    Ptr "ptr" "Large providers refuse mail from addresses whose name does not lead back to them." {
        PtrOk "ptr_ok" Ok "The address has a name that leads back to it.";
        PtrOther "ptr_other" Warn "The address has a confirmed name, but it is not the one we say in EHLO.";
        PtrMissing "ptr_missing" Fail "The address has no name.";
        PtrUnconfirmed "ptr_unconfirmed" Fail "The address's name does not lead back to it.";
        PtrPrivate "ptr_private" Warn "The address is not a public one; what the world sees cannot be told from here.";
        PtrNowhere "ptr_nowhere" Warn "It is not known from which address mail leaves: set delivery.own_addresses.";
        PtrUnknown "ptr_unknown" Warn "DNS did not answer about the address's name.";
    }
    Blocklist "blocklist" "Receivers ask these lists before they take mail." {
        BlockOk "block_ok" Ok "The address is not on the list.";
        BlockListed "block_listed" Fail "The address is on the list.";
        BlockRefused "block_refused" Warn "The list does not answer our name server; ask through one of your own.";
        BlockUnknown "block_unknown" Warn "The list did not answer.";
        BlockOff "block_off" Ok "No list is asked; name zones in health.blocklists to watch them.";
    }
    Links "links" "Links in our letters lead to one name of your own, so that readers can tell it is you. Clicks are not counted." {
        LinksOwn "links_own" Ok "Links lead to a name of this domain.";
        LinksElsewhere "links_elsewhere" Warn "Links lead to another domain than the sender's; readers are taught to mistrust that.";
    }
}
