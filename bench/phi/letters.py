"""From a filled template to a message as it goes over the wire: headers, signature, quoting, HTML, encodings, files.

Every choice comes from the world's chance, boundaries and ids too. Not here: what is said (templates) and whether
truth really is in the result (check.py).
"""

import datetime
import html
import re
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

import files
import identifiers as ids
import payloads
import vocabulary as words
from people import MONTHS, World, ascii_of, patient_mail
from templates import MARK, Family, fill, strip

AGENTS = ["Microsoft Outlook 16.0", "Apple Mail (2.3774.600.62)", "Mozilla Thunderbird", "iPhone Mail (21G93)", "Zimbra 8.8.15", "YahooMailBasic", None]
CLINIC_NOTICES = {
    "en": ["CONFIDENTIALITY NOTICE: This e-mail and any attachments may contain protected health information (PHI) that is privileged under "
           "federal and state law, including HIPAA. If you are not the intended recipient, delete it and notify the sender.",
           "This message is intended only for the person to whom it is addressed. It may contain medical information about a patient; any "
           "disclosure or copying is prohibited.",
           "Please do not send health information by regular e-mail. For emergencies dial 911. Ask about our patient portal.", ""],
    "es": ["AVISO DE CONFIDENCIALIDAD: este correo puede contener información médica protegida por la ley (HIPAA). Si lo recibió por error, "
           "bórrelo y avise al remitente.", "En caso de emergencia llame al 911.", ""]}
BUSINESS_NOTICES = {"en": ["This e-mail may contain confidential or legally privileged information. If you received it in error please delete it.",
                           "Please consider the environment before printing this e-mail.", "", ""], "es": ["Antes de imprimir piense en el medio ambiente.", ""]}
TOPS = {"en": ["See below please.", "Looping you in.", "Thanks, forwarding to the right person.", "Any update on this?", "Will do.", "Following up on the note below.",
               "Got it, thank you!", "Can you take this one?"], "es": ["Vea abajo por favor.", "Gracias, lo reviso.", "¿Alguna novedad?", "Le reenvío este mensaje."]}
COVERS = {"en": ["Please see the attached.", "Attached as requested.", "See attachment, thanks.", "Here is the scan.", "The details are in the file."],
          "es": ["Adjunto el documento.", "Vea el archivo adjunto por favor."]}
FILE_NAMES = ["letter", "scan0012", "document", "notes", "Untitled", "for review", "20261004_0915"]
CLOSES = {"en": ["Thanks,", "Best,", "Thank you,", "Regards,", "Sincerely,", "Many thanks,"], "es": ["Gracias,", "Saludos,", "Atentamente,"]}
BRANDS = {"clinic": "clinic.example", "business": "company.example", "system": "notify.example", "patient": "mailbox.example"}


def compose(family: Family, world: World, number: str) -> tuple[bytes, list[dict]]:
    """The message and the values that truth knows in it."""
    rng = world.rng
    subject = fill(rng.choice(family.facts["subject"].split(" | ")), world)
    matter, attached = fill(family.body, world), attachments(family, world)
    if not attached and is_of_people(family) and rng.random() < 0.12:
        attached = [as_file(rng.choice(FILE_NAMES), rng.choice(["pdf", "docx", "odt", "html", "txt"]), matter, world)]
        matter = rng.choice(COVERS[world.lang])
    body = surrounded(matter, family, world) + signature(family, world)
    earlier = fill(family.quoted, world) if family.quoted else ""
    if earlier:
        body += "\n\n" + quoted(earlier, world)
    elif rng.random() < 0.16 and is_of_people(family):
        tops = words.PATIENT_TOPS if "patient" in (family.facts["from"], family.facts["to"]) else TOPS
        body = rng.choice(tops[world.lang]) + signature(family, world) + "\n\n" + quoted(body, world)
        subject = rng.choice(["Re: ", "RE: ", "FW: ", "Fwd: "]) + subject
    message = EmailMessage(policy=policy.SMTP)
    headers(message, family, world, strip(subject)[0], number)
    set_body(message, body, world)
    truth = [{"type": kind, "part": "subject", "value": value} for kind, value in strip(subject)[1]]
    truth += [{"type": kind, "part": "body", "value": value} for kind, value in strip(body)[1]]
    for name, kind, content, values in attached:
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
        truth += [{"type": kind, "part": f"attachment:{name}", "value": value} for kind, value in values]
    for at, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{number}_{at}_{ids.token(rng, 12)}")
    seen = []
    for value in truth:
        if value not in seen:
            seen.append(value)
    return message.as_bytes(), seen


def surrounded(text: str, family: Family, world: World) -> str:
    """Now and then a phrase before the matter, and one after it that has nothing to do with it."""
    kind, rng = family.facts["from"], world.rng
    if not is_of_people(family):
        return text
    if rng.random() < 0.25:
        text = f"{world.pick(words.OPENERS[world.lang])}\n\n{text}"
    if world.lang == "en" and family.facts["to"] != "patient" and rng.random() < 0.3:
        text += f"\n\n{world.pick(words.ASIDES[kind])}"
    return text


def headers(message: EmailMessage, family: Family, world: World, subject: str, number: str) -> None:
    rng = world.rng
    sent = datetime.datetime(2026, rng.randint(8, 10), rng.randint(1, 28), rng.randint(7, 19), rng.randint(0, 59), rng.randint(0, 59),
                             tzinfo=datetime.timezone(datetime.timedelta(hours=-rng.randint(4, 8))))
    domain = BRANDS[family.facts["from"]]
    for hop in range(rng.randint(0, 2)):
        message["Received"] = f"from mx{hop}.{domain} ({ids.ip(rng)}) by relay.{domain} with ESMTPS id {ids.token(rng, 12)}; {format_datetime(sent)}"
    message["From"] = sender(family, world)
    message["To"] = recipient(family, world)
    if family.facts["from"] != "system" and rng.random() < 0.2:
        copied = world.named()
        message["Cc"] = f'"{copied}" <{ascii_of(copied).replace(" ", ".")}@{domain}>'
    message["Subject"] = subject
    message["Date"] = format_datetime(sent)
    message["Message-ID"] = f"<{number}.{ids.token(rng, 16)}@{domain}>"
    if subject.lower().startswith(("re:", "fw")):
        message["In-Reply-To"] = f"<{ids.token(rng, 20)}@{domain}>"
    agent = rng.choice(AGENTS)
    if family.facts["from"] == "system":
        message["List-Unsubscribe"] = f"<https://{domain}/u/{ids.token(rng, 10)}>"
    elif agent:
        message["X-Mailer"] = agent
    if rng.random() < 0.2:
        message["X-Originating-IP"] = f"[{ids.ip(rng)}]"


def sender(family: Family, world: World) -> str:
    kind = family.facts["from"]
    if kind == "patient":
        return f'"{world.patient["first"]} {world.patient["last"]}" <{patient_mail(world)}>'
    if kind == "system":
        return f'"{world.slot("org")}" <{world.rng.choice(["noreply", "news", "alerts", "support"])}@{BRANDS[kind]}>'
    name = world.slot("staff")
    return f'"{name}" <{ascii_of(name).replace(" ", ".")}@{BRANDS[kind]}>'


def recipient(family: Family, world: World) -> str:
    kind = family.facts["to"]
    if kind == "patient":
        return f"<{patient_mail(world)}>"
    if kind == "clinic":
        return f"{world.rng.choice(['frontdesk', 'nurse', 'info', 'appointments'])}@clinic.example"
    name = world.named()
    return f'"{name}" <{ascii_of(name).replace(" ", ".")}@{kind}.example.net>'


def signature(family: Family, world: World) -> str:
    kind, rng = family.facts["from"], world.rng
    if family.facts.get("sign") == "no" or kind == "system" or family.side == "written":
        return ""
    close = "\n\n" + rng.choice(CLOSES[world.lang]) + "\n"
    if kind == "patient":
        phone = f"\n{world.slot('phone')}" if rng.random() < 0.25 else ""
        return close + rng.choice(["{name}", "{first}", "{name}", "{plainfirst}"]).replace("{name}", world.slot("name")).replace(
            "{first}", world.slot("first")).replace("{plainfirst}", world.patient["first"]) + phone
    where, title = (world.slot("clinic"), world.slot("role")) if kind == "clinic" else (world.slot("org"), world.slot("job"))
    lines = [rng.choice([f"{world.slot('staff')}, {title}", f"{world.slot('staff')}\n{title}"]), where]
    if rng.random() < 0.6:
        lines.append(f"{world.slot('theirstreet')}, {world.slot('theirtown')}")
    lines.append(rng.choice(["Phone: {p}  Fax: {f}", "T {p} | F {f}", "{p} (office)", "Tel. {p}"]).format(p=world.slot("theirphone"), f=world.slot("theirfax")))
    notice = rng.choice((CLINIC_NOTICES if kind == "clinic" else BUSINESS_NOTICES)[world.lang])
    return close + "\n".join(lines) + (f"\n\n{notice}" if notice else "")


def quoted(text: str, world: World) -> str:
    rng, name = world.rng, world.named()
    day = world.day(30, 0)
    month = MONTHS[world.lang][day.month - 1]
    style = rng.choice(["angle", "angle", "outlook", "forward"])
    if style == "angle":
        said = f"On {month[:3]} {day.day}, 2026, at {rng.randint(1, 12)}:{rng.randint(10, 59)} PM, {name} wrote:" if world.lang == "en" else f"El {day.day} de {month} de 2026, {name} escribió:"
        return said + "\n" + "\n".join("> " + line if line else ">" for line in text.splitlines())
    line = {"outlook": rng.choice(["-----Original Message-----", "________________________________"]), "forward": "---------- Forwarded message ---------"}[style]
    heads = {"en": ("From", "Sent", "To"), "es": ("De", "Enviado", "Para")}[world.lang]
    return f"{line}\n{heads[0]}: {name}\n{heads[1]}: {month} {day.day}, 2026 {rng.randint(7, 11)}:{rng.randint(10, 59)} AM\n{heads[2]}: {world.named()}\n\n{text}"


def attachments(family: Family, world: World) -> list[tuple[str, str, bytes, list]]:
    made = []
    for name, kinds, template in family.attached:
        kind = world.rng.choice(kinds)
        made.append(as_file(name, kind, fill(template, world), world))
        if kind == "png" and family.is_phi:
            made[-1][3].append(("photo", f"{name}.png"))
    if family.payloads:
        kind = world.rng.choice(family.payloads)
        text, values = strip(payloads.make(kind, world))
        ending = payloads.EXTENSIONS.get(kind, kind)
        made.append((f"{world.rng.choice(['record', 'export', 'document', 'file'])}.{ending}", files.TYPES[ending], text.encode(), values))
    return made


def as_file(name: str, kind: str, marked: str, world: World) -> tuple[str, str, bytes, list]:
    text, values = strip(marked)
    return f"{name}.{kind}", files.TYPES[kind], files.make(kind, text, world.rng), values


def is_of_people(family: Family) -> bool:
    """Not sent by a machine, and not written by hand word for word."""
    return family.facts["from"] != "system" and family.facts.get("sign") != "no" and family.side != "written"


def set_body(message: EmailMessage, body: str, world: World) -> None:
    rng, plain = world.rng, strip(body)[0]
    shape = rng.choices(["plain", "wrapped", "flowed", "both", "html"], [24, 16, 14, 30, 16])[0]
    if shape == "html":
        message.set_content(as_html(body, world), subtype="html", charset="utf-8", cte=rng.choice(["quoted-printable", "base64"]))
        return
    params = None
    if shape == "wrapped":
        plain = wrapped(plain, rng)
    elif shape == "flowed":
        plain, params = flowed(plain, rng), {"format": "flowed", "delsp": "yes"}
    is_short = all(len(line.encode()) < 900 for line in plain.splitlines())  # RFC 5322 §2.1.1: 998 octets a line
    cte = rng.choice(["quoted-printable", "base64", "8bit"] if is_short else ["quoted-printable", "base64"])
    charset = rng.choice(["utf-8", "utf-8", "windows-1252"])
    if cte == "8bit" and plain.isascii():
        cte = "7bit"
    message.set_content(plain, charset=charset, cte=cte, params=params)
    if shape == "both":
        message.add_alternative(as_html(body, world), subtype="html", charset="utf-8", cte=rng.choice(["quoted-printable", "base64"]))


def wrapped(text: str, rng) -> str:
    """Lines of 72, broken at spaces, by some programs at hyphens too."""
    at_hyphens = rng.random() < 0.2
    out = []
    for line in text.splitlines():
        prefix = re.match(r"(?:> ?)*", line)[0]
        rest, width = line[len(prefix):], 72 - len(prefix)
        while len(rest) > width:
            cuts = [found.end() for found in re.finditer(r" |-(?=\w)" if at_hyphens else " ", rest[:width])]
            cut = cuts[-1] if cuts else width
            out.append(prefix + rest[:cut].rstrip(" "))
            rest = rest[cut:]
        out.append(prefix + rest)
    return "\n".join(out)


def flowed(text: str, rng) -> str:
    """RFC 3676 with DelSp: a line may end anywhere, in a number too, with a space that is not part of it."""
    out = []
    for line in text.splitlines():
        prefix = re.match(r"(?:> ?)*", line)[0].replace(" ", "")
        rest = line[len(re.match(r"(?:> ?)*", line)[0]):]
        width = rng.randint(58, 74)
        space = " " if prefix or rest.startswith((" ", ">", "From ")) else ""
        while len(rest) > width:
            out.append(f"{prefix}{space}{rest[:width]} ")
            rest = rest[width:]
            space = " " if prefix or rest.startswith((" ", ">", "From ")) else ""
        rest = rest.rstrip(" ")
        out.append(f"{prefix}{space}{rest}" if rest or prefix else "")
    return "\n".join(out)


def as_html(text: str, world: World) -> str:
    """Paragraphs, tables of `Name: value` lines, block quotes, and what programs do to numbers and spaces."""
    rng = world.rng
    as_table = rng.random() < 0.4
    out, rows = [], []
    for line in text.splitlines() + [""]:
        if line.startswith(">"):
            out.append(f'<blockquote style="border-left:1px solid #ccc;margin:0 0 0 .8ex">{inline(line.lstrip("> "), rng)}</blockquote>')
            continue
        cells = re.fullmatch(r"([A-ZÁÉÍÓÚ][^:«»]{1,28}): (.+)", line)
        if as_table and cells or "\t" in line:
            pair = line.split("\t") if "\t" in line else cells.groups()
            rows.append("<tr>" + "".join(f"<td>{inline(cell, rng)}</td>" for cell in pair) + "</tr>")
            continue
        if rows:
            out.append("<table cellpadding=\"4\">" + "".join(rows) + "</table>")
            rows = []
        out.append(f"<div>{inline(line, rng)}</div>" if line else "<div><br></div>")
    hidden = rng.random()
    above = ""
    if hidden < 0.15:
        # The line that mail programs show in the list: the beginning of the text, or a phrase.
        first = html.escape(strip(text)[0].strip().splitlines()[0][:90], False)
        above = f'<div style="display:none;max-height:0">{rng.choice([first, "You have a new message."])}</div>'
    elif hidden < 0.25:
        above = '<span style="font-size:0;color:#ffffff">&nbsp;&zwnj;&nbsp;&zwnj;</span>'
    style = "<style>p{margin:0} .x1{font:12px Calibri}</style>" if rng.random() < 0.5 else ""
    return f"<html><head><meta charset=\"utf-8\">{style}</head><body>{above}\n" + "\n".join(out) + "\n</body></html>\n"


def inline(text: str, rng) -> str:
    out, at = [], 0
    for found in MARK.finditer(text):
        out += [html.escape(text[at:found.start()], False), mangled(found[2], rng)]
        at = found.end()
    return "".join(out + [html.escape(text[at:], False)])


def mangled(value: str, rng) -> str:
    """A value as editors leave it: in bold by halves, with entities, with spaces that do not break."""
    chance, cut = rng.random(), len(value) // 2
    plain = html.escape(value, False)
    if "&" in plain or chance > 0.3 or len(value) < 4:
        return f"<b>{plain}</b>" if chance > 0.9 else plain
    if chance < 0.08:
        return f"<span>{value[:cut]}</span><span class=\"x1\">{value[cut:]}</span>"
    if chance < 0.16:
        return value.replace(" ", "&nbsp;")
    if chance < 0.22:
        return "".join(f"&#{ord(char)};" if rng.random() < 0.3 or not char.isascii() else char for char in value)
    return f"{value[:cut]}&shy;{value[cut:]}" if chance < 0.24 else f"{value[:cut]}<wbr>{value[cut:]}"
