//! The letters the program writes itself: pick-up notices and one-time codes. No name of a patient,
//! no subject, no word of the message; the link is opaque.

use ctx::Ctx;
use model::{Address, Domain, Result, Secret};

use crate::Flow;
use crate::after::Waiting;
use crate::seal::Signed;

/// Who the organisation is towards readers.
pub(crate) struct House {
    pub name: String,
    pub language: String,
    pub zone: String,
    pub sender: Address,
    pub portal_on: bool,
}

pub(crate) fn house(flow: &Flow, ctx: &Ctx) -> Result<House> {
    let own = crate::decide::house(flow, ctx)?;
    let domain = own.first_domain.as_deref();
    let domain = domain.unwrap_or(&flow.settings().hostname);
    let sender = Address::parse(&format!("no-reply@{domain}"))?;
    Ok(House {
        name: own.name.clone(),
        language: own.language.clone(),
        zone: own.zone.clone(),
        sender,
        portal_on: own.portal_on,
    })
}

impl Flow {
    /// Whom letters of the program itself come from.
    ///
    /// # Errors
    /// The database's.
    pub fn system_sender(&self, ctx: &Ctx) -> Result<Address> {
        house(self, ctx).map(|house| house.sender)
    }
}

/// The notice that a message waits, signed, as exact octets.
pub(crate) fn pick_up(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    to: &Address,
    token: &Secret<String>,
) -> Result<Signed> {
    let link = format!("{}/p/{}", flow.settings().portal_url, token.expose());
    let (subject, text) = match house.language.as_str() {
        "es" => (
            format!("Tiene un mensaje seguro de {}", house.name),
            format!(
                "{} le ha enviado un mensaje seguro.\r\n\r\nPara leerlo, abra este enlace:\r\n{link}\r\n\r\n\
                 Le enviaremos un código a esta dirección para confirmar que es usted. No necesita cuenta ni contraseña.\r\n\r\n\
                 Si no esperaba este mensaje, puede ignorarlo.\r\n",
                house.name
            ),
        ),
        _ => (
            format!("You have a secure message from {}", house.name),
            format!(
                "{} sent you a secure message.\r\n\r\nTo read it, open this link:\r\n{link}\r\n\r\n\
                 We will send a code to this address to make sure it is you. You need no account and no password.\r\n\r\n\
                 If you did not expect this message, you can ignore it.\r\n",
                house.name
            ),
        ),
    };
    write(flow, ctx, house, to, &subject, &text)
}

/// The one-time code, signed, as exact octets.
pub(crate) fn code(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    to: &Address,
    code: &Secret<String>,
) -> Result<Signed> {
    let (subject, text) = match house.language.as_str() {
        "es" => (
            format!("Su código de {}", house.name),
            format!(
                "Su código es {}\r\n\r\nEs válido durante 10 minutos y funciona una sola vez.\r\n",
                code.expose()
            ),
        ),
        _ => (
            format!("Your code from {}", house.name),
            format!(
                "Your code is {}\r\n\r\nIt is valid for 10 minutes and works once.\r\n",
                code.expose()
            ),
        ),
    };
    write(flow, ctx, house, to, &subject, &text)
}

/// How many wait for a decision, and on which pages of the console: not what, whose or why.
pub(crate) fn held(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    to: &Address,
    waiting: Waiting,
) -> Result<Signed> {
    let page = |name: &str| format!("{}/console/{name}\r\n", flow.settings().portal_url);
    let is_spanish = house.language == "es";
    let mut text = String::new();
    let mut say = |count: u64, one: &str, many: &str, name: &str| {
        let told = match count {
            0 => return,
            1 => one.to_owned(),
            _ => many.replace("{count}", &count.to_string()),
        };
        text.push_str(&format!("{told}\r\n{}\r\n", page(name)));
    };
    let subject = if is_spanish {
        let (one, many) = (
            "Un mensaje retenido espera, para un destinatario, que alguien lo revise:",
            "Mensajes retenidos para {count} destinatarios esperan que alguien los revise:",
        );
        say(waiting.held, one, many, "held");
        let (one, many) = (
            "Un mensaje recibido espera en cuarentena que alguien lo revise:",
            "{count} mensajes recibidos esperan en cuarentena que alguien los revise:",
        );
        say(waiting.arrived, one, many, "inbound");
        text.push_str(
            "Recibe como máximo un aviso por hora; el siguiente cuenta lo que llegó entretanto.\r\n",
        );
        match waiting.held + waiting.arrived {
            1 => "Un mensaje espera su decisión",
            _ => "Hay mensajes que esperan su decisión",
        }
    } else {
        let (one, many) = (
            "A held message waits, for one recipient, for somebody to review it:",
            "Held messages for {count} recipients wait for somebody to review them:",
        );
        say(waiting.held, one, many, "held");
        let (one, many) = (
            "A message that came in waits in quarantine for somebody to review it:",
            "{count} messages that came in wait in quarantine for somebody to review them:",
        );
        say(waiting.arrived, one, many, "inbound");
        text.push_str(
            "You get one notice an hour at most; the next one counts what came in between.\r\n",
        );
        match waiting.held + waiting.arrived {
            1 => "A message waits for your decision",
            _ => "Messages wait for your decision",
        }
    };
    write(flow, ctx, house, to, subject, &text)
}

fn write(
    flow: &Flow,
    ctx: &Ctx,
    house: &House,
    to: &Address,
    subject: &str,
    text: &str,
) -> Result<Signed> {
    let mut seed = [0u8; 16];
    ctx.world().rng.fill(&mut seed);
    let message_id = format!("<{}@{}>", hex::encode(seed), flow.settings().hostname);
    let bytes = mail::compose(&mail::Compose {
        from: (Some(&house.name), &house.sender),
        reply_to: None,
        to: vec![(None, to)],
        cc: Vec::new(),
        subject,
        text: Some(text),
        html: None,
        attachments: &[],
        headers: &[],
        message_id: &message_id,
        in_reply_to: None,
        date: ctx.now(),
        boundary_seed: seed,
        auto_submitted: true,
    })?;
    sign_whole(flow, ctx, house.sender.domain(), bytes)
}

/// Signs a letter that has no stored content of its own.
pub(crate) fn sign_whole(flow: &Flow, ctx: &Ctx, from: &Domain, bytes: Vec<u8>) -> Result<Signed> {
    let signers = flow.signing().find(ctx.world(), ctx.organisation(), from)?;
    let (head, body) = bytes.split_at(mail::header_block_end(&bytes));
    let mut whole = crate::signing::sign(ctx.world(), &signers, head, body)?;
    whole.extend_from_slice(&bytes);
    Ok(Signed::whole(whole))
}
