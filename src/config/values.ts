import { z } from 'zod';

/** The forms that settings have in the environment, where everything is text. */

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** What a part of the environment is read as. */
export type SettingsOf<Shape extends z.ZodRawShape> = z.infer<z.ZodObject<Shape>>;

/** Not given, and given as nothing, are the same. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z.preprocess((v) => (v === '' ? undefined : v), schema.optional());

export const port = z.coerce.number().int().min(0).max(65535);

export const wholeNumber = (least: number, most: number) =>
  z.coerce.number().int().min(least).max(most);

/** A program and its arguments, apart by blanks; no shell reads them. */
export const command = (example: string) =>
  z
    .string()
    .regex(/^[^\s'"|&;<>$`]+(?:\s+[^\s'"|&;<>$`]+)*$/, {
      error: `must be a program and its arguments without quotes, such as ${example}`,
    })
    .transform((text) => text.split(/\s+/));

/** Parts with commas between them. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const cidr =
  /^(?:(?:\d{1,3}\.){3}\d{1,3}(?:\/(?:[12]?\d|3[0-2]))?|[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:\/(?:\d{1,2}|1[01]\d|12[0-8]))?)$/;

export const cidrs = list.superRefine((parts, context) => {
  for (const part of parts) {
    if (!cidr.test(part))
      context.addIssue(`${part} is not an address or CIDR such as 192.0.2.0/24`);
  }
});

/** host:port, the host a name, an IPv4 address or an IPv6 address in brackets. */
export const hostPorts = list.transform((parts, context): readonly HostPort[] => {
  const result: HostPort[] = [];
  for (const part of parts) {
    const [, bracketed, plain, portText] =
      /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(part) ?? [];
    const host = bracketed ?? plain;
    const given = Number(portText);
    if (host === undefined || given < 1 || given > 65535) {
      context.addIssue(`${part} is not HOST:PORT such as 192.0.2.5:9022`);
      return z.NEVER;
    }
    result.push({ host, port: given });
  }
  return result;
});

export const url = (...protocols: readonly string[]) =>
  z.string().refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
    error: `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
  });

/** A number of our own. */
export const ownNumber = z
  .string()
  .regex(/^\+?\d{2,15}$/, { error: 'must be a number such as +46480445511' });
