import type { SpeechMaker } from '../call/ports/speech.ts';
import { createSpeechCommand } from '../speech/speech-command.ts';
import type { Closing, GatewayDeps } from './gateway-deps.ts';
import { promptRateHz } from './open-media.ts';

/** Undefined where no speech program is set: names are then not said. */
export const openSpeech = (
  { config, logger }: GatewayDeps,
  opened: Closing[],
): SpeechMaker | undefined => {
  if (config.speechCommand === undefined) return undefined;
  const speech = createSpeechCommand({
    command: config.speechCommand,
    rateHz: promptRateHz,
    log: logger.child({ part: 'speech' }),
  });
  opened.push(() => {
    speech.close();
  });
  // A try: whether it works is said in the log now, and not when the first name is wanted.
  void speech.make('1', 'sv');
  return speech;
};
