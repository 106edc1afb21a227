"""Records with a format of their own: HL7 v2, X12, FHIR, C-CDA, iCalendar, vCard.

Each maker takes a world (people.py) and returns text with marks of truth; small, but shaped as programs send it.
"""

import json

import identifiers as ids
from people import World, born, mark


def make(kind: str, world: World) -> str:
    return MAKERS[kind](world)


def names(world: World) -> tuple[str, str]:
    return world.patient["last"], world.patient["first"]


def compact(day) -> str:
    return day.strftime("%Y%m%d")


def hl7(world: World) -> str:
    last, first = names(world)
    seen = compact(world.day(40, 0))
    lines = [f"MSH|^~\\&|LAB|{ids.digits(world.rng, 4)}|EHR|{ids.digits(world.rng, 4)}|{seen}0915||ORU^R01|{ids.digits(world.rng, 8)}|P|2.5.1",
             f"PID|1||{world.slot('mrn')}^^^MAIN^MR||{mark('name', last.upper())}^{mark('name', first.upper())}||{mark('date', compact(born(world)))}|"
             f"{'F' if world.patient['he'] == 'she' else 'M'}|||{world.slot('street')}^^^^||{world.slot('phone')}",
             f"OBR|1||{world.slot('accession')}|24323-8^Comprehensive metabolic panel^LN|||{seen}0802|||||||||{ids.npi(world.rng)}^ROE^ALEX",
             f"OBX|1|NM|2345-7^Glucose^LN||{world.rng.randint(70, 320)}|mg/dL|70-99|H|||F",
             f"OBX|2|NM|2160-0^Creatinine^LN||{world.rng.randint(6, 39) / 10}|mg/dL|0.6-1.2|N|||F"]
    return "\r".join(lines) + "\r"


def x12(world: World) -> str:
    last, first = names(world)
    control = ids.digits(world.rng, 9)
    day = world.day(40, 0)
    parts = [f"ISA*00*          *00*          *ZZ*{'CLINIC':<15}*ZZ*{'PAYER':<15}*{day:%y%m%d}*1253*^*00501*{control}*0*P*:",
             f"GS*HC*CLINIC*PAYER*{compact(day)}*1253*1*X*005010X222A1", "ST*837*0001*005010X222A1",
             f"NM1*85*2*GROUP PRACTICE*****XX*{ids.npi(world.rng)}", "SBR*P*18*******CI",
             f"NM1*IL*1*{mark('name', last.upper())}*{mark('name', first.upper())}****MI*{world.slot('member')}",
             f"DMG*D8*{mark('date', compact(born(world)))}*{'F' if world.patient['he'] == 'she' else 'M'}",
             f"CLM*{world.slot('acct')}*{world.rng.randint(80, 900)}***11:B:1*Y*A*Y*Y", "HI*ABK:E119*ABF:I10",
             f"DTP*472*D8*{compact(day)}", "SV1*HC:99214*145*UN*1***1", "SE*12*0001", "GE*1*1", f"IEA*1*{control}"]
    return "~\n".join(parts) + "~\n"


def fhir(world: World) -> str:
    last, first = names(world)
    patient = {"resourceType": "Patient", "id": ids.token(world.rng, 12).lower(),
               "identifier": [{"type": {"text": "MRN"}, "system": "urn:oid:2.16.840.1.113883.3.1", "value": world.slot("mrn")}],
               "name": [{"family": mark("name", last), "given": [mark("name", first)]}],
               "telecom": [{"system": "phone", "value": world.slot("phone")}], "birthDate": mark("date", born(world).isoformat()),
               "address": [{"line": [world.slot("street")]}]}
    condition = {"resourceType": "Condition", "subject": {"reference": f"Patient/{patient['id']}"},
                 "code": {"text": world.slot("dx")}, "onsetDateTime": mark("date", world.day(900, -30).isoformat())}
    entries = [{"resource": patient}, {"resource": condition}]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=2, ensure_ascii=False)


def ccda(world: World) -> str:
    last, first = names(world)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"><realmCode code="US"/>'
            '<typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><title>Continuity of Care Document</title>'
            f'<effectiveTime value="{compact(world.day(30, 0))}"/>\n<recordTarget><patientRole><id extension="{world.slot("mrn")}" root="2.16.840.1.113883.3.1"/>'
            f'<addr><streetAddressLine>{world.slot("street")}</streetAddressLine></addr><telecom value="tel:{world.slot("phone")}"/>'
            f'<patient><name><given>{mark("name", first)}</given><family>{mark("name", last)}</family></name>'
            f'<birthTime value="{mark("date", compact(born(world)))}"/></patient></patientRole></recordTarget>\n<component><structuredBody><component>'
            f"<section><title>Problems</title><text><list><item>{world.slot('dx')}</item></list></text></section></component>"
            f"<component><section><title>Medications</title><text>{world.slot('drug')}, {world.slot('sig')}</text></section></component>"
            "</structuredBody></component></ClinicalDocument>\n")


def ics(world: World) -> str:
    day = world.day(0, 40)
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Scheduling//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
                        f"UID:{ids.token(world.rng, 20)}", f"DTSTAMP:{compact(day)}T120000Z", f"DTSTART:{compact(day)}T150000Z",
                        f"SUMMARY:{world.slot('name')} - {world.slot('test')}", f"DESCRIPTION:DOB {world.slot('dob')}\\, MRN {world.slot('mrn')}\\nCall {world.slot('phone')} if late",
                        f"LOCATION:{world.slot('clinic')}", "END:VEVENT", "END:VCALENDAR", ""])


def vcf(world: World) -> str:
    last, first = names(world)
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"N:{mark('name', last)};{mark('name', first)};;;", f"FN:{world.slot('name')}",
                        f"TEL;TYPE=CELL:{world.slot('phone')}", f"EMAIL:{world.slot('email')}", f"BDAY:{mark('date', born(world).isoformat())}",
                        f"NOTE:Patient of ours\\, MRN {world.slot('mrn')}\\, has {world.slot('dx')}", "END:VCARD", ""])


def plain_ics(world: World) -> str:
    """A meeting, for messages without a patient."""
    day = world.day(0, 40)
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
                        f"UID:{ids.token(world.rng, 20)}", f"DTSTAMP:{compact(day)}T120000Z", f"DTSTART:{compact(day)}T150000Z",
                        f"ORGANIZER;CN={world.slot('person')}:mailto:office@company.example", f"SUMMARY:{world.rng.choice(['Quarterly review', 'Budget planning', 'Lease walk-through', 'Vendor demo', 'Board meeting'])}",
                        f"LOCATION:Room {world.slot('room')}", f"DESCRIPTION:Dial-in {world.slot('theirphone')} PIN {world.slot('pin')}", "END:VEVENT", "END:VCALENDAR", ""])


def plain_vcf(world: World) -> str:
    """A business card."""
    given, _, family = world.slot("person").partition(" ")
    return "\r\n".join(["BEGIN:VCARD", "VERSION:3.0", f"N:{family};{given};;;", f"FN:{given} {family}", f"ORG:{world.slot('org')}", f"TITLE:{world.slot('job')}",
                        f"TEL;TYPE=WORK:{world.slot('theirphone')}", f"EMAIL:{world.slot('theirmail')}", f"ADR;TYPE=WORK:;;{world.slot('theirstreet')};;;;", "END:VCARD", ""])


MAKERS = {"hl7": hl7, "x12": x12, "json": fhir, "xml": ccda, "ics": ics, "vcf": vcf, "meeting": plain_ics, "card": plain_vcf}
EXTENSIONS = {"meeting": "ics", "card": "vcf"}
