/** Speech made from text while the gateway runs: names, which no recording has. */
import type { Language } from '../../ivr/language.ts';
import type { MadeSound } from './sip-engine.ts';

export interface SpeechMaker {
  /**
   * As loud as the prompts, without long silence at its ends. `text` is plain words, see
   * `speakable` in spoken-names.ts; it is never logged. Undefined: it could not be made, or not in
   * time. Never rejects.
   */
  make(text: string, language: Language): Promise<MadeSound | undefined>;
}
