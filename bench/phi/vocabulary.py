"""Word lists: names, places, organisations, and what clinics and businesses write about.

Made by hand for this folder; surnames of the first list are among the most frequent ones of the US census of
2010 and first names among those of its 1990 files (US Census Bureau, public domain). Of every list the open
templates use one half and the held ones the other (`half`), so that tuning on the open ones cannot learn these.
"""

import re


def split(text: str) -> list[str]:
    return [word.strip() for word in re.split(r"[|\n]", text) if word.strip()]


def half(words: list[str], side: str) -> list[str]:
    """Every other word: the even ones for `open`, the odd ones for `held`."""
    return words[0 if side == "open" else 1::2]


CENSUS_LAST = split("""Smith|Johnson|Williams|Brown|Jones|Garcia|Miller|Davis|Rodriguez|Martinez|Hernandez|Lopez|Gonzalez|
Wilson|Anderson|Thomas|Taylor|Moore|Jackson|Martin|Lee|Perez|Thompson|White|Harris|Sanchez|Clark|Ramirez|Lewis|Robinson|
Walker|Young|Allen|King|Wright|Scott|Torres|Nguyen|Hill|Flores|Green|Adams|Nelson|Baker|Hall|Rivera|Campbell|Mitchell|
Carter|Roberts|Gomez|Phillips|Evans|Turner|Diaz|Parker|Cruz|Edwards|Collins|Reyes|Stewart|Morris|Morales|Murphy|Cook|
Rogers|Gutierrez|Ortiz|Morgan|Cooper|Peterson|Bailey|Reed|Kelly|Howard|Ramos|Kim|Cox|Ward|Richardson|Watson|Brooks|
Chavez|Wood|James|Bennett|Gray|Mendoza|Ruiz|Hughes|Price|Alvarez|Castillo|Sanders|Patel|Myers|Long|Ross|Foster""")
OTHER_LAST = split("""Achebe|Adeyemi|Okonkwo|Mensah|Abebe|Tadesse|Diallo|Nkrumah|Wanjiru|Mwangi|Oyelaran|Hassan|Abdi|
Warsame|Tran|Pham|Huynh|Vang|Xiong|Chen|Zhang|Liu|Huang|Yoshida|Nakamura|Tanaka|Park|Choi|Kang|Santos|Dela Cruz|
Bautista|Reddy|Iyer|Krishnamurthy|Chaudhry|Siddiqui|Banerjee|Kaur|Singh|O'Brien|O'Connor|D'Angelo|McAllister|
Van der Berg|St. James|Smith-Okafor|Garcia-Lopez|Nguyen-Hall|Washington-Reed|Kowalczyk|Nowak|Petrov|Ivanova|Haddad|
Khoury|Yazzie|Begay|Kealoha|Villanueva|Echeverria|Peña|Muñoz|Ibáñez|Zúñiga|Etxeberria|Lindqvist|Schaefer|Rosenthal""")
FIRST_F = split("""Mary|Patricia|Linda|Barbara|Elizabeth|Jennifer|Maria|Susan|Margaret|Dorothy|Lisa|Nancy|Karen|Betty|
Helen|Sandra|Donna|Carol|Ruth|Sharon|Rosa|Guadalupe|Esperanza|Ximena|Yolanda|Lucía|Inés|Mei-Ling|Xiu Ying|Thuy|Linh|
Soo-jin|Haruka|Priya|Ananya|Lakshmi|Fatima|Aisha|Zainab|Chidinma|Ngozi|Amara|Wanjiku|Hodan|Latoya|Keisha|Shanice|
D'Andra|Anna-Marie|Siobhan|Oksana|Agnieszka|Leilani|Nizhoni|Rivka|Beatriz|Concepción|Tamika|Imani|Jo Ann""")
FIRST_M = split("""James|John|Robert|Michael|William|David|Richard|Charles|Joseph|Thomas|Christopher|Daniel|Paul|Mark|
Donald|George|Kenneth|Steven|Edward|Brian|José|Jesús|Ignacio|Refugio|Santiago|Mateo|Wei|Jian|Minh|Duc|Tuan|Hiroshi|
Dong-hyun|Rajesh|Arjun|Vikram|Mohammed|Yusuf|Abdirahman|Kwame|Chukwuemeka|Babatunde|Tesfaye|Juma|DeShawn|Tyrone|Jamal|
Marquis|Jean-Pierre|Seán|Piotr|Dmitri|Keoni|Ahiga|Moshe|Ramón|Joaquín|Ezequiel|Tre'Von|Billy Ray""")
STREETS = split("""Maple|Cedar Ridge|Juniper|Mulberry|Old Mill|Lakeview|Harrison|Lincoln|Sycamore|Willow Creek|Pine Hollow|
Chestnut|Franklin|2nd|14th|Martin Luther King|Rosewood|Calle Luna|San Jacinto|Orchard|Prospect|Meadowbrook|Bayou|Canyon""")
STREET_KINDS = split("St|Street|Ave|Avenue|Rd|Road|Dr|Drive|Ln|Lane|Blvd|Ct|Way|Terrace")
CITIES = split("""Laredo, TX 78040|Fresno, CA 93702|Dayton, OH 45402|Tucson, AZ 85701|Macon, GA 31201|Yakima, WA 98901|
Duluth, MN 55802|El Paso, TX 79901|Toledo, OH 43604|Hialeah, FL 33010|Salinas, CA 93901|Utica, NY 13501|Mobile, AL 36602|
Pueblo, CO 81003|Lowell, MA 01852|Gary, IN 46402|Topeka, KS 66603|Bangor, ME 04401|Durham, NC 27701|McAllen, TX 78501""")
CLINICS = split("""Riverside Family Medicine|Cedar Valley Medical Group|Northgate Pediatrics|Lakeshore Orthopedics|
St. Brendan Medical Center|Mercy Hill Hospital|Twin Oaks Dental|Harbor Physical Therapy|Prairie Women's Health|
Summit Cardiology Associates|Bluebonnet Community Clinic|Eastside Behavioral Health|Valley Imaging Partners|
Pinecrest Regional Hospital|Old Town Pharmacy|Golden Gate Eye Institute|Clínica Santa Rosa|Westbrook Kidney Center|
Mount Airy Surgical Center|Sunrise Home Health|Ashford Hospice|Delta County Health Department|Oakwood Dermatology|
Crescent Oncology""")
BUSINESSES = split("""Brightline Office Supply|Hollis & Grant LLP|Northstar Logistics|Meridian Software|Copperfield Catering|
Tallgrass Insurance Brokers|Ironwood Builders|Keystone Linen Service|Vantage Staffing|BluePeak Telecom|Orchard Realty|
Summerfield Travel|Parallel Analytics|Granite State Bank|Fernwood Publishing|Atlas Elevator Co|Redwood Medical Supply|
Lumen Web Studio|Pacific Copier Leasing|Willowbend HOA|Quarry Street Theater|Delmar Parking Services""")
TITLES = split("""RN|LPN|Office Manager|Medical Assistant|Referral Coordinator|Front Desk|Billing Specialist|PA-C|MD|NP|
Case Manager|Practice Administrator|Scheduling|Health Information Management|PT, DPT|LCSW|PharmD|RDH|Care Coordinator|DO""")
JOBS = split("""Account Manager|Sales Director|Project Manager|Accounts Payable|Paralegal|Recruiter|Operations Lead|
Software Engineer|Customer Success|Event Coordinator|Leasing Agent|Controller|Attorney|Network Administrator""")

DIAGNOSES = {"en": split("""type 2 diabetes|high blood pressure|a torn meniscus|stage 3 kidney disease|gout|asthma|
a herniated disc at L4-L5|atrial fibrillation|breast cancer|rheumatoid arthritis|psoriasis|migraines with aura|
a fractured wrist|shingles|diverticulitis|sleep apnea|a rotator cuff tear|pneumonia|an underactive thyroid|
Crohn's disease|a kidney stone|glaucoma|celiac disease|iron deficiency anemia|plantar fasciitis|hepatitis B|
a pulmonary embolism|multiple sclerosis|Parkinson's|macular degeneration|gallstones|a TIA in the spring|eczema|
endometriosis|prostate cancer|COPD|lupus|osteoporosis|tonsillitis|an ear infection|carpal tunnel|ulcerative colitis|
congestive heart failure|cirrhosis|a concussion|sciatica|hyperlipidemia|vertigo|peripheral neuropathy|melanoma"""),
             "es": split("""diabetes tipo 2|presión alta|asma|artritis en las rodillas|anemia|piedras en la vesícula|
migraña|insuficiencia renal|una fractura de cadera|colesterol alto|neumonía|gastritis|hipotiroidismo|cáncer de mama|
una hernia inguinal|cataratas|bronquitis|una infección urinaria|psoriasis|insuficiencia cardíaca""")}
DRUGS = split("""metformin 500 mg|lisinopril 20 mg|atorvastatin 40 mg|levothyroxine 75 mcg|amlodipine 5 mg|sertraline 50 mg|
gabapentin 300 mg|omeprazole 20 mg|losartan 50 mg|albuterol inhaler|prednisone 10 mg|warfarin 5 mg|apixaban 5 mg|
semaglutide 0.5 mg|insulin glargine 18 units|amoxicillin 875 mg|hydrochlorothiazide 25 mg|montelukast 10 mg|
methotrexate 15 mg|tamsulosin 0.4 mg|furosemide 40 mg|escitalopram 10 mg|carvedilol 12.5 mg|adalimumab 40 mg|
duloxetine 60 mg|clopidogrel 75 mg|latanoprost drops|topiramate 50 mg|empagliflozin 10 mg|tramadol 50 mg""")
DIRECTIONS = {"en": split("twice a day|once daily|at bedtime|every 8 hours|with breakfast|as needed|BID|q6h prn"),
              "es": split("dos veces al día|una vez al día|antes de dormir|cada 8 horas|con el desayuno|cada 12 horas")}
TESTS = {"en": split("""MRI of the lumbar spine|chest X-ray|colonoscopy|mammogram|CBC and CMP|echocardiogram|bone density scan|
stress test|CT of the abdomen|sleep study|skin biopsy|thyroid ultrasound|urine culture|EKG|lipid panel|EMG|PSA|
glucose tolerance test|pulmonary function test|stool test"""),
         "es": split("""resonancia magnética|radiografía de tórax|colonoscopia|mamografía|análisis de sangre|ecocardiograma|
ultrasonido de tiroides|cultivo de orina|electrocardiograma|prueba de esfuerzo""")}
PROCEDURES = {"en": split("""knee replacement|cataract surgery|gallbladder removal|hernia repair|root canal|cardiac catheterization|
shoulder arthroscopy|carpal tunnel release|hysterectomy|spinal fusion|wisdom tooth extraction|a stent|hip replacement|
tonsillectomy|tubal ligation|a crown on #14|laminectomy|bunionectomy|lumpectomy|dialysis access placement"""),
              "es": split("""cirugía de cataratas|reemplazo de rodilla|operación de la vesícula|cirugía de hernia|
endodoncia|un cateterismo|extracción de la muela del juicio|cesárea""")}
SYMPTOMS = {"en": split("""chest tightness|a rash on both arms|swelling in the ankles|blurry vision|numbness in the left hand|
a fever of 102|blood in the urine|shortness of breath on stairs|constant ringing in the ears|night sweats|
pain radiating down the leg|dizzy spells|a cough for three weeks|vomiting since Sunday|trouble swallowing|
joint stiffness every morning|heart palpitations|burning when urinating|weight loss without trying|ear drainage"""),
            "es": split("""dolor de pecho|fiebre de 39|mareos|tos desde hace tres semanas|hinchazón en los pies|
dolor de espalda|vómitos|visión borrosa|falta de aire|ardor al orinar""")}
LABS = split("""A1c 9.2 %|LDL 171 mg/dL|TSH 8.4|creatinine 2.1 mg/dL|hemoglobin 8.9 g/dL|potassium 5.9 mmol/L|INR 4.6|
WBC 14.2|eGFR 38|BP 168/102|fasting glucose 212 mg/dL|PSA 7.3 ng/mL|ferritin 6|BNP 890 pg/mL|O2 sat 88 % on room air|
ALT 143 U/L|vitamin D 11 ng/mL|troponin 0.09""")
SPECIALTIES = split("""cardiology|nephrology|orthopedics|gastroenterology|dermatology|neurology|rheumatology|urology|oncology|
endocrinology|ENT|pulmonology|vascular surgery|pain management""")
INSURERS = split("""Bluebird Health Plan|Evergreen Mutual|Medicare|Medicaid|Unity Choice PPO|Pioneer HMO|Harborview Health|
TriState Benefit Fund""")

# What stands around the matter itself, in mail with a patient and without.
OPENERS = {"en": split("""Hope you had a good weekend.|Sorry for the late reply.|Thanks for getting back to me so fast.|
Quick one before the meeting.|Happy Friday!|I tried to call but got the machine.|Sending this from my phone, excuse typos.|
As we discussed this morning.|Not urgent.|I am out tomorrow, so today if you can.|Per my earlier note.|Two things."""),
           "es": split("""Espero que esté bien.|Disculpe la demora.|Le escribo desde el celular.|Como quedamos.|Gracias por su ayuda.""")}
PATIENT_TOPS = {"en": split("Sending this again, did you get it?|Please see what is below.|This is what I wrote last week.|Anything new?"),
                "es": split("Se lo mando otra vez.|Vea lo de abajo por favor.|Esto escribí la semana pasada.|¿Hay noticias?")}
ASIDES = {"clinic": split("""By the way, the copier on 3 is down again.|The flu shot cart is in the lobby until Friday.|Parking in lot C is closed this week.|
Please remember that timesheets are due at noon.|Our new phone tree starts on Monday, press 2 for nurses.|The sleep lab moved to the second floor.|
We are short two nurses tonight.|The cardiology clinic runs late today.|Interpreter line is 4411 now.|Can somebody reorder blood pressure cuffs?|
There is leftover pizza in the break room.|The radiology schedule for next month is out."""),
          "business": split("""Let me know if you need a hard copy.|Our office closes early on Friday.|Please use the new portal from next month on.|
I have copied my colleague for visibility.|A recording will be shared afterwards.|Prices are valid for 30 days.|We appreciate your business.|
Feel free to forward this.|The numbers are preliminary.|See the second tab for details."""),
          "patient": split("""Sorry to bother you.|I know you are busy.|The parking is terrible by the way.|Your nurse was so nice last time.|I have work until 5.|
My phone is acting up.""")}
