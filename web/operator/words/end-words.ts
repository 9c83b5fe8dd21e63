/**
 * Why a call ended, in plain words, and what to do about it. The table holds every reason of
 * docs/errors.md: the compiler sees to that.
 */
import type { EndReasonCode } from '../../../src/call/end-reasons.ts';
import type { Text } from '../../shared/language.ts';

export const advice = {
  nothing: {
    sv: 'Inget behöver göras.',
    en: 'Nothing needs to be done.',
    da: 'Der skal ikke gøres noget.',
  },
  'call-again': {
    sv: 'Be personen ringa igen.',
    en: 'Ask the person to call again.',
    da: 'Bed personen om at ringe igen.',
  },
  invitation: {
    sv: 'Läs upp samtals-ID ur kallelsen tillsammans med personen, och be dem ringa igen.',
    en: 'Go through the meeting ID of the invitation with the person, and ask them to call again.',
    da: 'Gennemgå møde-id fra indkaldelsen med personen, og bed dem om at ringe igen.',
  },
  booking: {
    sv: 'Kontakta den som bokade mötet: bokningen tillåter det inte som den är.',
    en: 'Contact whoever booked the meeting: the booking does not allow it as it is.',
    da: 'Kontakt den, der bookede mødet: bookingen tillader det ikke, som den er.',
  },
  host: {
    sv: 'Kontakta mötesledaren, som släpper in de väntande.',
    en: 'Contact the host, who lets in those who wait.',
    da: 'Kontakt mødelederen, som lukker de ventende ind.',
  },
  link: {
    sv: 'Be personen använda länken i kallelsen i stället för telefonen.',
    en: 'Ask the person to use the link of the invitation instead of the telephone.',
    da: 'Bed personen om at bruge linket i indkaldelsen i stedet for telefonen.',
  },
  line: {
    sv: 'Be personen ringa igen, helst från en annan plats eller telefon. Händer det flera: felanmäl till teleoperatören.',
    en: 'Ask the person to call again, best from another place or phone. If it happens to several: report it to the telephone provider.',
    da: 'Bed personen om at ringe igen, helst fra et andet sted eller en anden telefon. Sker det for flere: meld fejl til teleoperatøren.',
  },
  trunk: {
    sv: 'Be driften se över gatewayens inställningar och teleoperatörens anslutning.',
    en: 'Ask those who run the gateway to look at its settings and the line of the provider.',
    da: 'Bed driften om at se på gatewayens indstillinger og teleoperatørens forbindelse.',
  },
  number: {
    sv: 'Kontrollera numret och försök igen.',
    en: 'Check the number and try again.',
    da: 'Kontrollér nummeret, og prøv igen.',
  },
  ours: {
    sv: 'Felet är vårt. Be personen ringa igen, och meddela driften tidpunkten och supportkoden.',
    en: 'The fault is ours. Ask the person to call again, and tell those who run the gateway the time and the support code.',
    da: 'Fejlen er vores. Bed personen om at ringe igen, og giv driften tidspunktet og supportkoden.',
  },
} as const satisfies Record<string, Text>;

export type Advice = keyof typeof advice;
export type EndWords = Text & { readonly advice: Advice };

export const endWords: Readonly<Record<EndReasonCode, EndWords>> = {
  'source-not-allowed': {
    sv: 'Samtalet kom från en adress som inte får ringa hit.',
    en: 'The call came from an address that may not call here.',
    da: 'Opkaldet kom fra en adresse, som ikke må ringe hertil.',
    advice: 'trunk',
  },
  unauthorised: {
    sv: 'Adressen har angett fel inloggning för många gånger.',
    en: 'The address gave wrong credentials too often.',
    da: 'Adressen har angivet forkert login for mange gange.',
    advice: 'trunk',
  },
  overload: {
    sv: 'Alla linjer var upptagna.',
    en: 'All lines were in use.',
    da: 'Alle linjer var optaget.',
    advice: 'ours',
  },
  draining: {
    sv: 'Gatewayen höll på att stängas och tog inga nya samtal.',
    en: 'The gateway was being stopped and took no new calls.',
    da: 'Gatewayen var ved at lukke og tog ingen nye opkald.',
    advice: 'call-again',
  },
  'trunk-limit': {
    sv: 'Teleoperatörens anslutning hade så många samtal som den får ha.',
    en: 'The line of the provider had as many calls as it may have.',
    da: 'Teleoperatørens forbindelse havde så mange opkald, som den må have.',
    advice: 'trunk',
  },
  'unknown-number': {
    sv: 'Det uppringda numret eller adressen är inte vår.',
    en: 'The dialled number or address is not one of ours.',
    da: 'Det kaldte nummer eller den kaldte adresse er ikke vores.',
    advice: 'number',
  },
  'journal-unwritable': {
    sv: 'Samtalet kunde inte antecknas, och besvarades därför inte.',
    en: 'The call could not be written down, and so was not answered.',
    da: 'Opkaldet kunne ikke noteres og blev derfor ikke besvaret.',
    advice: 'ours',
  },
  'no-common-codec': {
    sv: 'Telefonen och vi har inget ljudformat gemensamt.',
    en: 'The phone and we have no sound format in common.',
    da: 'Telefonen og vi har intet lydformat til fælles.',
    advice: 'trunk',
  },
  'no-media': {
    sv: 'Det fanns ingen plats för samtalets ljud.',
    en: 'There was no room for the sound of the call.',
    da: 'Der var ikke plads til opkaldets lyd.',
    advice: 'ours',
  },
  cancelled: {
    sv: 'Personen lade på medan det ringde.',
    en: 'The caller hung up while it rang.',
    da: 'Personen lagde på, mens det ringede.',
    advice: 'nothing',
  },
  'hung-up-in-ivr': {
    sv: 'Personen lade på innan något samtals-ID godtogs.',
    en: 'The caller hung up before any meeting ID was accepted.',
    da: 'Personen lagde på, før et møde-id blev godkendt.',
    advice: 'invitation',
  },
  'hung-up-waiting': {
    sv: 'Personen lade på i väntrummet.',
    en: 'The caller hung up in the waiting room.',
    da: 'Personen lagde på i venteværelset.',
    advice: 'host',
  },
  'hung-up': {
    sv: 'Personen lade på.',
    en: 'The caller hung up.',
    da: 'Personen lagde på.',
    advice: 'nothing',
  },
  'left-by-key': {
    sv: 'Personen lämnade mötet med stjärna fyra.',
    en: 'The caller left by star four.',
    da: 'Personen forlod mødet med stjerne fire.',
    advice: 'nothing',
  },
  'test-over': {
    sv: 'Testsamtalet är klart.',
    en: 'The test call is over.',
    da: 'Testopkaldet er slut.',
    advice: 'nothing',
  },
  'no-input': {
    sv: 'Inga siffror kom fram.',
    en: 'No digits came through.',
    da: 'Der kom ingen cifre igennem.',
    advice: 'invitation',
  },
  'wrong-id': {
    sv: 'Alla försök användes, och inget släppte in.',
    en: 'All tries were used and none let the caller in.',
    da: 'Alle forsøg blev brugt, og ingen lukkede ind.',
    advice: 'invitation',
  },
  'too-early': {
    sv: 'Mötet började mer än 30 minuter senare.',
    en: 'The meeting was to begin more than 30 minutes later.',
    da: 'Mødet begyndte mere end 30 minutter senere.',
    advice: 'call-again',
  },
  'meeting-ended': {
    sv: 'Mötet var redan slut.',
    en: 'The meeting had ended already.',
    da: 'Mødet var allerede slut.',
    advice: 'booking',
  },
  full: {
    sv: 'Mötet var fullt.',
    en: 'The meeting was full.',
    da: 'Mødet var fuldt.',
    advice: 'booking',
  },
  'phones-not-allowed': {
    sv: 'Bokningen tillåter inte telefoner.',
    en: 'The booking does not allow phones.',
    da: 'Bookingen tillader ikke telefoner.',
    advice: 'link',
  },
  'encryption-required': {
    sv: 'Mötet kräver en krypterad linje, och samtalet hade ingen.',
    en: 'The meeting asks for an encrypted line, and the call had none.',
    da: 'Mødet kræver en krypteret linje, og det havde opkaldet ikke.',
    advice: 'link',
  },
  'room-encrypted': {
    sv: 'Mötet är krypterat hela vägen: en telefon kan inte vara med.',
    en: 'The meeting is end-to-end encrypted: a phone cannot join.',
    da: 'Mødet er krypteret hele vejen: en telefon kan ikke være med.',
    advice: 'link',
  },
  'not-admitted': {
    sv: 'Mötesledaren släppte inte in personen.',
    en: 'The host did not let the caller in.',
    da: 'Mødelederen lukkede ikke personen ind.',
    advice: 'host',
  },
  'host-never-came': {
    sv: 'Ingen mötesledare kom så länge personen väntade.',
    en: 'No host came as long as the caller waited.',
    da: 'Der kom ingen mødeleder, så længe personen ventede.',
    advice: 'host',
  },
  'wait-limit': {
    sv: 'Ingen släppte in personen innan väntetiden var slut.',
    en: 'Nobody let the caller in before the longest wait was over.',
    da: 'Ingen lukkede personen ind, før ventetiden var slut.',
    advice: 'host',
  },
  'taken-over': {
    sv: 'Samma person ringde på nytt, och det samtalet fortsatte.',
    en: 'The same person called anew, and that call went on.',
    da: 'Samme person ringede igen, og det opkald fortsatte.',
    advice: 'nothing',
  },
  'meeting-over': {
    sv: 'Mötet avslutades för alla.',
    en: 'The meeting was ended for all.',
    da: 'Mødet blev afsluttet for alle.',
    advice: 'nothing',
  },
  removed: {
    sv: 'Mötesledaren tog bort personen ur mötet.',
    en: 'The host removed the caller from the meeting.',
    da: 'Mødelederen fjernede personen fra mødet.',
    advice: 'host',
  },
  'operator-hung-up': {
    sv: 'Samtalet avslutades härifrån eller av ett annat system.',
    en: 'The call was ended from here or by another system.',
    da: 'Opkaldet blev afsluttet herfra eller af et andet system.',
    advice: 'nothing',
  },
  'call-limit': {
    sv: 'Samtalets längsta tid var slut.',
    en: 'The longest time of a call was up.',
    da: 'Den længste tid for et opkald var gået.',
    advice: 'call-again',
  },
  'ivr-limit': {
    sv: 'Personen var i menyerna längre än någon behöver.',
    en: 'The caller was in the menus for longer than anybody needs.',
    da: 'Personen var i menuerne længere, end nogen behøver.',
    advice: 'invitation',
  },
  drained: {
    sv: 'Gatewayen stängdes, och tiden att avsluta samtalen var slut.',
    en: 'The gateway was stopped and the time to finish calls was up.',
    da: 'Gatewayen blev lukket, og tiden til at afslutte opkald var gået.',
    advice: 'call-again',
  },
  'no-ack': {
    sv: 'Vi svarade, men svaret bekräftades aldrig.',
    en: 'We answered, but the answer was never acknowledged.',
    da: 'Vi svarede, men svaret blev aldrig bekræftet.',
    advice: 'trunk',
  },
  'media-timeout': {
    sv: 'Inget ljud kom längre från telefonen.',
    en: 'No sound came from the phone any more.',
    da: 'Der kom ikke længere lyd fra telefonen.',
    advice: 'line',
  },
  'session-expired': {
    sv: 'Den andra sidan gav inte längre livstecken.',
    en: 'The other side gave no sign of life any more.',
    da: 'Den anden side gav ikke længere livstegn.',
    advice: 'line',
  },
  'transport-lost': {
    sv: 'Förbindelsen till telefonen bröts.',
    en: 'The connection to the phone was lost.',
    da: 'Forbindelsen til telefonen blev afbrudt.',
    advice: 'line',
  },
  'line-dropped': {
    sv: 'Telenätet anmälde ett fel och bröt samtalet.',
    en: 'The telephone network reported a fault and broke the call off.',
    da: 'Telenettet meldte en fejl og afbrød opkaldet.',
    advice: 'line',
  },
  'no-answer': {
    sv: 'Den vi ringde svarade inte.',
    en: 'Whom we called did not answer.',
    da: 'Den, vi ringede til, svarede ikke.',
    advice: 'number',
  },
  rejected: {
    sv: 'Samtalet vi ringde avvisades.',
    en: 'The call that we made was refused.',
    da: 'Opkaldet, vi foretog, blev afvist.',
    advice: 'number',
  },
  busy: {
    sv: 'Den vi ringde var upptagen.',
    en: 'Whom we called was busy.',
    da: 'Den, vi ringede til, var optaget.',
    advice: 'number',
  },
  'not-reached': {
    sv: 'Samtalet vi ringde kom inte fram.',
    en: 'The call that we made did not get through.',
    da: 'Opkaldet, vi foretog, kom ikke igennem.',
    advice: 'trunk',
  },
  'not-accepted': {
    sv: 'Den vi ringde svarade, men tryckte inte ett för att vara med.',
    en: 'Whom we called answered, but did not press one to join.',
    da: 'Den, vi ringede til, svarede, men trykkede ikke et for at være med.',
    advice: 'number',
  },
  'store-unreachable': {
    sv: 'Databasen svarade inte i tid.',
    en: 'The database did not answer in time.',
    da: 'Databasen svarede ikke i tide.',
    advice: 'ours',
  },
  'room-unreachable': {
    sv: 'Mötesservern gick inte att nå.',
    en: 'The meeting server could not be reached.',
    da: 'Mødeserveren kunne ikke nås.',
    advice: 'ours',
  },
  'room-rejected': {
    sv: 'Mötesservern tog inte emot personen.',
    en: 'The meeting server did not take the caller.',
    da: 'Mødeserveren tog ikke imod personen.',
    advice: 'ours',
  },
  'duplicate-identity': {
    sv: 'Någon annan gick in i mötet under samtalets namn.',
    en: 'Somebody else joined the room under the identity of this call.',
    da: 'En anden gik ind i mødet under opkaldets identitet.',
    advice: 'ours',
  },
  'engine-lost': {
    sv: 'En del av gatewayen slutade fungera under samtalet.',
    en: 'A part of the gateway went away under the call.',
    da: 'En del af gatewayen holdt op med at virke under opkaldet.',
    advice: 'ours',
  },
  'gateway-died': {
    sv: 'Gatewayen stannade oväntat.',
    en: 'The gateway stopped unexpectedly.',
    da: 'Gatewayen standsede uventet.',
    advice: 'ours',
  },
  'node-died': {
    sv: 'Servern som hade samtalet stannade oväntat.',
    en: 'The server that had the call stopped unexpectedly.',
    da: 'Serveren, der havde opkaldet, standsede uventet.',
    advice: 'ours',
  },
  bug: {
    sv: 'Ett fel i programmet avslutade samtalet.',
    en: 'A bug in the program ended the call.',
    da: 'En fejl i programmet afsluttede opkaldet.',
    advice: 'ours',
  },
};
