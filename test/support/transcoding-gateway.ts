/**
 * In a gateway's place, as a process: `argv[2]` is a file for pids, `argv[3]` a shell's script that transcodes
 * and writes two of them there; `argv[4]` is what is done then: `close`, and it is gone at once, or `stay`.
 */
import { readFileSync } from 'node:fs';
import { startTranscodeProcess } from '../../src/transcode/transcode-process.ts';

const [, , file = '', script = '', then] = process.argv;
const written = (): number => {
  try {
    return readFileSync(file, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
};
const transcode = startTranscodeProcess({
  command: ['sh', '-c', script],
  fourcc: 'VP80',
  size: { width: 320, height: 180 },
  onPicture: () => undefined,
  onEnded: (problem) => {
    throw new Error(problem);
  },
});
setInterval(() => {
  if (written() < 2 || then !== 'close') return;
  transcode.close();
  process.exit(0);
}, 20);
