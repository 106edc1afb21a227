//! What can look wrong: its word for traces and rules, its weight, and what a reader is told.
//!
//! Words are stable: rules of organisations name them. Invariant: one row a kind, complete.

use super::banner::Language;

macro_rules! kinds {
    ($($kind:ident $word:literal $weight:literal $english:literal $spanish:literal,)*) => {
        /// One way in which a message can look wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum SuspicionKind { $($kind,)* }

        impl SuspicionKind {
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// For rules, traces and counts.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$kind => $word,)* }
            }

            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$kind),)* _ => None }
            }

            /// Alone; [`super::verdict`] adds the kinds up.
            pub const fn weight(self) -> u32 {
                match self { $(Self::$kind => $weight,)* }
            }

            /// A sentence for the banner. It names nothing of the message.
            pub const fn clause(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$kind, Language::English) => $english,
                      (Self::$kind, Language::Spanish) => $spanish,)*
                }
            }
        }
    };
}

kinds! {
    NoSingleAuthor "no_single_author" 60
        "It does not name exactly one author."
        "No nombra exactamente a un autor.",
    OwnDomainUnauthenticated "own_domain_unauthenticated" 100
        "It claims to come from your organization and could not prove it."
        "Dice venir de su organización y no pudo demostrarlo.",
    AuthenticationFailed "authentication_failed" 40
        "The sender's domain does not vouch for it."
        "El dominio del remitente no responde por él.",
    LookAlikeDomain "look_alike_domain" 60
        "The sender's domain looks like one you know, and is another."
        "El dominio del remitente se parece a uno conocido, pero es otro.",
    LookAlikeNewDomain "look_alike_new_domain" 60
        "No mail was exchanged with that domain before."
        "Nunca se ha intercambiado correo con ese dominio.",
    MixedScript "mixed_script" 40
        "A name mixes letters of several alphabets that look alike."
        "Un nombre mezcla letras parecidas de varios alfabetos.",
    Punycode "punycode" 10
        "The sender's domain is written with letters beyond English."
        "El dominio del remitente usa letras ajenas al inglés.",
    DisplayNameOfStaff "display_name_of_staff" 60
        "It bears the name of someone in your organization, from an outside address."
        "Lleva el nombre de alguien de su organización, desde una dirección externa.",
    AddressInDisplayName "address_in_display_name" 60
        "The name shows an address other than the one it was sent from."
        "El nombre muestra una dirección distinta de la que lo envió.",
    ReplyToElsewhere "reply_to_elsewhere" 20
        "Answers would go to another domain than the sender's."
        "Las respuestas irían a un dominio distinto del remitente.",
    FirstTimeSender "first_time_sender" 20
        "This sender has not written to you before."
        "Este remitente no le había escrito antes.",
    FirstTimeWithRequest "first_time_with_request" 30
        "A new sender asks for money, a password or records."
        "Un remitente nuevo pide dinero, una contraseña o expedientes.",
    ThreadHijack "thread_hijack" 30
        "It is written as an answer to a message that you did not send."
        "Está escrito como respuesta a un mensaje que usted no envió.",
    LinkHostDiffers "link_host_differs" 25
        "A link leads to another site than the one it shows."
        "Un enlace lleva a un sitio distinto del que muestra.",
    LinkLookAlike "link_look_alike" 60
        "A link leads to a site whose name looks like one you know."
        "Un enlace lleva a un sitio cuyo nombre se parece a uno conocido.",
    LinkUserinfo "link_userinfo" 50
        "A link hides its real site behind an @ sign."
        "Un enlace oculta su sitio real tras una arroba.",
    LinkIpHost "link_ip_host" 40
        "A link leads to a bare network address."
        "Un enlace lleva a una dirección de red sin nombre.",
    LinkPunycode "link_punycode" 25
        "A link leads to a site named with letters beyond English."
        "Un enlace lleva a un sitio con letras ajenas al inglés.",
    LinkDataScheme "link_data_scheme" 80
        "A link carries a page or a program inside itself."
        "Un enlace lleva dentro una página o un programa.",
    LinkShortener "link_shortener" 20
        "A shortened link hides where it leads."
        "Un enlace acortado oculta adónde lleva.",
    LinkRedirect "link_redirect" 25
        "A link passes through one site to another."
        "Un enlace pasa por un sitio para llegar a otro.",
    CredentialForm "credential_form" 80
        "It contains a form that asks for a password."
        "Contiene un formulario que pide una contraseña.",
    ScriptInBody "script_in_body" 60
        "Its text contains a program."
        "Su texto contiene un programa.",
    ExecutableAttachment "executable_attachment" 100
        "An attachment is a program or can start one."
        "Un adjunto es un programa o puede iniciar uno.",
    DiskImageAttachment "disk_image_attachment" 100
        "An attachment is a disk image, which can hide programs."
        "Un adjunto es una imagen de disco, que puede ocultar programas.",
    ShortcutAttachment "shortcut_attachment" 100
        "An attachment is a shortcut that starts something else."
        "Un adjunto es un acceso directo que inicia otra cosa.",
    DoubleExtension "double_extension" 100
        "An attachment's name hides what kind of file it is."
        "El nombre de un adjunto oculta qué tipo de archivo es.",
    TypeMismatch "type_mismatch" 20
        "An attachment is another kind of file than it says."
        "Un adjunto es otro tipo de archivo del que dice.",
    EncryptedArchive "encrypted_archive" 50
        "An attachment is locked, so that it could not be checked."
        "Un adjunto está cifrado y no pudo revisarse.",
    DangerousInArchive "dangerous_in_archive" 100
        "An archive contains a program or a shortcut."
        "Un archivo comprimido contiene un programa o un acceso directo.",
    UnreadableArchive "unreadable_archive" 50
        "An archive is broken or too large to be checked."
        "Un archivo comprimido está dañado o es demasiado grande para revisarlo.",
    HtmlSmuggling "html_smuggling" 100
        "An attached page builds a file or hides a program."
        "Una página adjunta crea un archivo u oculta un programa.",
    HtmlAttachment "html_attachment" 20
        "A web page is attached."
        "Se adjunta una página web.",
    ActiveDocument "active_document" 40
        "An attached document can start something by itself."
        "Un documento adjunto puede iniciar algo por sí mismo.",
    Macro "macro" 60
        "An attached document contains macros."
        "Un documento adjunto contiene macros.",
    VirusFound "virus_found" 100
        "A virus scanner found something harmful in it."
        "Un antivirus encontró algo dañino en él.",
    SpamCertain "spam_certain" 100
        "The spam filter would refuse it."
        "El filtro de correo no deseado lo rechazaría.",
    SpamLikely "spam_likely" 30
        "The spam filter takes it for unwanted mail."
        "El filtro lo considera correo no deseado.",
}
