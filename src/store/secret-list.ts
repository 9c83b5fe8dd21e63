/** The secrets of a store: the first seals and hashes, the others are former ones that still open what they sealed. */
export const secretList = (text: string): readonly [string, ...string[]] => {
  const [first = text, ...former] = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [first, ...former];
};
