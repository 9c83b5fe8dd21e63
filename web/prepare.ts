/** After `npm install`: the pages, where the tools that build them were installed too. */
import { fileURLToPath } from 'node:url';

const vite = await import('vite').catch(() => undefined);
if (vite === undefined)
  console.log('The pages for people are not built: that needs the development dependencies.');
else await vite.build({ root: fileURLToPath(new URL('.', import.meta.url)), logLevel: 'warn' });
