/**
 * Everything ringbro says, once. The files in `prompts/` are made from this table, and people who
 * record their own read from it (docs/prompts.md).
 *
 * Short, plain, the important word last: the microphone opens after the last word. `{n}` and
 * `{time}` are slots, see phrase-files.ts. `[en]…[/en]` is spoken by that language's voice.
 */
import type { Language } from './language.ts';

export const manuscript = {
  // ---------------------------------------------------------------- the way in
  'enter-id': {
    sv: 'Välkommen. Slå ditt samtals-ID, nio siffror. [en]For English, press star.[/en]',
    en: 'Welcome. Enter your nine-digit meeting ID. [sv]Svenska: tryck stjärna.[/sv]',
    da: 'Velkommen. Tast dit møde-id, ni cifre. [en]For English, press star.[/en]',
  },
  'digits-missing': {
    sv: 'Vi har fått {n} siffror. Slå resten, eller stjärna för att börja om.',
    en: 'We have {n} digits. Enter the rest, or star to start over.',
    da: 'Vi har fået {n} cifre. Tast resten, eller stjerne for at begynde forfra.',
  },
  // The row above for n = 1.
  'digits-missing-1': {
    sv: 'Vi har fått en siffra. Slå resten, eller stjärna för att börja om.',
    en: 'We have one digit. Enter the rest, or star to start over.',
    da: 'Vi har fået ét ciffer. Tast resten, eller stjerne for at begynde forfra.',
  },
  'silence-prompt': {
    sv: 'Vi väntar på siffror. Slå ditt samtals-ID.',
    en: 'We are waiting for digits. Enter your meeting ID.',
    da: 'Vi venter på cifre. Tast dit møde-id.',
  },
  'silence-goodbye': {
    sv: 'Vi fick inga siffror. Ring gärna igen. Hej då.',
    en: 'We got no digits. Please call again. Goodbye.',
    da: 'Vi fik ingen cifre. Ring gerne igen. Farvel.',
  },
  'language-menu': {
    sv: 'Tryck ett för svenska, två för engelska, tre för danska, noll för hjälp.',
    en: 'Press one for Swedish, two for English, three for Danish, zero for help.',
    da: 'Tryk et for svensk, to for engelsk, tre for dansk, nul for hjælp.',
  },
  'language-name': { sv: 'Svenska.', en: 'English.', da: 'Dansk.' },
  help: {
    sv: 'Ditt samtals-ID är nio siffror och står i kallelsen. Behöver du hjälp, ring numret i kallelsen.',
    en: 'Your meeting ID has nine digits and is in your invitation. For help, call the number in your invitation.',
    da: 'Dit møde-id er ni cifre og står i indkaldelsen. Har du brug for hjælp, så ring til nummeret i indkaldelsen.',
  },
  'wrong-id': {
    sv: 'Vi hittar inget möte med det numret. Se efter i kallelsen och försök igen.',
    en: "We can't find a meeting with that ID. Please check it and try again.",
    da: 'Vi kan ikke finde et møde med det id. Se efter i indkaldelsen, og prøv igen.',
  },
  'last-try': {
    sv: 'Det stämde inte heller. Du kan försöka en gång till.',
    en: "That didn't match either. You can try once more.",
    da: 'Det passede heller ikke. Du kan prøve én gang til.',
  },
  'no-more-tries': {
    sv: 'Vi hittar inget möte. Tryck noll för hjälp.',
    en: "We can't find it. Press zero for help.",
    da: 'Vi kan ikke finde mødet. Tast nul for hjælp.',
  },
  'enter-pin': {
    sv: 'Slå mötets pinkod.',
    en: "Enter the meeting's PIN.",
    da: 'Tast mødets pinkode.',
  },
  'wrong-pin': {
    sv: 'Pinkoden stämmer inte. Försök igen.',
    en: "That PIN doesn't match. Please try again.",
    da: 'Pinkoden passer ikke. Prøv igen.',
  },

  // ---------------------------------------------------------------- what the meeting answers
  'too-early-wait': {
    sv: 'Mötet börjar klockan {time}. Du kan vänta kvar. Ingen hör dig än.',
    en: 'The meeting starts at {time}. You can stay on the line. Nobody can hear you yet.',
    da: 'Mødet begynder klokken {time}. Du kan blive i røret. Ingen kan høre dig endnu.',
  },
  'too-early': {
    sv: 'Mötet har inte börjat. Ring igen när det är dags.',
    en: 'The meeting has not begun. Please call again when it is time.',
    da: 'Mødet er ikke begyndt. Ring igen, når det er tid.',
  },
  ended: {
    sv: 'Mötet är slut. Behöver du hjälp, ring numret i kallelsen. Hej då.',
    en: 'This meeting has ended. For help, call the number in your invitation. Goodbye.',
    da: 'Mødet er slut. Har du brug for hjælp, så ring til nummeret i indkaldelsen. Farvel.',
  },
  full: {
    sv: 'Mötet är fullt. Mötesledaren har fått veta det. Ring igen om en stund.',
    en: 'The meeting is full. The host has been told. Please call again shortly.',
    da: 'Mødet er fuldt. Mødelederen har fået besked. Ring igen om lidt.',
  },
  locked: {
    sv: 'Mötet är låst. Mötesledaren vet att du väntar. Vänta kvar.',
    en: 'The meeting is locked. The host knows you are waiting. Please hold.',
    da: 'Mødet er låst. Mødelederen ved, at du venter. Bliv i røret.',
  },
  encrypted: {
    sv: 'Mötet är krypterat hela vägen, så det går inte att ringa in. Använd länken i kallelsen. Hej då.',
    en: "This meeting is end-to-end encrypted, so phones can't join. Please use the link in your invitation. Goodbye.",
    da: 'Mødet er krypteret hele vejen, så man kan ikke ringe ind. Brug linket i indkaldelsen. Farvel.',
  },
  'phones-not-allowed': {
    sv: 'Det går inte att ringa in till det här mötet. Använd länken i kallelsen. Hej då.',
    en: "Phones can't join this meeting. Please use the link in your invitation. Goodbye.",
    da: 'Man kan ikke ringe ind til dette møde. Brug linket i indkaldelsen. Farvel.',
  },
  // Said for every refusal once somebody may be guessing: it must fit them all and tell nothing.
  'general-refusal': {
    sv: 'Vi kan inte koppla in dig. Se efter i kallelsen.',
    en: "We can't connect you. Please check your invitation.",
    da: 'Vi kan ikke stille dig ind. Se efter i indkaldelsen.',
  },
  'try-later': {
    sv: 'Vi har ett tekniskt fel. Ring igen om en stund. Hej då.',
    en: 'We have a technical problem. Please call again shortly. Goodbye.',
    da: 'Vi har en teknisk fejl. Ring igen om lidt. Farvel.',
  },

  // ---------------------------------------------------------------- waiting
  'host-wait': {
    sv: 'Mötet öppnar när mötesledaren kommer. Ingen hör dig än. Vänta kvar.',
    en: 'The meeting opens when the host arrives. Nobody can hear you yet. Please hold.',
    da: 'Mødet åbner, når mødelederen kommer. Ingen kan høre dig endnu. Bliv i røret.',
  },
  lobby: {
    sv: 'Du är i väntrummet. Ingen hör dig. Vänta kvar tills du blir insläppt.',
    en: 'You are in the waiting room. Nobody can hear you. Please hold until you are let in.',
    da: 'Du er i venteværelset. Ingen kan høre dig. Bliv i røret, til du bliver lukket ind.',
  },
  'still-waiting': {
    sv: 'Du väntar fortfarande. Ingen hör dig. Vänta kvar.',
    en: 'You are still waiting. Nobody can hear you. Please hold.',
    da: 'Du venter stadig. Ingen kan høre dig. Bliv i røret.',
  },
  // From the host to one who waits.
  'message-ten-minutes-late': {
    sv: 'Mötesledaren hälsar: mötet är ungefär tio minuter sent. Vänta kvar.',
    en: 'From the host: the meeting is about ten minutes late. Please hold.',
    da: 'Fra mødelederen: mødet er cirka ti minutter forsinket. Bliv i røret.',
  },
  'message-your-turn-soon': {
    sv: 'Mötesledaren hälsar: det är snart din tur. Vänta kvar.',
    en: 'From the host: it is your turn soon. Please hold.',
    da: 'Fra mødelederen: det er snart din tur. Bliv i røret.',
  },
  'message-please-call-back': {
    sv: 'Mötesledaren hälsar: ring tillbaka om en stund.',
    en: 'From the host: please call back a little later.',
    da: 'Fra mødelederen: ring tilbage om lidt.',
  },
  'message-wrong-day': {
    sv: 'Mötesledaren hälsar: mötet är en annan dag. Se efter i kallelsen.',
    en: 'From the host: the meeting is on another day. Please check your invitation.',
    da: 'Fra mødelederen: mødet er en anden dag. Se efter i indkaldelsen.',
  },
  // The two of them, in a room of their own.
  'aside-caller': {
    sv: 'Mötesledaren vill tala enskilt med dig. Bara ni två hör varandra. Efter tonen hörs du.',
    en: 'The host would like a private word with you. Only the two of you can hear each other. After the tone you can be heard.',
    da: 'Mødelederen vil tale alene med dig. Kun I to kan høre hinanden. Efter tonen kan du høres.',
  },
  'aside-host': {
    sv: 'Ni talar enskilt. Mötet hör er inte. Stjärna tre för att avsluta.',
    en: 'This is a private word. The meeting cannot hear you. Star three to end it.',
    da: 'I taler alene. Mødet kan ikke høre jer. Stjerne tre for at afslutte.',
  },
  'aside-over': {
    sv: 'Det enskilda samtalet är slut.',
    en: 'The private word is over.',
    da: 'Samtalen alene er slut.',
  },
  'not-admitted': {
    sv: 'Mötesledaren släpper inte in dig nu. Hej då.',
    en: 'The host is not letting you in now. Goodbye.',
    da: 'Mødelederen lukker dig ikke ind nu. Farvel.',
  },
  admitted: {
    sv: 'Du släpps in nu. Mötet får inte spelas in. Efter tonen hörs du.',
    en: 'You are being let in. Recording is not allowed. After the tone you can be heard.',
    da: 'Du lukkes ind nu. Mødet må ikke optages. Efter tonen kan du høres.',
  },

  // ---------------------------------------------------------------- in the meeting
  muted: {
    sv: 'Nu hör ingen dig. Stjärna sex för att höras.',
    en: 'You are muted. Star six to speak.',
    da: 'Nu kan ingen høre dig. Stjerne seks for at blive hørt.',
  },
  unmuted: { sv: 'Nu hörs du.', en: 'You can be heard now.', da: 'Nu kan du høres.' },
  'muted-by-host': {
    sv: 'Mötesledaren stängde av ditt ljud. Stjärna nio för att be om ordet.',
    en: 'The host muted you. Star nine to ask to speak.',
    da: 'Mødelederen slog din lyd fra. Stjerne ni for at bede om ordet.',
  },
  'talking-muted': {
    sv: 'Ditt ljud är avstängt. Stjärna sex för att höras.',
    en: 'You are muted. Star six to speak.',
    da: 'Din lyd er slået fra. Stjerne seks for at blive hørt.',
  },
  'hand-raised': {
    sv: 'Mötesledaren ser att du vill ha ordet.',
    en: 'The host can see that you want to speak.',
    da: 'Mødelederen kan se, at du vil have ordet.',
  },
  'hand-lowered': {
    sv: 'Du ber inte längre om ordet.',
    en: 'You are no longer asking to speak.',
    da: 'Du beder ikke længere om ordet.',
  },
  'people-here': {
    sv: 'Antal i mötet: {n}.',
    en: 'People in the meeting: {n}.',
    da: 'Antal i mødet: {n}.',
  },
  alone: {
    sv: 'Du är ensam i mötet just nu. Vänta gärna kvar.',
    en: 'You are the only one here right now. Please stay on the line.',
    da: 'Du er alene i mødet lige nu. Bliv gerne i røret.',
  },
  'commands-help': {
    sv: 'Stjärna sex stänger av eller slår på ditt ljud. Stjärna nio ber om ordet. Stjärna ett säger hur många som är här. Stjärna två byter språk. Stjärna fyra lämnar mötet. Tryck nu ett för högre ljud eller två för lägre.',
    en: 'Star six mutes or unmutes you. Star nine asks to speak. Star one says how many are here. Star two changes the language. Star four leaves the meeting. Now press one for louder sound or two for softer.',
    da: 'Stjerne seks slår din lyd fra eller til. Stjerne ni beder om ordet. Stjerne et siger, hvor mange der er her. Stjerne to skifter sprog. Stjerne fire forlader mødet. Tryk nu et for højere lyd eller to for lavere.',
  },
  'support-code': {
    sv: 'Din supportkod är:',
    en: 'Your support code is:',
    da: 'Din supportkode er:',
  },
  'unknown-command': {
    sv: 'Det valet finns inte. Stjärna noll för hjälp.',
    en: 'There is no such choice. Star zero for help.',
    da: 'Det valg findes ikke. Stjerne nul for hjælp.',
  },
  louder: { sv: 'Högre ljud.', en: 'Louder.', da: 'Højere lyd.' },
  softer: { sv: 'Lägre ljud.', en: 'Softer.', da: 'Lavere lyd.' },
  'leave-menu': {
    sv: 'Tryck ett för att lämna mötet.',
    en: 'To leave the meeting, press one.',
    da: 'Tryk et for at forlade mødet.',
  },
  moving: {
    sv: 'Mötesledaren flyttar dig nu till ett annat möte.',
    en: 'The host is now moving you to another meeting.',
    da: 'Mødelederen flytter dig nu til et andet møde.',
  },
  'move-back': {
    sv: 'Flytten gick inte. Du är tillbaka i mötet.',
    en: 'The move did not work. You are back in the meeting.',
    da: 'Flytningen lykkedes ikke. Du er tilbage i mødet.',
  },
  'five-minutes-left': {
    sv: 'Nu är det fem minuter kvar av den bokade tiden. Mötet kan fortsätta.',
    en: 'There are five minutes left of the booked time. The meeting may go on.',
    da: 'Nu er der fem minutter tilbage af den bestilte tid. Mødet kan fortsætte.',
  },
  'five-minutes-to-end': {
    sv: 'Nu är det fem minuter kvar. Sedan avslutas mötet.',
    en: 'There are five minutes left. Then the meeting ends.',
    da: 'Nu er der fem minutter tilbage. Så slutter mødet.',
  },
  extended: {
    sv: 'Mötet är förlängt till klockan {time}.',
    en: 'The meeting has been extended until {time}.',
    da: 'Mødet er forlænget til klokken {time}.',
  },
  'somebody-came': {
    sv: 'Någon kom till mötet.',
    en: 'Somebody joined the meeting.',
    da: 'Nogen kom til mødet.',
  },
  'somebody-left': {
    sv: 'Någon lämnade mötet.',
    en: 'Somebody left the meeting.',
    da: 'Nogen forlod mødet.',
  },
  'no-picture': {
    sv: 'En telefon har ingen bild att ändra.',
    en: 'A phone has no picture to change.',
    da: 'En telefon har intet billede at ændre.',
  },
  // After what is about to be done.
  'any-key-undoes': {
    sv: 'Ångra med valfri knapp.',
    en: 'Any key takes that back.',
    da: 'Fortryd med en tilfældig tast.',
  },
  'taken-back': {
    sv: 'Ångrat. Inget är ändrat.',
    en: 'Taken back. Nothing has changed.',
    da: 'Fortrudt. Intet er ændret.',
  },
  leaving: {
    sv: 'Du lämnar snart mötet.',
    en: 'You are about to leave the meeting.',
    da: 'Du forlader snart mødet.',
  },
  left: {
    sv: 'Du lämnar mötet. Hej då.',
    en: 'You are leaving the meeting. Goodbye.',
    da: 'Du forlader mødet. Farvel.',
  },
  'room-lost': {
    sv: 'Vi har tappat kontakten med mötet. Vänta kvar.',
    en: 'We have lost contact with the meeting. Please hold.',
    da: 'Vi har mistet forbindelsen til mødet. Bliv i røret.',
  },
  'room-back': {
    sv: 'Nu har vi kontakt med mötet igen.',
    en: 'We are in contact with the meeting again.',
    da: 'Nu har vi forbindelse til mødet igen.',
  },

  // ---------------------------------------------------------------- to the host
  'phone-waiting': {
    sv: 'En telefon väntar. Stjärna tre.',
    en: 'A phone is waiting. Star three.',
    da: 'En telefon venter. Stjerne tre.',
  },
  'waiting-count': {
    sv: 'Antal som väntar: {n}.',
    en: 'Phones waiting: {n}.',
    da: 'Antal, der venter: {n}.',
  },
  'nobody-waiting': { sv: 'Ingen väntar.', en: 'Nobody is waiting.', da: 'Ingen venter.' },
  // The last two digits follow.
  'waiting-number': {
    sv: 'Numret slutar på:',
    en: 'The number ends in:',
    da: 'Nummeret ender på:',
  },
  'waiting-withheld': {
    sv: 'Numret är hemligt.',
    en: 'The number is withheld.',
    da: 'Nummeret er hemmeligt.',
  },
  'waiting-menu': {
    sv: 'Tryck ett för att släppa in, två för nästa, tre för att neka, fyra för att tala enskilt.',
    en: 'Press one to let in, two for the next, three to refuse, four for a private word.',
    da: 'Tryk et for at lukke ind, to for den næste, tre for at afvise, fire for at tale alene.',
  },
  'let-in': { sv: 'Personen släpps in.', en: 'They are let in.', da: 'Personen lukkes ind.' },
  'enter-host-pin': {
    sv: 'Slå mötesledarens pinkod.',
    en: "Enter the host's PIN.",
    da: 'Tast mødelederens pinkode.',
  },
  'wrong-host-pin': {
    sv: 'Pinkoden stämmer inte.',
    en: "That PIN doesn't match.",
    da: 'Pinkoden passer ikke.',
  },
  'you-are-host': {
    sv: 'Du är mötesledare nu. Stjärna noll för hjälp.',
    en: 'You are the host now. Star zero for help.',
    da: 'Du er mødeleder nu. Stjerne nul for hjælp.',
  },
  'host-did-not-come': {
    sv: 'Mötesledaren har inte kommit. Ring igen senare, eller ring numret i kallelsen. Hej då.',
    en: 'The host has not come. Please call again later, or call the number in your invitation. Goodbye.',
    da: 'Mødelederen er ikke kommet. Ring igen senere, eller ring til nummeret i indkaldelsen. Farvel.',
  },
  'nobody-let-you-in': {
    sv: 'Ingen har kunnat släppa in dig. Ring igen om en stund, eller ring numret i kallelsen. Hej då.',
    en: 'Nobody could let you in. Please call again shortly, or call the number in your invitation. Goodbye.',
    da: 'Ingen har kunnet lukke dig ind. Ring igen om lidt, eller ring til nummeret i indkaldelsen. Farvel.',
  },
  'taken-over': {
    sv: 'Du har ringt in på nytt. Det här samtalet avslutas nu. Hej då.',
    en: 'You have called in again. This call ends now. Goodbye.',
    da: 'Du har ringet ind igen. Dette opkald afsluttes nu. Farvel.',
  },
  'refuse-sure': {
    sv: 'Tryck nio för att neka.',
    en: 'To refuse, press nine.',
    da: 'Tryk ni for at afvise.',
  },
  refused: {
    sv: 'Personen släpptes inte in.',
    en: 'They were not let in.',
    da: 'Personen blev ikke lukket ind.',
  },
  refusing: {
    sv: 'Personen släpps inte in.',
    en: 'They will not be let in.',
    da: 'Personen bliver ikke lukket ind.',
  },
  'aside-soon': {
    sv: 'Du talar snart enskilt med personen.',
    en: 'You are about to have a private word.',
    da: 'Du taler snart alene med personen.',
  },
  'ending-for-all': {
    sv: 'Mötet avslutas nu för alla.',
    en: 'The meeting is about to end for everybody.',
    da: 'Mødet afsluttes nu for alle.',
  },
  extending: {
    sv: 'Mötet förlängs med en kvart.',
    en: 'The meeting is being extended by a quarter of an hour.',
    da: 'Mødet forlænges med et kvarter.',
  },
  'no-end-booked': {
    sv: 'Mötet har inget bokat slut.',
    en: 'The meeting has no booked end.',
    da: 'Mødet har intet bestilt sluttidspunkt.',
  },
  'roll-call-menu': {
    sv: 'Tryck ett för upprop.',
    en: 'For a roll call, press one.',
    da: 'Tryk et for navneopråb.',
  },
  'roll-host': {
    sv: 'Mötesledare på telefon.',
    en: 'A host on the phone.',
    da: 'Mødeleder på telefon.',
  },
  'roll-guest': {
    sv: 'Deltagare på telefon.',
    en: 'A guest on the phone.',
    da: 'Deltager på telefon.',
  },
  'roll-interpreter': {
    sv: 'Tolk på telefon.',
    en: 'An interpreter on the phone.',
    da: 'Tolk på telefon.',
  },
  'roll-others': {
    sv: 'Antal utan telefon: {n}.',
    en: 'Without a phone: {n}.',
    da: 'Antal uden telefon: {n}.',
  },
  'all-muted': {
    sv: 'Nu hörs inga telefoner. Stjärna fem för att höra dem igen.',
    en: 'All phones are muted. Star five to hear them again.',
    da: 'Nu kan ingen telefoner høres. Stjerne fem for at høre dem igen.',
  },
  'all-unmuted': {
    sv: 'Nu hörs telefonerna igen.',
    en: 'The phones can be heard again.',
    da: 'Nu kan telefonerne høres igen.',
  },
  'locked-now': {
    sv: 'Mötet är låst. Nya får vänta.',
    en: 'The meeting is locked. Newcomers wait.',
    da: 'Mødet er låst. Nye må vente.',
  },
  'unlocked-now': {
    sv: 'Mötet är inte längre låst.',
    en: 'The meeting is no longer locked.',
    da: 'Mødet er ikke længere låst.',
  },
  'host-leave-menu': {
    sv: 'Tryck ett för att lämna mötet, två för att avsluta det för alla, tre för att förlänga med en kvart.',
    en: 'Press one to leave the meeting, two to end it for everybody, three to extend it by a quarter of an hour.',
    da: 'Tryk et for at forlade mødet, to for at afslutte det for alle, tre for at forlænge med et kvarter.',
  },
  'end-sure': {
    sv: 'Tryck nio för att avsluta mötet för alla.',
    en: 'To end the meeting for everybody, press nine.',
    da: 'Tryk ni for at afslutte mødet for alle.',
  },
  'not-done': {
    sv: 'Det gick inte. Försök igen.',
    en: 'That did not work. Please try again.',
    da: 'Det lykkedes ikke. Prøv igen.',
  },

  // ---------------------------------------------------------------- calls of our own
  // Who calls, for somebody who did not: an organisation records its own name here.
  'dial-out-from': {
    sv: 'Det här samtalet kommer från ett videomöte som du är inbjuden till.',
    en: 'This is a call from a video meeting that you are invited to.',
    da: 'Du bliver ringet op fra et videomøde, som du er inviteret til.',
  },
  'dial-out-join': {
    sv: 'Vill du vara med, tryck ett.',
    en: 'To join, press one.',
    da: 'Vil du være med, så tast et.',
  },
  'dial-out-goodbye': {
    sv: 'Vi lägger på nu. Hej då.',
    en: 'We are hanging up now. Goodbye.',
    da: 'Vi lægger på nu. Farvel.',
  },
  'go-back': {
    sv: 'Ditt samtal bröts nyss. Vill du tillbaka till mötet, tryck ett.',
    en: 'Your call was cut off. To go back to the meeting, press one.',
    da: 'Dit opkald blev afbrudt. Vil du tilbage til mødet, så tast et.',
  },

  // ---------------------------------------------------------------- help by a person
  // After the help, where there is somebody.
  'desk-offer': {
    sv: 'Tryck noll för att tala med en människa.',
    en: 'Press zero to talk to a person.',
    da: 'Tast nul for at tale med et menneske.',
  },
  'desk-calling': {
    sv: 'Vi ringer upp en människa som kan hjälpa. Bara ni två hörs. Stjärna för att gå tillbaka.',
    en: 'We are calling a person who can help. Only the two of you are heard. Star to go back.',
    da: 'Vi ringer til et menneske, som kan hjælpe. Kun I to kan høres. Stjerne for at gå tilbage.',
  },
  'desk-caller': {
    sv: 'En uppringare i ett videomöte behöver hjälp.',
    en: 'A caller of a video meeting needs help.',
    da: 'En opkalder til et videomøde har brug for hjælp.',
  },
  'desk-over': {
    sv: 'Samtalet med hjälpen är slut.',
    en: 'The call for help is over.',
    da: 'Samtalen med hjælpen er slut.',
  },
  'desk-no-answer': {
    sv: 'Ingen svarar hos hjälpen just nu. Ring numret i kallelsen.',
    en: 'Nobody answers for help right now. Please call the number in your invitation.',
    da: 'Ingen svarer hos hjælpen lige nu. Ring til nummeret i indkaldelsen.',
  },
  'desk-none': {
    sv: 'Här finns ingen hjälp på telefon. Ring numret i kallelsen.',
    en: 'There is nobody to help on this line. Please call the number in your invitation.',
    da: 'Her er ingen hjælp i telefonen. Ring til nummeret i indkaldelsen.',
  },

  // ---------------------------------------------------------------- the test call
  'test-begin': {
    sv: 'Det här är ett provsamtal. Inget sparas. Säg några ord efter tonen, så hör du dem strax själv.',
    en: 'This is a test call. Nothing is kept. Say a few words after the tone, and you will soon hear them.',
    da: 'Det her er et prøveopkald. Intet gemmes. Sig et par ord efter tonen, så hører du dem snart selv.',
  },
  'test-good': { sv: 'Det lät bra.', en: 'You sounded fine.', da: 'Det lød rigtig godt.' },
  'test-nothing': {
    sv: 'Vi hörde ingenting. Se efter om mikrofonen är avstängd.',
    en: 'We heard nothing. Please check whether your microphone is off.',
    da: 'Vi hørte ingenting. Se efter, om mikrofonen er slået fra.',
  },
  'test-quiet': {
    sv: 'Du hördes svagt. Tala närmare telefonen.',
    en: 'You were quiet. Please speak closer to the phone.',
    da: 'Du lød svagt. Tal tættere på telefonen.',
  },
  'test-loud': {
    sv: 'Du hördes för starkt. Håll telefonen längre bort.',
    en: 'You were too loud. Please hold the phone further away.',
    da: 'Du lød for højt. Hold telefonen længere væk.',
  },
  'test-echo': {
    sv: 'Det ekade. Sänk högtalaren, eller ta hörlurar.',
    en: 'There was an echo. Please turn the speaker down, or use a headset.',
    da: 'Der var ekko. Skru ned for højttaleren, eller brug hovedtelefoner.',
  },
  'test-losses': {
    sv: 'Ljudet kom fram hackigt. Pröva en annan plats eller en annan telefon.',
    en: 'The sound had gaps. Please try another place or another phone.',
    da: 'Lyden hakkede. Prøv et andet sted eller en anden telefon.',
  },
  'test-goodbye': {
    sv: 'Provet är klart. Hej då.',
    en: 'The test is done. Goodbye.',
    da: 'Prøven er færdig. Farvel.',
  },

  // ---------------------------------------------------------------- the line, and who records
  'line-encrypted': {
    sv: 'Ditt samtal är krypterat hit till oss, och i mötet.',
    en: 'Your call is encrypted on its way to us, and in the meeting.',
    da: 'Dit opkald er krypteret hertil, og i mødet.',
  },
  'line-plain': {
    sv: 'Ditt samtal är inte krypterat i telefonnätet.',
    en: 'Your call is not encrypted on the telephone network.',
    da: 'Dit opkald er ikke krypteret i telefonnettet.',
  },
  'encryption-required': {
    sv: 'Det här mötet kräver en krypterad linje, och din är inte det. Gå med från en dator eller mobil, med länken i kallelsen. Hej då.',
    en: 'This meeting needs an encrypted line, and yours is not. Please join from a computer or a mobile, with the link in your invitation. Goodbye.',
    da: 'Det her møde kræver en krypteret linje, og din er det ikke. Deltag fra en computer eller mobil, med linket i indkaldelsen. Farvel.',
  },
  'recording-on': {
    sv: 'Mötet spelas in nu.',
    en: 'The meeting is being recorded now.',
    da: 'Mødet bliver optaget nu.',
  },
  'recording-off': {
    sv: 'Inspelningen är slut.',
    en: 'The recording has ended.',
    da: 'Optagelsen er slut.',
  },

  // ---------------------------------------------------------------- the end
  'ask-after': {
    sv: 'Fungerade tekniken? Tryck ett för ja, två för nej.',
    en: 'Did the technology work? Press one for yes, two for no.',
    da: 'Virkede teknikken? Tast et for ja, to for nej.',
  },
  thanks: { sv: 'Tack.', en: 'Thank you.', da: 'Tak.' },
  goodbye: {
    sv: 'Mötet är slut. Tack och hej då.',
    en: 'The meeting is over. Thank you, goodbye.',
    da: 'Mødet er slut. Tak og farvel.',
  },
  removed: {
    sv: 'Mötesledaren har avslutat ditt samtal. Hej då.',
    en: 'The host has ended your call. Goodbye.',
    da: 'Mødelederen har afsluttet dit opkald. Farvel.',
  },
  // A drain, a limit or an operator: not the host, so the host is not blamed.
  'call-ended': {
    sv: 'Samtalet avslutas nu. Hej då.',
    en: 'Your call is ending now. Goodbye.',
    da: 'Opkaldet afsluttes nu. Farvel.',
  },
} as const satisfies Record<string, Record<Language, string>>;

export type PhraseKey = keyof typeof manuscript;
